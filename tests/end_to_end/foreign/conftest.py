"""What the tests of other people's clients share."""

from pathlib import Path

import pytest

from tests.end_to_end.foreign.programs import compile_java


@pytest.fixture(scope="session")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of the compiled programs in Java."""
    folder = tmp_path_factory.mktemp("classes")
    compile_java(folder)
    return folder

"""The command line on a folder of the test's own."""

from pathlib import Path

import pytest

from tests.worker.cli.commands import Cli


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """Give the command line on an embedded store that is not there yet."""
    return Cli(tmp_path / "data")

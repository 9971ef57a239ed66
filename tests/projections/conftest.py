"""The truth on each store, empty, for every test that asks for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.projections.truth import Truth, postgres_truth, sqlite_truth


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.servers)])
def truth(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Truth]:
    if request.param == "sqlite":
        truth = sqlite_truth(tmp_path)
    else:
        truth = postgres_truth(request.getfixturevalue("database_url"))
    yield truth
    truth.close()

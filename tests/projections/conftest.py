"""The truth on each store, empty and with its read models made, for every test that asks for it."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.projections.truth import Truth, postgres_truth, sqlite_truth
from tests.support.databases import TemplateDatabases

MADE: Final = "read_models"
"""The template of a database: to make its tables takes longer than most tests."""


@pytest.fixture(scope="session")
def made_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    make(sqlite_truth(folder))
    return folder


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.servers)])
def truth(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Truth]:
    if request.param == "sqlite":
        shutil.copytree(request.getfixturevalue("made_folder"), tmp_path, dirs_exist_ok=True)
        truth = sqlite_truth(tmp_path)
        yield truth
        truth.close()
        return
    databases: TemplateDatabases = request.getfixturevalue("databases")
    databases.make_template(MADE, lambda url: make(postgres_truth(url)))
    url = databases.fresh_database(MADE)
    truth = postgres_truth(url)
    yield truth
    truth.close()
    databases.drop(url)


def make(truth: Truth) -> None:
    """Make the read models, and leave no connection open."""
    truth.follower().close()
    truth.close()

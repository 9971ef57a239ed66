"""Stores of both kinds, for every test of the event store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from application.ports import Store
from tests.conformance.stores import Stores, stores_at


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.servers)])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stores]:
    """Give an empty database, not migrated."""
    is_sqlite = request.param == "sqlite"
    url = str(tmp_path / "store.db") if is_sqlite else request.getfixturevalue("database_url")
    with stores_at(url) as stores:
        yield stores


@pytest.fixture
def store(stores: Stores) -> Store:
    """Give a migrated store."""
    store = stores.open()
    store.migrate()
    return store

"""Which commits of store.db wait for the disk: all but those that the next one takes with it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.store.sqlite import SqliteStore
from adapters.store.sqlite.connections import Datastore
from tests.conformance.stores import ROW, change

WAL_HEADER_BYTES = 32
WAL_PAGE_BYTES = 24 + 4096
NORMAL, FULL = 1, 2
"""What SQLite says of a connection: its commits wait for the disk in FULL."""


@pytest.fixture
def datastore(tmp_path: Path) -> Iterator[Datastore]:
    with closing(SqliteStore(tmp_path / "store.db", is_server=True)) as store:
        store.migrate()
        yield store._datastore


def level(datastore: Datastore, *, is_awaited: bool = True) -> object:
    with datastore.transaction(commit=True, is_awaited=is_awaited) as cursor:
        cursor.execute("PRAGMA synchronous", ())
        (found,) = cursor.fetchone()
    return found


def test_a_commit_waits_for_the_disk_unless_it_may_go_with_the_next_one(
    datastore: Datastore,
) -> None:
    for _ in range(3):
        assert level(datastore) == FULL
        assert level(datastore, is_awaited=False) == NORMAL


def test_one_that_fails_leaves_nobody_who_would_not_wait(datastore: Datastore) -> None:
    with suppress(ZeroDivisionError), datastore.transaction(commit=True, is_awaited=False):
        1 / 0  # noqa: B018 - whatever goes wrong
    assert level(datastore) == FULL


def test_however_much_a_power_cut_takes_no_save_is_left_without_its_numbers(
    tmp_path: Path,
) -> None:
    """What is left of the write-ahead log is its beginning, up to some page."""
    there, left = tmp_path / "store.db", tmp_path / "left.db"
    with closing(SqliteStore(there, is_server=True)) as store:
        store.migrate()
        for _ in range(4):
            change(store, replace(ROW, number=store.take_numbers("message", 1)))
        whole, wal = there.read_bytes(), wal_of(there).read_bytes()
    found = set()
    for end in range(WAL_HEADER_BYTES, len(wal) + 1, WAL_PAGE_BYTES):
        left.write_bytes(whole)
        wal_of(left).write_bytes(wal[:end])
        found.add(numbers_in(left))
    assert all(highest < following for highest, following in found)
    assert {highest for highest, _ in found} == {0, 1, 2, 3, 4}


def wal_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def numbers_in(path: Path) -> tuple[int, int]:
    """Give the highest number of a message in a store, and the next one that it would give out."""
    with closing(sqlite3.connect(path)) as connection:
        try:
            (highest,) = connection.execute("SELECT max(number) FROM contents").fetchone()
            following = connection.execute("SELECT max(next) FROM numbers").fetchone()[0]
        except sqlite3.OperationalError:  # from before there were tables
            return 0, 1
    return highest or 0, following or 1

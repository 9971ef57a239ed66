"""A whole copy of ``store.db`` while others write to it, and what a copy is worth.

A reader of the write-ahead log keeps the moment at which it began, however much is written
meanwhile: the copy is one pass, nothing makes it begin again, and no writer waits for it. ``VACUUM
INTO`` is no way: it may number the rows of the log anew, and the row is the log's position.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final, NamedTuple

from adapters.store.identity import READ_IDENTITY
from adapters.store.troubles import must_be_known
from application.ports import StoreIdentity

PAGES: Final = 1_024
"""Pages between two reports of progress."""
WAIT_S: Final = 30.0
"""How long to wait for somebody who has the whole file, as when a crash is mended."""
FAULTS_MAX: Final = 20

Advance = Callable[[int, int], None]


def copy_out(store_db: Path, target: Path, advance: Advance) -> None:
    """Copy the store to ``target`` as it is at one moment.

    Raises:
        sqlite3.Error: it cannot be read, or the copy not be written.
    """
    with closing(connected(store_db)) as source, closing(sqlite3.connect(target)) as copy:
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from now on one moment
        source.backup(
            copy, pages=PAGES, progress=lambda _, left, total: advance(total - left, total)
        )
        source.execute("ROLLBACK")
    fold_log(target)


def fold_log(path: Path) -> None:
    """Move a database's write-ahead log into it, so that it is one file and nothing beside it.

    Raises:
        sqlite3.OperationalError: somebody uses it.
    """
    with closing(connected(path)) as connection:
        (mode,) = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
        if mode != "delete":
            msg = f"{path.name} is in use"
            raise sqlite3.OperationalError(msg)


def faults_of(path: Path, *, is_whole: bool) -> list[str]:
    """Say what is wrong with a store's file; nothing is changed.

    ``is_whole`` also compares each index with its table.
    """
    check = "integrity_check" if is_whole else "quick_check"
    try:
        with closing(connected(path)) as connection:
            found = connection.execute(f"PRAGMA {check}({FAULTS_MAX})").fetchall()
    except sqlite3.DatabaseError as error:
        return [f"it cannot be read: {error}"]
    return [] if found == [("ok",)] else [" ".join(str(row[0]).split()) for row in found]


class Described(NamedTuple):
    """What a file holds."""

    identity: StoreIdentity
    position: int
    events: int
    schema: int
    """The version of its tables: this one, or an earlier one."""


def described(path: Path) -> Described:
    """Say which store it is, where its log ends, and how many events there are.

    Raises:
        sqlite3.Error: it is no store.
        StoreDown: it is of a later version.
    """
    with closing(connected(path)) as connection:
        (version,) = connection.execute("SELECT version FROM schema_version").fetchone()
        must_be_known(version)
        identity = connection.execute(READ_IDENTITY).fetchone()
        counted = connection.execute("SELECT max(rowid), count(*) FROM stored_events").fetchone()
        return Described(StoreIdentity(*identity), counted[0] or 0, counted[1], version)


def identity_of(path: Path) -> StoreIdentity:
    """Give which store a file is that may be damaged; one without a name when it does not tell."""
    try:
        with closing(connected(path)) as connection:
            row = connection.execute(READ_IDENTITY).fetchone()
            return StoreIdentity(*row)
    except (sqlite3.DatabaseError, TypeError):
        return StoreIdentity("", 0)


def connected(path: Path) -> sqlite3.Connection:
    """Open a file that is there."""
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=WAIT_S
    )

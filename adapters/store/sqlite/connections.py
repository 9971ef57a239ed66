"""Connections to store.db: one that writes, some that read, none of them left in a transaction.

The library's own pool makes readers queue behind a writer that waits, and keeps its writer lock
for good when it cannot give a writer a connection.

A file that is put in the place of one in use is not noticed by SQLite, which goes on with the one
that it has open: what is accepted then is gone at the next start. So each use looks first.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final, cast

from eventsourcing.sqlite import SQLiteCursor, SQLiteDatastore
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import QueuePool

from adapters.store.sqlite.opened import OpenedFile, Place
from application.ports import StoreUnusable

BUSY_TIMEOUT_S: Final = 5
POOL_WAIT_S: Final = 5.0
READERS: Final = 16
"""All of them are kept: opening one costs more than what it is asked."""
WRITER_CACHE_KIB: Final = 65_536
READER_CACHE_KIB: Final = 16_384
"""Each of them keeps so much, and whoever reads a whole log fills it for nothing."""
WAL_PAUSE_S: Final = 0.01
TRY_LOCK_S: Final = 1.0


_REPLACED: Final = {
    Place.OTHER: "another store stands in the place of the one in use",
    Place.SHORTER: "the store in use was written over",
    Place.GONE: "the store in use is gone from its place",
}

_log = logging.getLogger("ngoma.store")


class StoreReplaced(StoreUnusable):
    """What stands where the store was opened is not what was opened; nothing was stored."""


class Datastore(SQLiteDatastore):
    """The library's datastore with the durability that the ledger needs."""

    def __init__(self, path: Path) -> None:
        super().__init__(db_name=str(path), lock_timeout=BUSY_TIMEOUT_S)
        self._path = path
        self._uri = f"{path.absolute().as_uri()}?mode=rw"  # never made here: it may be gone
        self._file = OpenedFile(path)
        self._place = Place.SAME
        self._noting = threading.Lock()
        self._writers = self._pool_of(1, cache_kib=WRITER_CACHE_KIB)
        self._readers = self._pool_of(READERS, cache_kib=READER_CACHE_KIB)

    def _pool_of(self, size: int, *, cache_kib: int) -> QueuePool:
        return QueuePool(
            partial(self._connect, cache_kib),  # type: ignore[arg-type]  # any connection will do
            pool_size=size,
            max_overflow=0,
            timeout=POOL_WAIT_S,
            reset_on_return=None,
        )

    def _connect(self, cache_kib: int) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._uri,
            uri=True,
            isolation_level=None,  # BEGIN is said below, never by the module
            check_same_thread=False,
            timeout=BUSY_TIMEOUT_S,
            cached_statements=256,
        )
        self.must_stand()  # else what was opened is another file
        _use_wal(connection)
        for pragma in (
            "synchronous=FULL",
            "secure_delete=ON",
            f"cache_size=-{cache_kib}",
            "wal_autocheckpoint=4000",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    @contextmanager
    def transaction(self, *, commit: bool, is_awaited: bool = True) -> Iterator[SQLiteCursor]:
        """Lend a cursor inside a transaction; one that writes has the write lock first.

        What is read before a write is then read under the lock. However it ends, the connection
        is outside a transaction, or is closed.

        A commit that is not ``is_awaited`` reaches the disk with the next one: a power cut may take
        it, and then takes all that was committed after it as well.

        Raises:
            StoreReplaced: it would be lost.
        """
        self.must_stand()
        proxy = (self._writers if commit else self._readers).connect()
        connection = cast("sqlite3.Connection", proxy.dbapi_connection)
        is_sound = False
        try:
            cursor = connection.cursor()
            if not is_awaited:
                _set_synchronous(connection, "NORMAL")
            cursor.execute("BEGIN IMMEDIATE" if commit else "BEGIN")
            yield cast("SQLiteCursor", cursor)
            cursor.close()
            if commit and (place := self._file.look()) is not Place.SAME:
                raise StoreReplaced(_REPLACED[place])  # noted by whoever comes next
            connection.execute("COMMIT" if commit else "ROLLBACK")
            if not is_awaited:
                _set_synchronous(connection, "FULL")
            is_sound = True
        finally:
            if not (is_sound or (is_awaited and _rolled_back(connection))):
                proxy.invalidate()
            proxy.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Cursor]:
        """Lend a cursor for single statements, each of which reads everything of one moment.

        Without BEGIN and ROLLBACK a look costs a third: each statement lets other threads in.

        Raises:
            StoreReplaced: it would be told of another store than the one that is written.
        """
        self.must_stand()
        proxy = self._readers.connect()
        is_sound = False
        try:
            cursor = cast("sqlite3.Connection", proxy.dbapi_connection).cursor()
            yield cursor
            cursor.close()  # a statement that was not read to its end would hold the moment
            is_sound = True
        finally:
            if not is_sound:
                proxy.invalidate()
            proxy.close()

    @contextmanager
    def bare(self) -> Iterator[sqlite3.Connection]:
        """Lend the writer's connection outside a transaction.

        Raises:
            StoreReplaced: it is not that of the store any more.
        """
        self.must_stand()
        with self._lent_writer() as connection:
            yield connection

    @contextmanager
    def _lent_writer(self) -> Iterator[sqlite3.Connection]:
        proxy = self._writers.connect()
        connection = cast("sqlite3.Connection", proxy.dbapi_connection)
        try:
            yield connection
        finally:
            if not _rolled_back(connection):
                proxy.invalidate()
            proxy.close()

    def try_lock(self) -> None:
        """Take the write lock, after a short wait at most, and let go of it."""
        self.must_stand()
        connection = sqlite3.connect(
            self._uri, uri=True, isolation_level=None, timeout=TRY_LOCK_S, check_same_thread=False
        )
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        finally:
            connection.close()

    def must_stand(self) -> None:
        """Make sure that the file that was opened stands in its place; noted once when it does not.

        Raises:
            StoreReplaced: it does not.
        """
        place = self._file.look()
        if place is not self._place:
            self._note()
        if place is not Place.SAME:
            raise StoreReplaced(_REPLACED[place])

    def _note(self) -> None:
        with self._noting:
            place = self._file.look()  # again: what a thread saw may be older than what was noted
            if place is self._place:
                return
            self._place = place
        if place is Place.SAME:
            _log.warning("%s is in its place again, and used again", self._path.name)
            return
        _log.error(
            "%s: nothing is read or written any more; stop the gateway, put the right %s in place"
            " without a -wal or -shm beside it, and start again",
            *(_REPLACED[place], self._path.name),
        )
        if place is Place.OTHER:
            self._empty_wal()

    def _empty_wal(self) -> None:
        """Move the write-ahead log into the file that it is of, wherever that is now.

        SQLite finds the log by the file's name, and would take it for a part of the other file.
        """
        try:
            with self._lent_writer() as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except (sqlite3.Error, PoolTimeoutError, StoreReplaced):
            _log.warning("%s-wal could not be emptied", self._path.name)

    def close(self) -> None:
        """Close the connections."""
        super().close()
        if hasattr(self, "_readers"):
            self._writers.dispose()
            self._readers.dispose()


def _use_wal(connection: sqlite3.Connection) -> None:
    """Turn the write-ahead log on, once for each file.

    SQLite does not wait here when another process does the same: it says "locked" at once.
    """
    limit_s = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > limit_s:
                raise
            time.sleep(WAL_PAUSE_S)
        else:
            return


def _set_synchronous(connection: sqlite3.Connection, level: str) -> None:
    """Say whether commits wait for the disk (FULL).

    By a script: SQLite carries this out when it compiles it, and ``execute`` compiles once.
    """
    connection.executescript(f"PRAGMA synchronous={level}")


def _rolled_back(connection: sqlite3.Connection) -> bool:
    try:
        connection.rollback()
    except sqlite3.Error:
        return False
    return not connection.in_transaction

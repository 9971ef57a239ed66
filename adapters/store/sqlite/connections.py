"""Connections to store.db: one that writes, some that read, none of them left in a transaction.

The library's own pool makes readers queue behind a writer that waits, and keeps its writer lock
for good when it cannot give a writer a connection.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, cast

from eventsourcing.sqlite import SQLiteCursor, SQLiteDatastore
from sqlalchemy.pool import QueuePool

BUSY_TIMEOUT_S: Final = 5
POOL_WAIT_S: Final = 5.0
READERS: Final = 16
"""All of them are kept: opening one costs more than what it is asked."""
WAL_PAUSE_S: Final = 0.01


class Datastore(SQLiteDatastore):
    """The library's datastore with the durability that the ledger needs."""

    def __init__(self, path: Path) -> None:
        super().__init__(db_name=str(path), lock_timeout=BUSY_TIMEOUT_S)
        self._path = path
        self._writers = self._pool_of(1)
        self._readers = self._pool_of(READERS)

    def _pool_of(self, size: int) -> QueuePool:
        return QueuePool(
            self._connect,  # type: ignore[arg-type]  # any DBAPI connection will do
            pool_size=size,
            max_overflow=0,
            timeout=POOL_WAIT_S,
            reset_on_return=None,
        )

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path,
            isolation_level=None,  # BEGIN is said below, never by the module
            check_same_thread=False,
            timeout=BUSY_TIMEOUT_S,
            cached_statements=256,
        )
        _use_wal(connection)
        for pragma in (
            "synchronous=FULL",
            "secure_delete=ON",
            "cache_size=-65536",
            "wal_autocheckpoint=4000",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        """Lend a cursor inside a transaction; one that writes has the write lock first.

        What is read before a write is then read under the lock. However it ends, the connection
        is outside a transaction, or is closed.
        """
        proxy = (self._writers if commit else self._readers).connect()
        connection = cast("sqlite3.Connection", proxy.dbapi_connection)
        is_sound = False
        try:
            cursor = connection.cursor()
            cursor.execute("BEGIN IMMEDIATE" if commit else "BEGIN")
            yield cast("SQLiteCursor", cursor)
            cursor.close()
            connection.execute("COMMIT" if commit else "ROLLBACK")
            is_sound = True
        finally:
            if not (is_sound or _rolled_back(connection)):
                proxy.invalidate()
            proxy.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Cursor]:
        """Lend a cursor for single statements, each of which reads everything of one moment.

        Without BEGIN and ROLLBACK a look costs a third: each statement lets other threads in.
        """
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
        """Lend the writer's connection outside a transaction."""
        proxy = self._writers.connect()
        connection = cast("sqlite3.Connection", proxy.dbapi_connection)
        try:
            yield connection
        finally:
            if not _rolled_back(connection):
                proxy.invalidate()
            proxy.close()

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


def _rolled_back(connection: sqlite3.Connection) -> bool:
    try:
        connection.rollback()
    except sqlite3.Error:
        return False
    return not connection.in_transaction

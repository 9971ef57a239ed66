"""Engines of the read models: small pools with timeouts, one for writing and one for reading.

Embedded, ``read.db`` is a file of its own, to which readers attach ``store.db`` read-only under
the name ``store``. Scaled, both are one PostgreSQL database, where the schema ``store`` of the
truth's tables is translated to ``public``.
"""

import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError

from adapters.store.sqlite import SqliteStore
from adapters.store.sqlite.opened import make_private
from adapters.store.sqlite.read_file import ForeignFile, ReadFile
from adapters.store.sqlite.scrubbing import emptied
from adapters.store.sqlite.wal import shorten
from application.ports import Inspection, Store
from projections.keeping import Keeper, Unlosable
from projections.positions import POSITIONS

if TYPE_CHECKING:
    import psycopg

WRITERS: Final = 2
"""The follower keeps one connection, a rebuild takes the other."""
READERS: Final = 8
WRITER_CACHE_KIB: Final = 65_536
READER_CACHE_KIB: Final = 16_384
"""What each connection to SQLite keeps of its file at most; all that a small file has."""
POOL_TIMEOUT_S: Final = 5
BUSY_TIMEOUT_S: Final = 5
QUERY_TIMEOUT_S: Final = 10

_WRITING: Final = {
    "synchronous_commit": "off",  # a crash may lose the last rows, with their positions
    "statement_timeout": "30s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "10s",
    "idle_session_timeout": "4s",  # a frozen leader loses its lock to a standby within 5 s
}
_READING: Final = {
    "statement_timeout": f"{QUERY_TIMEOUT_S}s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "10s",
    "default_transaction_isolation": r"repeatable\ read",
    "default_transaction_read_only": "on",
}
_COMMON: Final = {
    "jit": "off",
    # Read models grow from nothing within seconds: a plan made for an empty table must not stay.
    "plan_cache_mode": "force_custom_plan",
    # A host that vanished is noticed, and its locks are free, within 4 s.
    "tcp_keepalives_idle": "2",
    "tcp_keepalives_interval": "1",
    "tcp_keepalives_count": "2",
}


# What sqlite3 does anyway, after it has looked in vain for who else would: for each None that takes
# longer than to bind a number, and a row of a read model has up to ten of them.
sqlite3.register_adapter(type(None), cast("Callable[[None], None]", {}.get))
sqlite3.register_adapter(bool, int)


@dataclass(frozen=True, slots=True)
class ReadEngines:
    """``writing`` is for the follower, ``reading`` (which cannot write) for everybody else."""

    writing: Engine
    reading: Engine
    keeper: Keeper
    """Makes the database anew when it is lost."""
    inspections: Sequence[Inspection] = ()
    """What looks for damage that nobody has met, where that is for us to do."""

    def dispose(self) -> None:
        """Close all idle connections."""
        self.writing.dispose()
        self.reading.dispose()


def sqlite_engines(
    read_db: Path,
    store_db: Path,
    *,
    readers: int = READERS,
    damage_of_store: Callable[[], str | None] = lambda: None,
) -> ReadEngines:
    """Make the engines on ``read_db``, made when missing, beside ``store_db``, which exists."""

    def connect_writer() -> sqlite3.Connection:
        connection = _connect(read_db)
        connection.execute(f"PRAGMA cache_size = -{WRITER_CACHE_KIB}")
        _must_be_ours(connection)
        return connection

    def connect_reader() -> sqlite3.Connection:
        connection = _connect(read_db)
        connection.execute(f"PRAGMA cache_size = -{READER_CACHE_KIB}")
        connection.execute("ATTACH ? AS store", (f"{store_db.absolute().as_uri()}?mode=ro",))
        connection.execute("PRAGMA query_only = ON")
        return connection

    writing = _sqlite_engine(connect_writer, size=WRITERS)
    event.listen(writing, "begin", _begin_immediate)
    reading = _sqlite_engine(connect_reader, size=readers)
    event.listen(reading, "begin", _begin_reading)

    def let_go() -> None:
        writing.dispose()
        reading.dispose()

    keeper = ReadFile(read_db, let_go, damage_of_store)
    return ReadEngines(writing, reading, keeper, [keeper.inspection()])


def postgres_engines(url: str, *, readers: int = READERS) -> ReadEngines:
    """Make the engines on the database at ``url`` (``postgresql://…``)."""
    return ReadEngines(
        writing=_postgres_engine(url, WRITERS, "ngoma-follower", _WRITING),
        reading=_postgres_engine(url, readers, "ngoma-reader", _READING),
        keeper=Unlosable(),
    )


def scrub_read_models(engines: ReadEngines) -> Sequence[str]:
    """Empty the write-ahead log of ``read.db``; PostgreSQL has one log for all.

    Read models hold no personal data; this leaves no doubt about it.
    """
    if engines.writing.dialect.name != "sqlite":
        return []
    proxy = engines.writing.raw_connection()
    try:
        raw: Any = proxy.driver_connection
        if emptied(raw):
            return ["The write-ahead log of read.db was emptied."]
        return ["The write-ahead log of read.db is in use and was not emptied: try again."]
    finally:
        proxy.close()


def shorten_logs(engines: ReadEngines, store: Store) -> None:
    """Keep the write-ahead logs of SQLite's files short; PostgreSQL looks after its own.

    Raises:
        StoreDown: the store is not to be had.
    """
    if isinstance(store, SqliteStore):
        store.shorten()
    if engines.writing.dialect.name != "sqlite":
        return
    with suppress(DBAPIError, sqlite3.DatabaseError):  # damage is for the follower to find
        proxy = engines.writing.raw_connection()
        try:
            shorten(cast("sqlite3.Connection", proxy.driver_connection))
        finally:
            proxy.close()


def _sqlite_engine(connect: Callable[[], sqlite3.Connection], *, size: int) -> Engine:
    return create_engine(
        "sqlite+pysqlite://",
        creator=connect,
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT_S,
        hide_parameters=True,  # search words and numbers must not reach a log
    )


def _connect(path: Path) -> sqlite3.Connection:
    if not path.exists():
        make_private(path)
    connection = sqlite3.connect(
        path.absolute().as_uri(),
        uri=True,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,  # BEGIN is said by the listeners below, never by the module
        check_same_thread=False,
        cached_statements=256,
    )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA wal_autocheckpoint = 4000")
    return connection


def _must_be_ours(connection: sqlite3.Connection) -> None:
    """Refuse a database that something else made."""
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    if tables and (POSITIONS.name,) not in tables:
        msg = "it holds no read models"
        raise ForeignFile(msg)


def _begin_immediate(connection: Connection) -> None:
    """Take the write lock first: a transaction that reads, then writes, may be refused."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_reading(connection: Connection) -> None:
    """Read everything of one moment, and give up when the time is over."""
    deadline_s = time.monotonic() + QUERY_TIMEOUT_S
    raw: Any = connection.connection.driver_connection
    raw.set_progress_handler(lambda: time.monotonic() > deadline_s, 100_000)
    connection.exec_driver_sql("BEGIN")


def _postgres_engine(url: str, size: int, name: str, settings: Mapping[str, str]) -> Engine:
    from adapters.store.postgres.connections import has_been_told  # noqa: PLC0415 - if needed

    def must_live(connection: "psycopg.Connection[Any]", *_: object) -> None:
        """Have a connection replaced that its server ended; asking it would cost a round trip."""
        if connection.closed or has_been_told(connection):
            raise DisconnectionError

    options = " ".join(f"-c {key}={value}" for key, value in {**_COMMON, **settings}.items())
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=size,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT_S,
        hide_parameters=True,
        connect_args={
            "connect_timeout": 5,
            "application_name": name,
            "options": options,
        },
        execution_options={"schema_translate_map": {"store": "public"}},
    )
    event.listen(engine, "checkout", must_live)
    return engine

"""The part of a gateway that only reads: store and read models, without a class of an event."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError

from adapters.lazily import lazily, make_mapper
from adapters.settings import Settings
from adapters.store.log import StoreLog
from adapters.store.read_engine import ReadEngines, postgres_engines, sqlite_engines
from adapters.store.sqlite import SqliteStore
from application.ports import Commits, Inspection, Recount, Store
from domain.errors import StoreDown
from projections.known import Positions
from projections.reading import SqlQueries


@dataclass(frozen=True, slots=True)
class Reads:
    """The truth and the read models that belong to it, and their connections."""

    store: Store
    engines: ReadEngines
    log: StoreLog
    known: Positions
    queries: SqlQueries

    def are_sound(self) -> bool:
        """Whether all read models are there, of this version, and have not stopped."""
        try:
            return not any(status.error for status in self.queries.projections())
        except (DBAPIError, StoreDown):
            return False

    def close(self) -> None:
        """Let go of all connections."""
        self.engines.dispose()
        self.store.close()


def open_reads(settings: Settings, store: Store | None = None, *, is_server: bool) -> Reads:
    """Open what the settings name, over ``store`` if it is open already.

    Raises:
        StoreDown: the database does not answer.
    """
    store = store or open_store(settings, is_server=is_server)
    engines = open_read_engines(settings, store)
    log = StoreLog(store, lazily(make_mapper))
    known = Positions(engines.reading, log)
    queries = SqlQueries(engines.reading, known, log, engines.keeper)
    return Reads(store, engines, log, known, queries)


def open_store(settings: Settings, *, is_server: bool) -> Store:
    """Open the truth that the settings name.

    Raises:
        StoreDown: the database does not answer.
    """
    if settings.database_url:
        from adapters.store.postgres import PostgresStore  # noqa: PLC0415 - only who has one

        return PostgresStore(settings.database_url, connect_timeout_s=settings.connect_timeout_s)
    return SqliteStore(settings.data_dir / "store.db", is_server=is_server)


def open_commits(settings: Settings) -> Commits | None:
    """Give what tells of commits; SQLite does not, and nothing is connected before it is asked."""
    if not settings.database_url:
        return None
    from adapters.store.postgres.listening import PostgresCommits  # noqa: PLC0415 - as above

    return PostgresCommits(settings.database_url)


def open_recount(settings: Settings) -> Recount:
    """Open what counts the books of the store a second time."""
    if settings.database_url:
        from adapters.store.recount.postgres import PostgresRecount  # noqa: PLC0415 - only who asks

        return PostgresRecount(settings.database_url)
    from adapters.store.recount.sqlite import SqliteRecount  # noqa: PLC0415 - only who asks

    return SqliteRecount(settings.data_dir / "store.db")


def open_read_engines(settings: Settings, store: Store) -> ReadEngines:
    """Open the read models that belong to the store."""
    if settings.database_url:
        return postgres_engines(settings.database_url)
    read_db, store_db = settings.data_dir / "read.db", settings.data_dir / "store.db"
    if isinstance(store, SqliteStore):
        return sqlite_engines(read_db, store_db, damage_of_store=store.suspect)
    return sqlite_engines(read_db, store_db)


def inspections_of(store: Store) -> Sequence[Inspection]:
    """Give what looks for damage in a store; PostgreSQL looks after its own files."""
    return [store.inspection()] if isinstance(store, SqliteStore) else []

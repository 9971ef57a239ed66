"""The scaled truth: PostgreSQL through the library's recorder, lock first, arrays in."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, cast
from uuid import UUID

import psycopg
from eventsourcing import persistence
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import (
    PostgresAggregateRecorder,
    PostgresApplicationRecorder,
    PostgresDatastore,
)
from psycopg import Connection, Cursor
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, dict_row
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import QueuePool

from adapters.store.schema import (
    CONTENT_COLUMNS,
    CREDENTIAL_COLUMNS,
    LEASE_COLUMNS,
    SAVES_KEPT_S,
    SCHEMA_VERSION,
    TABLES,
)
from application.ports import (
    AnswerLost,
    ContentRow,
    CredentialRow,
    Lease,
    Save,
    Turn,
    VersionConflict,
)
from domain.errors import StoreDown
from domain.values import SECOND, Instant

CONNECTIONS_MAX: Final = 12
POOL_WAIT_S: Final = 5.0
STATEMENT_TIMEOUT_MS: Final = 30_000
LOCK_TIMEOUT_MS: Final = 10_000
IDLE_IN_TRANSACTION_MS: Final = 10_000
MIGRATION_LOCK: Final = 0x6E676F6D61  # "ngoma": one migrates, others wait
TAIL_EVENTS_MAX: Final = 100_000

# As LATERAL each aggregate is an index probe; as a plain JOIN the plan goes bad while the
# table is fresh (docs/decisions/0003).
TAILS: Final = """SELECT e.originator_id, e.originator_version, e.topic, e.state
    FROM unnest(%s::uuid[], %s::bigint[]) AS u(id, version), LATERAL (
        SELECT originator_id, originator_version, topic, state FROM stored_events
        WHERE originator_id = u.id AND originator_version > u.version
        ORDER BY originator_version LIMIT {limit}) AS e""".replace("{limit}", str(TAIL_EVENTS_MAX))
SNAPSHOTS: Final = """SELECT s.originator_id, s.originator_version, s.topic, s.state
    FROM unnest(%s::uuid[]) AS u(id), LATERAL (
        SELECT originator_id, originator_version, topic, state FROM stored_snapshots
        WHERE originator_id = u.id ORDER BY originator_version DESC LIMIT 1) AS s"""
INSERT_EVENTS: Final = """INSERT INTO stored_events
    (originator_id, originator_version, topic, state)
    SELECT * FROM unnest(%b::uuid[], %b::bigint[], %b::text[], %b::bytea[])"""
INSERT_CONTENTS: Final = f"""INSERT INTO contents ({CONTENT_COLUMNS})
    SELECT * FROM unnest(%b::text[], %b::bigint[], %b::bytea[], %b::text[], %b::text[],
        %b::text[], %b::text[], %b::bytea[])
    ON CONFLICT (kind, number) DO UPDATE SET salt = EXCLUDED.salt, body = EXCLUDED.body"""


class _Datastore(PostgresDatastore):
    """The library's datastore over a pool that reconnects at once instead of backing off."""

    def __init__(self, url: str, *, connect_timeout_s: float) -> None:
        parts = conninfo_to_dict(url)
        super().__init__(
            dbname=str(parts.get("dbname", "")),
            host=str(parts.get("host", "")),
            port=str(parts.get("port", "")),
            user=str(parts.get("user", "")),
            password="",
        )
        self._url = url
        self._connect_timeout_s = connect_timeout_s
        self._connections = QueuePool(
            self._connect,  # type: ignore[arg-type]  # any DBAPI connection will do
            pool_size=4,
            max_overflow=CONNECTIONS_MAX - 4,
            timeout=POOL_WAIT_S,
            reset_on_return=None,
        )

    def _connect(self) -> Connection[DictRow]:
        return psycopg.connect(
            self._url,
            autocommit=True,
            row_factory=dict_row,
            connect_timeout=max(2, round(self._connect_timeout_s)),
            tcp_user_timeout=10_000,
            options=(
                f"-c statement_timeout={STATEMENT_TIMEOUT_MS}"
                f" -c lock_timeout={LOCK_TIMEOUT_MS}"
                f" -c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_MS}"
            ),
        )

    @contextmanager
    def get_connection(self) -> Iterator[Connection[DictRow]]:
        """Lend a connection; one that broke is not lent again."""
        proxy = None
        try:
            proxy = self._connections.connect()
            yield cast("Connection[DictRow]", proxy.dbapi_connection)
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            if proxy is not None:
                proxy.invalidate()
            raise persistence.OperationalError(str(error)) from error
        except PoolTimeoutError as error:
            raise persistence.OperationalError(str(error)) from error
        except psycopg.IntegrityError as error:
            raise persistence.IntegrityError(str(error)) from error
        except psycopg.Error as error:
            raise persistence.PersistenceError(str(error)) from error
        finally:
            if proxy is not None:
                connection = cast("Connection[DictRow] | None", proxy.dbapi_connection)
                if connection is not None and connection.broken:
                    proxy.invalidate()
                proxy.close()

    def close(self) -> None:
        """Close the connections."""
        super().close()
        if hasattr(self, "_connections"):
            self._connections.dispose()


class _PostgresTurn:
    """Reading under the log's lock."""

    def __init__(self, cursor: Cursor[DictRow]) -> None:
        self._cursor = cursor

    def tails(self, since: Sequence[tuple[UUID, int]]) -> Sequence[StoredEvent]:
        ids, versions = [key for key, _ in since], [version for _, version in since]
        self._cursor.execute(TAILS, (ids, versions), prepare=True)
        return _stored(self._cursor)

    def snapshots(self, ids: Sequence[UUID]) -> Sequence[StoredEvent]:
        self._cursor.execute(SNAPSHOTS, (list(ids),), prepare=True)
        return _stored(self._cursor)

    def was_saved(self, save_id: UUID) -> bool:
        self._cursor.execute("SELECT 1 FROM saves WHERE save_id = %s", (save_id.hex,))
        return self._cursor.fetchone() is not None

    def open_digests(self, digests: Sequence[bytes]) -> Mapping[bytes, int]:
        self._cursor.execute(
            "SELECT digest, max(number) AS number FROM contents"
            " WHERE digest = ANY(%b::bytea[]) AND digest IS NOT NULL GROUP BY digest",
            (list(digests),),
            prepare=True,
        )
        return {bytes(row["digest"]): row["number"] for row in self._cursor.fetchall()}

    def contents(self, kind: str, numbers: Sequence[int]) -> Mapping[int, ContentRow]:
        self._cursor.execute(
            f"SELECT {CONTENT_COLUMNS} FROM contents WHERE kind = %s AND number = ANY(%s)",
            (kind, list(numbers)),
            prepare=True,
        )
        return {row["number"]: ContentRow(**row) for row in self._cursor.fetchall()}

    def lease(self, sim: int) -> Lease | None:
        self._cursor.execute(
            f"SELECT {LEASE_COLUMNS} FROM sim_leases WHERE sim = %s", (sim,), prepare=True
        )
        row = self._cursor.fetchone()
        return Lease(**row) if row else None


def _stored(cursor: Cursor[DictRow]) -> list[StoredEvent]:
    return [
        StoredEvent(
            row["originator_id"], row["originator_version"], row["topic"], bytes(row["state"])
        )
        for row in cursor.fetchall()
    ]


class _Recorder(PostgresApplicationRecorder):
    """The library's table and lock; its retry is off, since the committer knows better."""

    def __init__(self, datastore: PostgresDatastore) -> None:
        super().__init__(datastore)
        self.lock_table_statements = self.lock_table_statements[-1:]  # timeout: per session

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        decide = cast("Callable[[Turn], Save]", kwargs["decide"])
        with self.datastore.get_connection() as connection:
            failure: Exception | None = None
            with connection.pipeline() as pipeline, connection.transaction():
                with connection.cursor() as cursor:
                    try:
                        self._lock_table(cursor)
                        save = decide(_PostgresTurn(cursor))
                        if not save.is_empty():
                            _insert(cursor, [*stored_events, *save.events])
                            _store_side_rows(cursor, save)
                        pipeline.sync()
                    except Exception as error:  # noqa: BLE001 - raised again below
                        failure = error
                if failure is not None:
                    raise psycopg.Rollback
            if failure is not None:
                raise failure
        return None


def _insert(cursor: Cursor[DictRow], events: Sequence[StoredEvent]) -> None:
    if events:
        cursor.execute(
            INSERT_EVENTS,
            (
                [event.originator_id for event in events],
                [event.originator_version for event in events],
                [event.topic for event in events],
                [event.state for event in events],
            ),
            prepare=True,
        )


def _store_side_rows(cursor: Cursor[DictRow], save: Save) -> None:
    cursor.execute("INSERT INTO saves VALUES (%s, %s)", (save.save_id.hex, save.at), prepare=True)
    if save.contents:
        rows = save.contents
        cursor.execute(
            INSERT_CONTENTS,
            (
                [row.kind for row in rows],
                [row.number for row in rows],
                [row.salt for row in rows],
                [row.msisdn for row in rows],
                [row.body for row in rows],
                [row.sender for row in rows],
                [row.folded for row in rows],
                [row.digest for row in rows],
            ),
            prepare=True,
        )
    for credential in save.credentials:
        cursor.execute(
            f"INSERT INTO credentials ({CREDENTIAL_COLUMNS}) VALUES (%s,%s,%s,%s,%s,%s)",
            (
                credential.key_id,
                credential.account,
                credential.name,
                credential.hash,
                credential.issued_at,
                credential.revoked_at,
            ),
        )
    for key_id, at in save.revoked:
        cursor.execute("UPDATE credentials SET revoked_at = %s WHERE key_id = %s", (at, key_id))
    for lease in save.leases:
        cursor.execute(
            f"INSERT INTO sim_leases ({LEASE_COLUMNS}) VALUES (%s,%s,%s,%s,%s,%s,%s)"
            " ON CONFLICT (sim) DO UPDATE SET network = EXCLUDED.network,"
            " modem = EXCLUDED.modem, holder = EXCLUDED.holder, fence = EXCLUDED.fence,"
            " expires_at = EXCLUDED.expires_at, answered_at = EXCLUDED.answered_at",
            (
                lease.sim,
                lease.network,
                lease.modem,
                lease.holder,
                lease.fence,
                lease.expires_at,
                lease.answered_at,
            ),
        )
    if save.settled:
        cursor.execute(
            "UPDATE contents SET digest = NULL WHERE kind = 'message' AND number = ANY(%s)",
            (save.settled,),
        )
    for kind, number in save.erased:
        cursor.execute("DELETE FROM contents WHERE kind = %s AND number = %s", (kind, number))


class PostgresStore:
    """``application.ports.Store`` over PostgreSQL."""

    def __init__(self, url: str, *, connect_timeout_s: float = 2.0) -> None:
        self._datastore = _Datastore(url, connect_timeout_s=connect_timeout_s)
        with _translated():
            self._recorder = _Recorder(self._datastore)
            self._snapshots = PostgresAggregateRecorder(
                self._datastore, events_table_name="stored_snapshots"
            )

    # -- writing -----------------------------------------------------------------------------

    def transact(self, decide: Callable[[Turn], Save]) -> None:
        """Take the log's lock, decide, store, commit."""
        reached = False

        def decided(turn: Turn) -> Save:
            nonlocal reached
            reached = True
            return decide(turn)

        with _translated(lambda: reached):
            self._recorder.insert_events([], decide=decided)

    def take_numbers(self, kind: str, count: int) -> int:
        """Reserve numbers for good."""
        with self._writing() as cursor:
            cursor.execute(
                "INSERT INTO numbers AS n VALUES (%s, %s + 1) ON CONFLICT (kind)"
                " DO UPDATE SET next = n.next + %s RETURNING next",
                (kind, count, count),
            )
            row = cursor.fetchone()
            return int(cast("DictRow", row)["next"]) - count

    def put_snapshot(self, snapshot: StoredEvent) -> None:
        """Keep a snapshot and drop older ones."""
        with self._writing() as cursor:
            cursor.execute(
                "DELETE FROM stored_snapshots WHERE originator_id = %s"
                " AND originator_version <= %s",
                (snapshot.originator_id, snapshot.originator_version),
            )
            cursor.execute(
                "INSERT INTO stored_snapshots (originator_id, originator_version, topic, state)"
                " VALUES (%s,%s,%s,%s)",
                (
                    snapshot.originator_id,
                    snapshot.originator_version,
                    snapshot.topic,
                    snapshot.state,
                ),
            )

    @contextmanager
    def _writing(self) -> Iterator[Cursor[DictRow]]:
        with _translated(), self._datastore.transaction(commit=True) as cursor:
            yield cursor

    @contextmanager
    def _reading(self) -> Iterator[Cursor[DictRow]]:
        with (
            _translated(),
            self._datastore.get_connection() as connection,
            connection.cursor() as cursor,
        ):
            yield cursor

    # -- reading -----------------------------------------------------------------------------

    def tail(self, aggregate: UUID, after_version: int) -> Sequence[StoredEvent]:
        """Read one aggregate's newer events."""
        with self._reading() as cursor:
            return _PostgresTurn(cursor).tails([(aggregate, after_version)])

    def snapshot(self, aggregate: UUID) -> StoredEvent | None:
        """Read one aggregate's newest snapshot."""
        with self._reading() as cursor:
            return next(iter(_PostgresTurn(cursor).snapshots([aggregate])), None)

    def position_of(self, aggregate: UUID) -> int:
        """Give the position of an aggregate's newest event."""
        with self._reading() as cursor:
            cursor.execute(
                "SELECT notification_id FROM stored_events WHERE originator_id = %s"
                " ORDER BY originator_version DESC LIMIT 1",
                (aggregate,),
            )
            row = cursor.fetchone()
            return int(row["notification_id"]) if row else 0

    def events_after(
        self, position: int, *, limit: int, topics: Sequence[str] = ()
    ) -> Sequence[tuple[int, StoredEvent]]:
        """Read the log after a position."""
        wanted = " AND topic = ANY(%s)" if topics else ""
        with self._reading() as cursor:
            cursor.execute(
                "SELECT notification_id, originator_id, originator_version, topic, state"
                f" FROM stored_events WHERE notification_id > %s{wanted}"
                " ORDER BY notification_id LIMIT %s",
                (position, *([list(topics)] if topics else []), limit),
                prepare=True,
            )
            return [
                (
                    row["notification_id"],
                    StoredEvent(
                        row["originator_id"],
                        row["originator_version"],
                        row["topic"],
                        bytes(row["state"]),
                    ),
                )
                for row in cursor.fetchall()
            ]

    def head(self) -> int:
        """Give the newest position."""
        with self._reading() as cursor:
            cursor.execute("SELECT max(notification_id) AS head FROM stored_events")
            return int(cast("DictRow", cursor.fetchone())["head"] or 0)

    def content(self, kind: str, number: int) -> ContentRow | None:
        """Read one content row."""
        with self._reading() as cursor:
            return _PostgresTurn(cursor).contents(kind, [number]).get(number)

    def credential(self, key_id: str) -> CredentialRow | None:
        """Read one key's row."""
        with self._reading() as cursor:
            cursor.execute(
                f"SELECT {CREDENTIAL_COLUMNS} FROM credentials WHERE key_id = %s", (key_id,)
            )
            row = cursor.fetchone()
            return CredentialRow(**row) if row else None

    def leases(self) -> Sequence[Lease]:
        """Read all leases."""
        with self._reading() as cursor:
            cursor.execute(f"SELECT {LEASE_COLUMNS} FROM sim_leases")
            return [Lease(**row) for row in cursor.fetchall()]

    # -- upkeep ------------------------------------------------------------------------------

    def is_migrated(self) -> bool:
        """Whether the tables are there, in this version."""
        with self._reading() as cursor:
            cursor.execute("SELECT to_regclass('schema_version') AS found")
            if cast("DictRow", cursor.fetchone())["found"] is None:
                return False
            cursor.execute("SELECT version FROM schema_version")
            row = cursor.fetchone()
            return row is not None and int(row["version"]) == SCHEMA_VERSION

    def migrate(self) -> None:
        """Make the tables, one process at a time."""
        with _translated(), self._datastore.get_connection() as guard:
            guard.execute("SELECT pg_advisory_lock(%s)", (MIGRATION_LOCK,))
            try:
                if not self.is_migrated():
                    self._make_tables()
            finally:
                guard.execute("SELECT pg_advisory_unlock(%s)", (MIGRATION_LOCK,))

    def _make_tables(self) -> None:
        self._recorder.create_table()
        self._snapshots.create_table()
        with self._writing() as cursor:
            for statement in TABLES:
                cursor.execute(statement.format(blob="BYTEA", big="BIGINT"))
            cursor.execute("DELETE FROM schema_version")
            cursor.execute("INSERT INTO schema_version VALUES (%s)", (SCHEMA_VERSION,))

    def drop_old_saves(self, now: Instant) -> None:
        """Forget save ids that nobody can ask for any more."""
        with self._writing() as cursor:
            cursor.execute("DELETE FROM saves WHERE at < %s", (now - SAVES_KEPT_S * SECOND,))

    def ping(self) -> None:
        """Touch the database."""
        with self._reading() as cursor:
            cursor.execute("SELECT 1")

    def close(self) -> None:
        """Let go of every connection."""
        self._datastore.close()


@contextmanager
def _translated(was_decided: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Turn the library's errors into the port's; ours pass through."""
    try:
        yield
    except persistence.IntegrityError as error:
        raise VersionConflict(str(error)) from error
    except persistence.PersistenceError as error:
        if was_decided():
            raise AnswerLost(str(error)) from error
        msg = "The database does not answer."
        raise StoreDown(msg) from error

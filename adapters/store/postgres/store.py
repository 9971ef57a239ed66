"""``PostgresStore``: the port, with writers on connections that no reader can take."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, cast
from uuid import UUID

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresAggregateRecorder
from psycopg import Cursor
from psycopg.rows import DictRow

from adapters.store.effects import SqlEffectPositions
from adapters.store.guarding import has_older_rows_in_postgres
from adapters.store.health import Health, Healthy
from adapters.store.identity import DRAW_IDENTITY, READ_IDENTITY, drawn_identity
from adapters.store.looking import Looking
from adapters.store.postgres.connections import ANSWER_TIMEOUT_S, LIMITS, Datastore
from adapters.store.postgres.dropping import drop_old_saves
from adapters.store.postgres.reading import rows_after, states_after
from adapters.store.postgres.saving import PostgresTurn, Recorder
from adapters.store.postgres.scrubbing import scrub
from adapters.store.postgres.sealed import PostgresSealedLog
from adapters.store.postgres.trouble import PostgresTroubles
from adapters.store.postgres.versions import MADE, version_of
from adapters.store.schema import (
    CLOCK_COLUMNS,
    CONTENTS_OF,
    CREDENTIAL_COLUMNS,
    DUE_POLLS,
    SCHEMA_VERSION,
    SENT_BY,
)
from adapters.store.tagged import PostgresTaggedLog
from adapters.store.troubles import must_be_known
from application.ports import (
    ClockMark,
    CredentialRow,
    EffectPositions,
    Lease,
    LogRow,
    Save,
    SealedLog,
    StoreIdentity,
    TaggedLog,
    Turn,
)
from domain.contents import ContentKind
from domain.errors import StoreDown
from domain.values import Instant

READERS: Final = 9
"""All of them are kept: opening one costs far more than what it is asked."""
WRITERS_KEPT: Final = 1
WRITERS_MORE: Final = 2
MIGRATION_LOCK: Final = 0x6E676F6D61  # "ngoma": one migrates, others wait

_ASKED: Final = {name: f"%({name})s" for name in ("kind", "msisdn", "after", "limit")}
_CONTENTS_OF: Final = CONTENTS_OF.format(**_ASKED)


class PostgresStore(Looking, Healthy):
    """``application.ports.Store`` over PostgreSQL."""

    def __init__(
        self,
        url: str,
        *,
        connect_timeout_s: float = 2.0,
        answer_timeout_s: float = ANSWER_TIMEOUT_S,
    ) -> None:
        self._url = url
        self._health = Health()
        self._troubles = PostgresTroubles(self._health)
        self._readers = Datastore(
            url,
            size=READERS,
            overflow=0,
            connect_timeout_s=connect_timeout_s,
            answer_timeout_s=answer_timeout_s,
        )
        self._writers = Datastore(
            url,
            size=WRITERS_KEPT,
            overflow=WRITERS_MORE,
            connect_timeout_s=connect_timeout_s,
            answer_timeout_s=answer_timeout_s,
        )
        with self._troubles.met():
            self._recorder = Recorder(self._writers)
            self._snapshots = PostgresAggregateRecorder(
                self._writers, events_table_name="stored_snapshots"
            )
        self.effects: EffectPositions = SqlEffectPositions(
            self._writing, self._reading, placeholder="%s"
        )
        self.tagged: TaggedLog = PostgresTaggedLog(self._reading)
        self.sealed: SealedLog = PostgresSealedLog(self._reading)

    # -- writing -----------------------------------------------------------------------------

    def transact(self, decide: Callable[[Turn], Save]) -> None:
        """Take the log's lock, decide, store, commit."""
        is_committing = False

        def committing() -> None:
            nonlocal is_committing
            is_committing = True

        with self._troubles.met(in_writing=True, was_sent=lambda: is_committing):
            self._recorder.insert_events([], decide=decide, committing=committing)

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
        with (
            self._troubles.met(in_writing=True),
            self._writers.transaction(commit=True) as cursor,
        ):
            yield cursor

    @contextmanager
    def _reading(self) -> Iterator[Cursor[DictRow]]:
        with (
            self._troubles.met(),
            self._readers.get_connection() as connection,
            connection.cursor() as cursor,
        ):
            yield cursor

    # -- reading -----------------------------------------------------------------------------

    @contextmanager
    def _look(self) -> Iterator[Turn]:
        with self._reading() as cursor:
            yield PostgresTurn(cursor)

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

    def rows_after(
        self, position: int, *, limit: int, topics: Sequence[str] = ()
    ) -> Sequence[LogRow]:
        """Read rows of the log after a position."""
        with self._reading() as cursor:
            return rows_after(cursor, position, limit=limit, topics=topics)

    def states_after(
        self, position: int, *, limit: int, topics: Sequence[str] = (), until: int | None = None
    ) -> Sequence[tuple[int, str, bytes]]:
        """Read positions, topics and stored bytes after a position."""
        with self._reading() as cursor:
            return states_after(cursor, position, limit=limit, topics=topics, until=until)

    def head(self) -> int:
        """Give the newest position."""
        with self._reading() as cursor:
            cursor.execute("SELECT max(notification_id) AS head FROM stored_events")
            return int(cast("DictRow", cursor.fetchone())["head"] or 0)

    def identity(self) -> StoreIdentity:
        """Say which store this is."""
        with self._reading() as cursor:
            cursor.execute(READ_IDENTITY)
            return StoreIdentity(**cast("DictRow", cursor.fetchone()))

    def credential(self, key_id: str) -> CredentialRow | None:
        """Read one key's row."""
        with self._reading() as cursor:
            cursor.execute(
                f"SELECT {CREDENTIAL_COLUMNS} FROM credentials WHERE key_id = %s", (key_id,)
            )
            row = cursor.fetchone()
            return CredentialRow(**row) if row else None

    def credentials_of(self, account: int) -> Sequence[CredentialRow]:
        """Read the rows of an account's API keys that have not ended, oldest first."""
        with self._reading() as cursor:
            cursor.execute(
                f"SELECT {CREDENTIAL_COLUMNS} FROM credentials"
                " WHERE account = %s AND revoked_at IS NULL ORDER BY issued_at, key_id",
                (account,),
            )
            return [CredentialRow(**row) for row in cursor.fetchall()]

    def clock_marks(self) -> Sequence[ClockMark]:
        """Read what time it was by all clocks."""
        with self._reading() as cursor:
            cursor.execute(f"SELECT {CLOCK_COLUMNS} FROM clock_marks")
            return [ClockMark(**row) for row in cursor.fetchall()]

    def leases(self) -> Sequence[Lease]:
        """Read all leases."""
        with self._reading() as cursor:
            return PostgresTurn(cursor).leases()

    def due_polls(self, now: Instant, *, limit: int) -> Sequence[tuple[int, int]]:
        """Number the payments whose turn has come, longest due first."""
        with self._reading() as cursor:
            cursor.execute(DUE_POLLS.format(mark="%s"), (now, limit))
            return [(row["number"], row["round"]) for row in cursor]

    # -- upkeep ------------------------------------------------------------------------------

    def version(self) -> int | None:
        """Give the version of the tables: None without any, 0 when they are half restored."""
        with self._reading() as cursor:
            return version_of(cursor)

    def is_migrated(self) -> bool:
        """Whether the tables are there, in this version."""
        return self.version() == SCHEMA_VERSION

    def has_older_secrets(self) -> bool:
        """Whether there are secrets, and no tags of them."""
        with self._reading() as cursor:
            return has_older_rows_in_postgres(cursor)

    def migrate(self) -> None:
        """Make the tables, one process at a time."""
        with self._troubles.met(in_writing=True), self._writers.get_connection() as guard:
            guard.execute("SELECT pg_advisory_lock(%s)", (MIGRATION_LOCK,))
            try:
                if not self.is_migrated():
                    self._make_tables()
            finally:
                guard.execute("SELECT pg_advisory_unlock(%s)", (MIGRATION_LOCK,))

    def _make_tables(self) -> None:
        must_be_known(self.version())
        for recorder in (self._recorder, self._snapshots):
            recorder.create_table()
        with self._writing() as cursor:
            for statement in MADE:
                cursor.execute(statement)
            cursor.execute(DRAW_IDENTITY.replace("?", "%s"), drawn_identity())
            cursor.execute("DELETE FROM schema_version")
            cursor.execute("INSERT INTO schema_version VALUES (%s)", (SCHEMA_VERSION,))

    def drop_old_saves(self, now: Instant, *, limit: int) -> int:
        """Forget old save ids and ended secrets, but for rows that somebody is changing."""
        with self._writing() as cursor:
            return drop_old_saves(cursor, now, limit=limit)

    def contents_of(
        self, kind: ContentKind, msisdn: str, *, after: int, limit: int
    ) -> Sequence[int]:
        """Find some contents of a kind beside a number."""
        with self._reading() as cursor:
            asked = {"kind": kind.value, "msisdn": msisdn, "after": after, "limit": limit}
            cursor.execute(_CONTENTS_OF, asked)
            return [row["number"] for row in cursor.fetchall()]

    def scrub(self, *, rewrite: bool) -> Sequence[str]:
        """With ``rewrite``, write contents anew and let go of the write-ahead log."""
        if not rewrite:
            return ["Old row versions stay in the database's files until --rewrite."]
        try:
            return scrub(self._url)
        except psycopg.OperationalError as error:
            msg = f"The tables could not be written anew: {type(error).__name__}."
            raise StoreDown(msg) from error

    # -- how it is ---------------------------------------------------------------------------

    def ping(self) -> None:
        """Read of each table that a send needs."""
        with self._reading() as cursor:
            for table in SENT_BY:
                cursor.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchall()

    def limits_not_in_force(self) -> Sequence[str]:
        """Name the limits that a connection asked for and does not have, as behind PgBouncer."""
        with self._reading() as cursor:
            rows = cursor.execute(
                "SELECT name FROM pg_settings WHERE name = ANY(%s) AND source <> 'client'",
                (list(LIMITS),),
            ).fetchall()
        return sorted(row["name"] for row in rows)

    def try_out(self) -> None:
        """Look whether somebody holds the log's lock, else write when the last one could not."""
        self._troubles.try_out(self._reading, self._writing)

    def close(self) -> None:
        """Let go of every connection."""
        self._readers.close()
        self._writers.close()

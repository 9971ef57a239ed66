"""``SqliteStore``: the port over one file, whose writers take turns between processes."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, cast
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteAggregateRecorder

from adapters.store.effects import SqlEffectPositions
from adapters.store.guarding import bring_up, has_older_rows
from adapters.store.health import Health, Healthy
from adapters.store.identity import DRAW_IDENTITY, READ_IDENTITY, drawn_identity
from adapters.store.looking import Looking
from adapters.store.schema import (
    CLOCK_COLUMNS,
    CONTENTS_OF,
    CREDENTIAL_COLUMNS,
    DUE_POLLS,
    LEASE_COLUMNS,
    SCHEMA_VERSION,
    SENT_BY,
    TABLES,
)
from adapters.store.sealed import SqliteSealedLog
from adapters.store.sqlite.connections import Datastore
from adapters.store.sqlite.dropping import drop_old_saves
from adapters.store.sqlite.inspection import Inspection
from adapters.store.sqlite.opened import make_private
from adapters.store.sqlite.reading import rows_after, states_after
from adapters.store.sqlite.saving import Recorder, SqliteTurn
from adapters.store.sqlite.scrubbing import scrub
from adapters.store.sqlite.swapping import finish
from adapters.store.sqlite.trouble import SqliteTroubles, damage_words
from adapters.store.sqlite.wal import shorten
from adapters.store.tagged import SqliteTaggedLog
from adapters.store.troubles import must_be_known
from adapters.store.turn import TurnLock
from application.ports import (
    ClockMark,
    CredentialRow,
    EffectPositions,
    Lease,
    LogRow,
    Save,
    SealedLog,
    StoreIdentity,
    StoreUnusable,
    TaggedLog,
    Turn,
    VersionConflict,
)
from domain.contents import ContentKind
from domain.errors import StoreDown
from domain.values import Instant

TRIED_OUT: Final = (
    "INSERT INTO contents (kind, number, salt, body) VALUES ('room', 0, x'', zeroblob(262144))",
    "DELETE FROM contents WHERE kind = 'room'",
)
"""A write that needs as much room as a large bulk, and leaves nothing."""

_CONTENTS_OF: Final = CONTENTS_OF.format(
    kind=":kind", msisdn=":msisdn", after=":after", limit=":limit"
)


class SqliteStore(Looking, Healthy):
    """``application.ports.Store`` over one SQLite file."""

    def __init__(self, path: Path, *, is_server: bool) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        finish(path.parent)  # a restore that was broken off when it counted already
        make_private(path)
        self._datastore = Datastore(path)
        self._health = Health()
        self._troubles = SqliteTroubles(path, self._health, self._datastore.must_stand)
        self._recorder = Recorder(self._datastore)
        self._snapshots = SQLiteAggregateRecorder(self._datastore, "stored_snapshots")
        self._turn = TurnLock(path.with_name("store.turn"), is_server=is_server)
        self.effects: EffectPositions = SqlEffectPositions(
            self._writing, self._reading, placeholder="?"
        )
        self.tagged: TaggedLog = SqliteTaggedLog(self._reading)
        self.sealed: SealedLog = SqliteSealedLog(self._reading)

    # -- writing -----------------------------------------------------------------------------

    def transact(self, decide: Callable[[Turn], Save]) -> None:
        """Take the write lock, decide, store, commit."""
        is_committing = False

        def committing() -> None:
            nonlocal is_committing
            is_committing = True

        with self._turn.held(), self._troubles.met(in_writing=True, was_sent=lambda: is_committing):
            self._recorder.insert_events([], decide=decide, committing=committing)

    def take_numbers(self, kind: str, count: int) -> int:
        """Reserve numbers for good: they reach the disk before, or with, the save that has them."""
        with self._writing(is_awaited=False) as cursor:
            cursor.execute(
                "INSERT INTO numbers VALUES (?, ? + 1) ON CONFLICT (kind)"
                " DO UPDATE SET next = next + ? RETURNING next",
                (kind, count, count),
            )
            (after,) = cursor.fetchone()
            return int(after) - count

    def put_snapshot(self, snapshot: StoredEvent) -> None:
        """Keep a snapshot and drop older ones."""
        key = cast("UUID", snapshot.originator_id).hex
        with self._writing() as cursor:
            cursor.execute(
                "DELETE FROM stored_snapshots WHERE originator_id = ? AND originator_version <= ?",
                (key, snapshot.originator_version),
            )
            cursor.execute(
                "INSERT INTO stored_snapshots VALUES (?,?,?,?)",
                (key, snapshot.originator_version, snapshot.topic, snapshot.state),
            )

    @contextmanager
    def _writing(self, *, is_awaited: bool = True) -> Iterator[sqlite3.Cursor]:
        with (
            self._turn.held(),
            self._troubles.met(in_writing=True),
            self._datastore.transaction(commit=True, is_awaited=is_awaited) as cursor,
        ):
            yield cast("sqlite3.Cursor", cursor)

    # -- reading -----------------------------------------------------------------------------

    @contextmanager
    def _look(self) -> Iterator[Turn]:
        with self._reading() as cursor:
            yield SqliteTurn(cursor)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Cursor]:
        with self._troubles.met(), self._datastore.reading() as cursor:
            yield cursor

    def position_of(self, aggregate: UUID) -> int:
        """Give the position of an aggregate's newest event."""
        with self._reading() as cursor:
            cursor.execute(
                "SELECT rowid FROM stored_events WHERE originator_id = ?"
                " ORDER BY originator_version DESC LIMIT 1",
                (aggregate.hex,),
            )
            row = cursor.fetchone()
            return int(row[0]) if row else 0

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
            cursor.execute("SELECT max(rowid) FROM stored_events")
            return int(cursor.fetchone()[0] or 0)

    def identity(self) -> StoreIdentity:
        """Say which store this is."""
        with self._reading() as cursor:
            cursor.execute(READ_IDENTITY)
            return StoreIdentity(*cursor.fetchone())

    def credential(self, key_id: str) -> CredentialRow | None:
        """Read one key's row."""
        with self._reading() as cursor:
            cursor.execute(
                f"SELECT {CREDENTIAL_COLUMNS} FROM credentials WHERE key_id = ?",
                (key_id,),
            )
            row = cursor.fetchone()
            return CredentialRow(*row) if row else None

    def credentials_of(self, account: int) -> Sequence[CredentialRow]:
        """Read the rows of an account's API keys that have not ended, oldest first."""
        with self._reading() as cursor:
            cursor.execute(
                f"SELECT {CREDENTIAL_COLUMNS} FROM credentials"
                " WHERE account = ? AND revoked_at IS NULL ORDER BY issued_at, key_id",
                (account,),
            )
            return [CredentialRow(*row) for row in cursor]

    def clock_marks(self) -> Sequence[ClockMark]:
        """Read what time it was by all clocks."""
        with self._reading() as cursor:
            cursor.execute(f"SELECT {CLOCK_COLUMNS} FROM clock_marks")
            return [ClockMark(*row) for row in cursor]

    def leases(self) -> Sequence[Lease]:
        """Read all leases."""
        with self._reading() as cursor:
            cursor.execute(f"SELECT {LEASE_COLUMNS} FROM sim_leases")
            return [Lease(*row) for row in cursor]

    def due_polls(self, now: Instant, *, limit: int) -> Sequence[tuple[int, int]]:
        """Number the payments whose turn has come, longest due first."""
        with self._reading() as cursor:
            cursor.execute(DUE_POLLS.format(mark="?"), (now, limit))
            return [(row[0], row[1]) for row in cursor]

    # -- upkeep ------------------------------------------------------------------------------

    def version(self) -> int | None:
        """Give the version of the tables, None without any: whoever opens a file has it whole."""
        with self._reading() as cursor:
            cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'schema_version'")
            if cursor.fetchone() is None:
                return None
            cursor.execute("SELECT version FROM schema_version")
            return int(cursor.fetchone()[0])

    def is_migrated(self) -> bool:
        """Whether the tables are there, in this version."""
        return self.version() == SCHEMA_VERSION

    def has_older_secrets(self) -> bool:
        """Whether there are secrets, and no tags of them."""
        with self._reading() as cursor:
            return has_older_rows(cursor)

    def migrate(self) -> None:
        """Make the tables, or bring them up."""
        if self.is_migrated():
            return
        must_be_known(self.version())
        with self._writing() as cursor:
            for made in (self._recorder, self._snapshots):
                for statement in made.create_table_statements:
                    cursor.execute(statement)
            for statement in TABLES:
                cursor.execute(statement.format(blob="BLOB", big="INTEGER"))
            bring_up(cursor)
            cursor.execute(DRAW_IDENTITY, drawn_identity())
            cursor.execute("DELETE FROM schema_version")
            cursor.execute("INSERT INTO schema_version VALUES (?)", (SCHEMA_VERSION,))

    def drop_old_saves(self, now: Instant, *, limit: int) -> int:
        """Forget some save ids that nobody can ask for any more, and some secrets that ended."""
        with self._writing() as cursor:
            return drop_old_saves(cursor, now, limit=limit)

    def contents_of(
        self, kind: ContentKind, msisdn: str, *, after: int, limit: int
    ) -> Sequence[int]:
        """Find some contents of a kind beside a number."""
        with self._reading() as cursor:
            asked = {"kind": kind.value, "msisdn": msisdn, "after": after, "limit": limit}
            return [number for (number,) in cursor.execute(_CONTENTS_OF, asked)]

    def scrub(self, *, rewrite: bool) -> Sequence[str]:
        """Empty the write-ahead log into the file; with ``rewrite``, write contents anew."""
        with self._turn.held(), self._troubles.met(in_writing=True):
            return scrub(self._datastore, rewrite=rewrite)

    def shorten(self) -> bool:
        """Keep the write-ahead log short; False when it is long and stays in use."""
        with (
            self._turn.held(),
            self._troubles.met(in_writing=False),
            self._datastore.bare() as connection,
        ):
            return shorten(connection)

    # -- how it is ---------------------------------------------------------------------------

    def ping(self) -> None:
        """Read of each table that a send needs."""
        with self._reading() as cursor:
            for table in SENT_BY:
                cursor.execute(f"SELECT * FROM {table} LIMIT 1").fetchall()

    def try_out(self) -> None:
        """Try whether the lock is free, and to write when the last one could not."""
        health = self._health
        if not (health.keeps_writers_out or health.is_idle):
            return
        with suppress(StoreDown, VersionConflict), self._troubles.met(in_writing=True):
            self._datastore.try_lock()
            if health.keeps_writers_out:
                with self._turn.held(), self._datastore.transaction(commit=True) as cursor:
                    for statement in TRIED_OUT:
                        cursor.execute(statement)

    def suspect(self) -> str | None:
        """Look for damage now, since some was met; say what there is."""
        return self._troubles.suspect()

    def inspection(self) -> Inspection:
        """Give what looks for damage that nobody has met yet."""

        def look() -> Callable[[str], None] | None:
            try:
                self._datastore.must_stand()
            except StoreUnusable:
                return None
            return found

        def found(where: str) -> None:
            if look() is not None:  # else it is in the file that came in the place of ours
                self._health.damaged(damage_words(self._path, where))

        return Inspection(self._path, look=look)

    def close(self) -> None:
        """Let go of every connection."""
        self._datastore.close()
        self._turn.close()

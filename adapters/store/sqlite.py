"""The embedded truth: store.db through the library's SQLite recorder, one writer at a time."""

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, cast
from uuid import UUID

from eventsourcing import persistence
from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import (
    SQLiteAggregateRecorder,
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
    SQLiteTransaction,
)

from adapters.store.schema import (
    CONTENT_COLUMNS,
    CREDENTIAL_COLUMNS,
    LEASE_COLUMNS,
    SAVES_KEPT_S,
    SCHEMA_VERSION,
    TABLES,
)
from adapters.store.turn import TurnLock
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

BUSY_TIMEOUT_S: Final = 5
ROWS_AT_ONCE: Final = 500
"""Parameters in one IN list."""


class _WriteTransaction(SQLiteTransaction):
    """BEGIN IMMEDIATE: the write lock first, so that what is decided is decided under it."""

    def __enter__(self) -> SQLiteCursor:
        cursor = self.connection.cursor()
        cursor.execute("BEGIN IMMEDIATE" if self.commit else "BEGIN")
        return cursor


class _Connection(SQLiteConnection):
    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        with _WriteTransaction(self, commit=commit) as cursor, cursor as raw:
            yield raw  # type: ignore[misc]  # SQLite's own cursor: it iterates, the wrapper not


class _Pool(SQLiteConnectionPool):
    """Connections with the durability that the ledger needs."""

    def _create_connection(self) -> SQLiteConnection:
        made = super()._create_connection()
        raw = made._sqlite_conn
        for pragma in (
            "synchronous=FULL",
            "secure_delete=ON",
            "cache_size=-65536",
            "wal_autocheckpoint=4000",
            "temp_store=MEMORY",
        ):
            raw.execute(f"PRAGMA {pragma}")
        return _Connection(sqlite_conn=raw, max_age=self.max_age)


class _Datastore(SQLiteDatastore):
    def __init__(self, path: Path) -> None:
        super().__init__(db_name=str(path), lock_timeout=BUSY_TIMEOUT_S)
        self.pool = _Pool(db_name=str(path), lock_timeout=BUSY_TIMEOUT_S, pool_size=8)


class _SqliteTurn:
    """Reading under the write lock."""

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self._cursor = cursor

    def tails(self, since: Sequence[tuple[UUID, int]]) -> Sequence[StoredEvent]:
        events: list[StoredEvent] = []
        for aggregate, version in since:
            self._cursor.execute(
                "SELECT originator_version, topic, state FROM stored_events"
                " WHERE originator_id = ? AND originator_version > ?"
                " ORDER BY originator_version",
                (aggregate.hex, version),
            )
            events.extend(StoredEvent(aggregate, *row) for row in self._cursor)
        return events

    def snapshots(self, ids: Sequence[UUID]) -> Sequence[StoredEvent]:
        found = (_newest_snapshot(self._cursor, aggregate) for aggregate in ids)
        return [snapshot for snapshot in found if snapshot is not None]

    def was_saved(self, save_id: UUID) -> bool:
        self._cursor.execute("SELECT 1 FROM saves WHERE save_id = ?", (save_id.hex,))
        return self._cursor.fetchone() is not None

    def open_digests(self, digests: Sequence[bytes]) -> Mapping[bytes, int]:
        found: dict[bytes, int] = {}
        for start in range(0, len(digests), ROWS_AT_ONCE):
            some = digests[start : start + ROWS_AT_ONCE]
            self._cursor.execute(
                "SELECT digest, max(number) FROM contents WHERE digest IN"
                f" ({_marks(len(some))}) GROUP BY digest",
                some,
            )
            found.update((bytes(row[0]), row[1]) for row in self._cursor)
        return found

    def contents(self, kind: str, numbers: Sequence[int]) -> Mapping[int, ContentRow]:
        self._cursor.execute(
            f"SELECT {CONTENT_COLUMNS} FROM contents WHERE kind = ?"
            f" AND number IN ({_marks(len(numbers))})",
            (kind, *numbers),
        )
        return {row[1]: ContentRow(*row) for row in self._cursor}

    def lease(self, sim: int) -> Lease | None:
        self._cursor.execute(
            f"SELECT {LEASE_COLUMNS} FROM sim_leases WHERE sim = ?",
            (sim,),
        )
        row = self._cursor.fetchone()
        return Lease(*row) if row else None


def _marks(count: int) -> str:
    return ",".join("?" * count)


def _newest_snapshot(cursor: sqlite3.Cursor, aggregate: UUID) -> StoredEvent | None:
    cursor.execute(
        "SELECT originator_version, topic, state FROM stored_snapshots"
        " WHERE originator_id = ? ORDER BY originator_version DESC LIMIT 1",
        (aggregate.hex,),
    )
    row = cursor.fetchone()
    return StoredEvent(aggregate, *row) if row else None


class _Recorder(SQLiteApplicationRecorder):
    """The library's recorder, whose hook decides and stores what stands beside the events."""

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        with self.datastore.transaction(commit=True) as cursor:
            return self._insert_events(cursor, stored_events, **kwargs)

    def _insert_events(
        self, c: SQLiteCursor, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        cursor = cast("sqlite3.Cursor", c)
        save = cast("Callable[[Turn], Save]", kwargs["decide"])(_SqliteTurn(cursor))
        if save.is_empty():
            return None
        cursor.executemany(
            self.insert_events_statement,
            [
                (cast("UUID", e.originator_id).hex, e.originator_version, e.topic, e.state)
                for e in (*stored_events, *save.events)
            ],
        )
        _store_side_rows(cursor, save)
        return None


def _store_side_rows(cursor: sqlite3.Cursor, save: Save) -> None:
    cursor.execute("INSERT INTO saves VALUES (?, ?)", (save.save_id.hex, save.at))
    cursor.executemany(
        f"INSERT OR REPLACE INTO contents ({CONTENT_COLUMNS}) VALUES (?,?,?,?,?,?,?,?)",
        [
            (r.kind, r.number, r.salt, r.msisdn, r.body, r.sender, r.folded, r.digest)
            for r in save.contents
        ],
    )
    cursor.executemany(
        f"INSERT INTO credentials ({CREDENTIAL_COLUMNS}) VALUES (?,?,?,?,?,?)",
        [
            (r.key_id, r.account, r.name, r.hash, r.issued_at, r.revoked_at)
            for r in save.credentials
        ],
    )
    cursor.executemany(
        "UPDATE credentials SET revoked_at = ? WHERE key_id = ?",
        [(at, key_id) for key_id, at in save.revoked],
    )
    cursor.executemany(
        f"INSERT OR REPLACE INTO sim_leases ({LEASE_COLUMNS}) VALUES (?,?,?,?,?,?,?)",
        [
            (r.sim, r.network, r.modem, r.holder, r.fence, r.expires_at, r.answered_at)
            for r in save.leases
        ],
    )
    cursor.executemany(
        "UPDATE contents SET digest = NULL WHERE kind = 'message' AND number = ?",
        [(number,) for number in save.settled],
    )
    cursor.executemany("DELETE FROM contents WHERE kind = ? AND number = ?", save.erased)


class SqliteStore:
    """``application.ports.Store`` over one SQLite file."""

    def __init__(self, path: Path, *, is_server: bool) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        _make_private(path)
        self._datastore = _Datastore(path)
        self._recorder = _Recorder(self._datastore)
        self._snapshots = SQLiteAggregateRecorder(self._datastore, "stored_snapshots")
        self._turn = TurnLock(path.with_name("store.turn"), is_server=is_server)

    # -- writing -----------------------------------------------------------------------------

    def transact(self, decide: Callable[[Turn], Save]) -> None:
        """Take the write lock, decide, store, commit."""
        reached = False

        def decided(turn: Turn) -> Save:
            nonlocal reached
            reached = True
            return decide(turn)

        with self._turn.held(), _translated(lambda: reached):
            self._recorder.insert_events([], decide=decided)

    def take_numbers(self, kind: str, count: int) -> int:
        """Reserve numbers for good."""
        with self._turn.held(), _translated(), self._datastore.transaction(commit=True) as c:
            cursor = cast("sqlite3.Cursor", c)
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
        with self._turn.held(), _translated(), self._datastore.transaction(commit=True) as c:
            cursor = cast("sqlite3.Cursor", c)
            cursor.execute(
                "DELETE FROM stored_snapshots WHERE originator_id = ? AND originator_version <= ?",
                (key, snapshot.originator_version),
            )
            cursor.execute(
                "INSERT INTO stored_snapshots VALUES (?,?,?,?)",
                (key, snapshot.originator_version, snapshot.topic, snapshot.state),
            )

    # -- reading -----------------------------------------------------------------------------

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Cursor]:
        with _translated(), self._datastore.transaction(commit=False) as cursor:
            yield cast("sqlite3.Cursor", cursor)

    def tail(self, aggregate: UUID, after_version: int) -> Sequence[StoredEvent]:
        """Read one aggregate's newer events."""
        with self._reading() as cursor:
            return _SqliteTurn(cursor).tails([(aggregate, after_version)])

    def snapshot(self, aggregate: UUID) -> StoredEvent | None:
        """Read one aggregate's newest snapshot."""
        with self._reading() as cursor:
            return _newest_snapshot(cursor, aggregate)

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

    def events_after(
        self, position: int, *, limit: int, topics: Sequence[str] = ()
    ) -> Sequence[tuple[int, StoredEvent]]:
        """Read the log after a position."""
        wanted = f" AND topic IN ({_marks(len(topics))})" if topics else ""
        with self._reading() as cursor:
            cursor.execute(
                "SELECT rowid, originator_id, originator_version, topic, state"
                f" FROM stored_events WHERE rowid > ?{wanted} ORDER BY rowid LIMIT ?",
                (position, *topics, limit),
            )
            return [(row[0], StoredEvent(UUID(row[1]), *row[2:])) for row in cursor]

    def head(self) -> int:
        """Give the newest position."""
        with self._reading() as cursor:
            cursor.execute("SELECT max(rowid) FROM stored_events")
            return int(cursor.fetchone()[0] or 0)

    def content(self, kind: str, number: int) -> ContentRow | None:
        """Read one content row."""
        with self._reading() as cursor:
            return _SqliteTurn(cursor).contents(kind, [number]).get(number)

    def credential(self, key_id: str) -> CredentialRow | None:
        """Read one key's row."""
        with self._reading() as cursor:
            cursor.execute(
                f"SELECT {CREDENTIAL_COLUMNS} FROM credentials WHERE key_id = ?",
                (key_id,),
            )
            row = cursor.fetchone()
            return CredentialRow(*row) if row else None

    def leases(self) -> Sequence[Lease]:
        """Read all leases."""
        with self._reading() as cursor:
            cursor.execute(f"SELECT {LEASE_COLUMNS} FROM sim_leases")
            return [Lease(*row) for row in cursor]

    # -- upkeep ------------------------------------------------------------------------------

    def is_migrated(self) -> bool:
        """Whether the tables are there, in this version."""
        with self._reading() as cursor:
            cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'schema_version'")
            if cursor.fetchone() is None:
                return False
            cursor.execute("SELECT version FROM schema_version")
            return int(cursor.fetchone()[0]) == SCHEMA_VERSION

    def migrate(self) -> None:
        """Make the tables."""
        if self.is_migrated():
            return
        self._recorder.create_table()
        self._snapshots.create_table()
        with self._turn.held(), _translated(), self._datastore.transaction(commit=True) as c:
            cursor = cast("sqlite3.Cursor", c)
            for statement in TABLES:
                cursor.execute(statement.format(blob="BLOB", big="INTEGER"))
            cursor.execute("DELETE FROM schema_version")
            cursor.execute("INSERT INTO schema_version VALUES (?)", (SCHEMA_VERSION,))

    def drop_old_saves(self, now: Instant) -> None:
        """Forget save ids that nobody can ask for any more."""
        with self._turn.held(), _translated(), self._datastore.transaction(commit=True) as c:
            cast("sqlite3.Cursor", c).execute(
                "DELETE FROM saves WHERE at < ?", (now - SAVES_KEPT_S * SECOND,)
            )

    def ping(self) -> None:
        """Touch the database."""
        with self._reading() as cursor:
            cursor.execute("SELECT 1")

    def close(self) -> None:
        """Let go of every connection."""
        self._datastore.close()
        self._turn.close()


def _make_private(path: Path) -> None:
    """Create the file readable by its owner only; SQLite gives -wal and -shm the same mode."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


@contextmanager
def _translated(was_decided: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Turn the library's and SQLite's errors into the port's; ours pass through."""
    try:
        yield
    except persistence.IntegrityError as error:
        raise VersionConflict(str(error)) from error
    except sqlite3.IntegrityError as error:
        raise VersionConflict(str(error)) from error
    except (persistence.PersistenceError, sqlite3.Error) as error:
        if was_decided():
            raise AnswerLost(str(error)) from error
        raise StoreDown(f"The store cannot be reached: {error}") from error

"""Reading under the write lock, and writing what was decided there."""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any, Final, cast
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteCursor

from adapters.store.changes import STATEMENTS, Statement, Writer, carry_out
from adapters.store.schema import (
    CONTENT_COLUMNS,
    CREDENTIAL_COLUMNS,
    LEASE_COLUMNS,
    POLL_COLUMNS,
    REPEATABLE_COLUMNS,
    SECRET_COLUMNS,
)
from adapters.store.tagged import END, SqliteTaggedLog, place_of
from application.ports import (
    Change,
    ContentRow,
    CredentialRow,
    Lease,
    PaymentPoll,
    Repeatable,
    Save,
    SecretKind,
    SecretRow,
    TaggedLog,
    Turn,
)
from domain.contents import ContentKind
from domain.proof.writer import Place

ROWS_AT_ONCE: Final = 500
"""Parameters in one IN list."""

# One statement for all aggregates; CROSS JOIN has SQLite go by them, each a probe of the index.
TAILS: Final = """SELECT k.key, e.originator_version, e.topic, e.state
    FROM json_each(?) AS k CROSS JOIN stored_events AS e
    WHERE e.originator_id = json_extract(k.value, '$[0]')
        AND e.originator_version > json_extract(k.value, '$[1]')
    ORDER BY k.key, e.originator_version"""
SNAPSHOTS: Final = """SELECT k.key, s.originator_version, s.topic, s.state
    FROM json_each(?) AS k CROSS JOIN stored_snapshots AS s
    WHERE s.originator_id = k.value AND s.originator_version =
        (SELECT max(originator_version) FROM stored_snapshots WHERE originator_id = k.value)"""


class SqliteTurn:
    """Reading under the write lock."""

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self._cursor = cursor
        self.tagged: TaggedLog = SqliteTaggedLog(lambda: nullcontext(cursor))

    def tails(self, since: Sequence[tuple[UUID, int]]) -> Sequence[StoredEvent]:
        """Give the events of each aggregate after a version."""
        asked = json.dumps([(aggregate.hex, version) for aggregate, version in since])
        self._cursor.execute(TAILS, (asked,))
        return [StoredEvent(since[place][0], *row) for place, *row in self._cursor]

    def snapshots(self, ids: Sequence[UUID]) -> Sequence[StoredEvent]:
        """Give the newest snapshots."""
        asked = json.dumps([aggregate.hex for aggregate in ids])
        self._cursor.execute(SNAPSHOTS, (asked,))
        return [StoredEvent(ids[place], *row) for place, *row in self._cursor]

    def was_saved(self, save_id: UUID) -> bool:
        """Whether a save was committed."""
        self._cursor.execute("SELECT 1 FROM saves WHERE save_id = ?", (save_id.hex,))
        return self._cursor.fetchone() is not None

    def repeatables(self, digests: Sequence[bytes]) -> Mapping[bytes, Repeatable]:
        """Find acceptances by their request's digest."""
        found: list[Repeatable] = []
        for start in range(0, len(digests), ROWS_AT_ONCE):
            some = digests[start : start + ROWS_AT_ONCE]
            self._cursor.execute(
                f"SELECT {REPEATABLE_COLUMNS} FROM repeatables"
                f" WHERE digest IN ({marks(len(some))})",
                some,
            )
            found.extend(Repeatable(*row) for row in self._cursor)
        return {known.digest: known for known in found}

    def contents(self, kind: ContentKind, numbers: Sequence[int]) -> Mapping[int, ContentRow]:
        """Read content rows."""
        self._cursor.execute(
            f"SELECT {CONTENT_COLUMNS} FROM contents WHERE kind = ?"
            f" AND number IN ({marks(len(numbers))})",
            (kind.value, *numbers),
        )
        return {row[1]: ContentRow(kind, *row[1:]) for row in self._cursor}

    def leases(self) -> Sequence[Lease]:
        """Read all leases."""
        self._cursor.execute(f"SELECT {LEASE_COLUMNS} FROM sim_leases")
        return [Lease(*row) for row in self._cursor]

    def secret(self, kind: SecretKind, key: str) -> SecretRow | None:
        """Read one secret."""
        self._cursor.execute(
            f"SELECT {SECRET_COLUMNS} FROM secrets WHERE kind = ? AND key = ?", (kind, key)
        )
        row = self._cursor.fetchone()
        return SecretRow(SecretKind(row[0]), *row[1:]) if row else None

    def secrets(self) -> Sequence[SecretRow]:
        """Read the rows of all secrets."""
        self._cursor.execute(f"SELECT {SECRET_COLUMNS} FROM secrets")
        return [SecretRow(SecretKind(row[0]), *row[1:]) for row in self._cursor]

    def payment_polls(self, numbers: Sequence[int]) -> Mapping[int, PaymentPoll]:
        """Read when the providers of payments are asked next."""
        self._cursor.execute(
            f"SELECT {POLL_COLUMNS} FROM payment_polls WHERE number IN ({marks(len(numbers))})",
            numbers,
        )
        return {row[0]: PaymentPoll(*row) for row in self._cursor}

    def credentials(self) -> Sequence[CredentialRow]:
        """Read the rows of all API keys."""
        self._cursor.execute(f"SELECT {CREDENTIAL_COLUMNS} FROM credentials")
        return [CredentialRow(*row) for row in self._cursor]

    def tags_end(self) -> Place:
        """Give the end of the log, and its last tag."""
        self._cursor.execute(END.format(position=SqliteTaggedLog.position))
        return place_of(*self._cursor.fetchone())


def marks(count: int) -> str:
    """Give ``count`` question marks for an IN list."""
    return ",".join("?" * count)


class Recorder(SQLiteApplicationRecorder):
    """The library's recorder, whose hook decides and stores what stands beside the events."""

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """Save what ``decide`` says; ``committing`` is called once COMMIT may be carried out."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_events(cursor, stored_events, **kwargs)
            cast("Callable[[], None]", kwargs["committing"])()
        return None

    def _insert_events(
        self, c: SQLiteCursor, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        cursor = cast("sqlite3.Cursor", c)
        save = cast("Callable[[Turn], Save]", kwargs["decide"])(SqliteTurn(cursor))
        if save.is_empty():
            return None
        cursor.executemany(
            self.insert_events_statement,
            [
                (cast("UUID", e.originator_id).hex, e.originator_version, e.topic, e.state)
                for e in (*stored_events, *save.events)
            ],
        )
        cursor.execute("INSERT INTO saves VALUES (?, ?)", (save.save_id.hex, save.at))
        carry_out(cursor, save.changes, WRITERS)
        return None


def writer(statement: Statement) -> Writer[sqlite3.Cursor]:
    """Make the writer of a statement: one call for all changes of a run."""
    sql, values = statement.marked("?")
    return Writer(
        statement.table, lambda cursor, changes: cursor.executemany(sql, map(values, changes))
    )


WRITERS: Final[Mapping[type[Change], Writer[sqlite3.Cursor]]] = {
    kind: writer(statement) for kind, statement in STATEMENTS.items()
}
"""Who carries out which change."""

"""Reading under the log's lock, and writing what was decided there, as arrays."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext, suppress
from operator import attrgetter
from typing import Any, Final, cast
from uuid import UUID

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg import Cursor
from psycopg.rows import DictRow

from adapters.store.changes import (
    STATEMENTS,
    Statement,
    Writer,
    carry_out,
    field_of,
    replacing,
)
from adapters.store.postgres.listening import COMMITTED
from adapters.store.schema import (
    CONTENT_COLUMNS,
    CREDENTIAL_COLUMNS,
    LEASE_COLUMNS,
    POLL_COLUMNS,
    REPEATABLE_COLUMNS,
    SECRET_COLUMNS,
)
from adapters.store.tagged import END, PostgresTaggedLog, place_of
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

TAIL_EVENTS_MAX: Final = 100_000
"""Of one aggregate and one query."""

# As LATERAL each aggregate is an index probe; as a plain JOIN the plan goes bad while the
# table is fresh (docs/decisions/0003).
TAILS: Final = """SELECT e.originator_id, e.originator_version, e.topic, e.state
    FROM unnest(%s::uuid[], %s::bigint[]) AS u(id, version), LATERAL (
        SELECT originator_id, originator_version, topic, state FROM stored_events
        WHERE originator_id = u.id AND originator_version > u.version
        ORDER BY originator_version LIMIT %s) AS e"""
SNAPSHOTS: Final = """SELECT s.originator_id, s.originator_version, s.topic, s.state
    FROM unnest(%s::uuid[]) AS u(id), LATERAL (
        SELECT originator_id, originator_version, topic, state FROM stored_snapshots
        WHERE originator_id = u.id ORDER BY originator_version DESC LIMIT 1) AS s"""
INSERT_EVENTS: Final = """INSERT INTO stored_events
    (originator_id, originator_version, topic, state)
    SELECT * FROM unnest(%b::uuid[], %b::bigint[], %b::text[], %b::bytea[])"""
INSERT_CONTENTS: Final = f"""INSERT INTO contents ({CONTENT_COLUMNS})
    SELECT * FROM unnest(%b::text[], %b::bigint[], %b::bytea[], %b::text[], %b::text[],
        %b::text[], %b::text[])""" + replacing("kind, number", CONTENT_COLUMNS)
TAGS_END: Final = END.format(position=PostgresTaggedLog.position)
TELL: Final = f"NOTIFY {COMMITTED}"
INSERT_SAVE: Final = "INSERT INTO saves VALUES (%s, %s)"


class PostgresTurn:
    """Reading under the log's lock."""

    def __init__(self, cursor: Cursor[DictRow], asked_end: Cursor[DictRow] | None = None) -> None:
        """``asked_end`` was asked for the end of the log already, behind the lock."""
        self._cursor = cursor
        self._asked_end = asked_end
        self.tagged: TaggedLog = PostgresTaggedLog(lambda: nullcontext(cursor))

    def tails(self, since: Sequence[tuple[UUID, int]]) -> Sequence[StoredEvent]:
        """Give the events of each aggregate after a version."""
        found: list[StoredEvent] = []
        while since:
            ids, versions = [key for key, _ in since], [version for _, version in since]
            self._cursor.execute(TAILS, (ids, versions, TAIL_EVENTS_MAX), prepare=True)
            some = _stored(self._cursor)
            found += some
            since = _cut_off(some)
        return found

    def snapshots(self, ids: Sequence[UUID]) -> Sequence[StoredEvent]:
        """Give the newest snapshots."""
        self._cursor.execute(SNAPSHOTS, (list(ids),), prepare=True)
        return _stored(self._cursor)

    def was_saved(self, save_id: UUID) -> bool:
        """Whether a save was committed."""
        self._cursor.execute("SELECT 1 FROM saves WHERE save_id = %s", (save_id.hex,))
        return self._cursor.fetchone() is not None

    def repeatables(self, digests: Sequence[bytes]) -> Mapping[bytes, Repeatable]:
        """Find acceptances by their request's digest."""
        self._cursor.execute(
            f"SELECT {REPEATABLE_COLUMNS} FROM repeatables WHERE digest = ANY(%b::bytea[])",
            (list(digests),),
            prepare=True,
        )
        found = [Repeatable(**row) for row in self._cursor.fetchall()]
        return {known.digest: known for known in found}

    def contents(self, kind: ContentKind, numbers: Sequence[int]) -> Mapping[int, ContentRow]:
        """Read content rows."""
        self._cursor.execute(
            f"SELECT {CONTENT_COLUMNS} FROM contents WHERE kind = %s AND number = ANY(%s)",
            (kind.value, list(numbers)),
            prepare=True,
        )
        found = [ContentRow(**{**row, "kind": kind}) for row in self._cursor.fetchall()]
        return {row.number: row for row in found}

    def leases(self) -> Sequence[Lease]:
        """Read all leases."""
        self._cursor.execute(f"SELECT {LEASE_COLUMNS} FROM sim_leases", prepare=True)
        return [Lease(**row) for row in self._cursor.fetchall()]

    def secret(self, kind: SecretKind, key: str) -> SecretRow | None:
        """Read one secret."""
        self._cursor.execute(
            f"SELECT {SECRET_COLUMNS} FROM secrets WHERE kind = %s AND key = %s", (kind, key)
        )
        row = self._cursor.fetchone()
        return secret_of(row) if row else None

    def secrets(self) -> Sequence[SecretRow]:
        """Read the rows of all secrets."""
        self._cursor.execute(f"SELECT {SECRET_COLUMNS} FROM secrets")
        return [secret_of(row) for row in self._cursor.fetchall()]

    def payment_polls(self, numbers: Sequence[int]) -> Mapping[int, PaymentPoll]:
        """Read when the providers of payments are asked next."""
        self._cursor.execute(
            f"SELECT {POLL_COLUMNS} FROM payment_polls WHERE number = ANY(%s)",
            (list(numbers),),
            prepare=True,
        )
        return {row["number"]: PaymentPoll(**row) for row in self._cursor.fetchall()}

    def credentials(self) -> Sequence[CredentialRow]:
        """Read the rows of all API keys."""
        self._cursor.execute(f"SELECT {CREDENTIAL_COLUMNS} FROM credentials")
        return [CredentialRow(**row) for row in self._cursor.fetchall()]

    def tags_end(self) -> Place:
        """Give the end of the log, and its last tag."""
        asked = self._asked_end or self._cursor.execute(TAGS_END, prepare=True)
        return place_of(*(asked.fetchone() or {}).values())


def secret_of(row: DictRow) -> SecretRow:
    """Make a secret of its row."""
    return SecretRow(**{**row, "kind": SecretKind(row["kind"])})


def _cut_off(found: Sequence[StoredEvent]) -> list[tuple[UUID, int]]:
    """Give the aggregates that may have more events, and the version that was read last."""
    if len(found) < TAIL_EVENTS_MAX:
        return []
    last = {event.originator_id: event.originator_version for event in found}
    counts = Counter(event.originator_id for event in found)
    return [(cast("UUID", key), last[key]) for key in last if counts[key] >= TAIL_EVENTS_MAX]


def _stored(cursor: Cursor[DictRow]) -> list[StoredEvent]:
    return [stored_of(row) for row in cursor.fetchall()]


def stored_of(row: DictRow) -> StoredEvent:
    """Make an event of its row."""
    return StoredEvent(
        row["originator_id"], row["originator_version"], row["topic"], bytes(row["state"])
    )


class Recorder(PostgresApplicationRecorder):
    """The library's table and lock; its retry is off, since the committer knows better."""

    def __init__(self, datastore: PostgresDatastore) -> None:
        super().__init__(datastore)
        self.lock_table_statements = self.lock_table_statements[-1:]  # timeout: per session

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """Save what ``decide`` says; ``committing`` is called once COMMIT may go out."""
        decide = cast("Callable[[Turn], Save]", kwargs["decide"])
        committing = cast("Callable[[], None]", kwargs["committing"])
        with self.datastore.get_connection() as connection:
            failure: Exception | None = None
            with (
                # It comes out when the connection is gone, and the transaction with it.
                suppress(psycopg.Rollback),
                connection.pipeline() as pipeline,
                connection.transaction(),
            ):
                with connection.cursor() as cursor, connection.cursor() as ahead:
                    try:
                        self._lock_table(cursor)
                        # With the lock, so that it costs no round trip of its own.
                        ahead.execute(TAGS_END, prepare=True)
                        save = decide(PostgresTurn(cursor, ahead))
                        if not save.is_empty():
                            _insert(cursor, [*stored_events, *save.events])
                            if save.events:
                                cursor.execute(TELL)
                            cursor.execute(INSERT_SAVE, (save.save_id.hex, save.at), prepare=True)
                            carry_out(cursor, save.changes, WRITERS)
                        pipeline.sync()
                    except Exception as error:  # noqa: BLE001 - raised below, when rolled back
                        failure = error
                if failure is not None:
                    raise psycopg.Rollback
                committing()
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


def writer(statement: Statement) -> Writer[Cursor[DictRow]]:
    """Make the writer of a statement: one round trip for all changes of a run."""
    sql, values = statement.marked("%s")
    return Writer(
        statement.table, lambda cursor, changes: cursor.executemany(sql, map(values, changes))
    )


def _write_contents(cursor: Cursor[DictRow], rows: Sequence[ContentRow]) -> None:
    """Write content rows as arrays; of those under one key the last counts."""
    last = {(row.kind, row.number): row for row in rows}
    values = attrgetter(*map(field_of, CONTENT_COLUMNS.split(", ")))
    columns = zip(*map(values, last.values()), strict=True)
    cursor.execute(INSERT_CONTENTS, [*map(list, columns)], prepare=True)


WRITERS: Final[Mapping[type[Change], Writer[Cursor[DictRow]]]] = {
    **{kind: writer(statement) for kind, statement in STATEMENTS.items()},
    ContentRow: Writer("contents", _write_contents),
}
"""Who carries out which change."""

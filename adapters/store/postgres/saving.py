"""Reading under the log's lock, and writing what was decided there, as arrays."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple
from typing import Any, Final, cast
from uuid import UUID

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg import Cursor
from psycopg.rows import DictRow

from adapters.store.schema import (
    CONTENT_COLUMNS,
    CREDENTIAL_COLUMNS,
    LEASE_COLUMNS,
    SECRET_COLUMNS,
)
from application.ports import ContentRow, Forget, Lease, Save, SecretKind, SecretRow, Turn

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
    ON CONFLICT (kind, number) DO UPDATE SET salt = EXCLUDED.salt, msisdn = EXCLUDED.msisdn,
        body = EXCLUDED.body, sender = EXCLUDED.sender, folded = EXCLUDED.folded,
        digest = EXCLUDED.digest"""


class PostgresTurn:
    """Reading under the log's lock."""

    def __init__(self, cursor: Cursor[DictRow]) -> None:
        self._cursor = cursor

    def tails(self, since: Sequence[tuple[UUID, int]]) -> Sequence[StoredEvent]:
        """Give the events of each aggregate after a version."""
        ids, versions = [key for key, _ in since], [version for _, version in since]
        self._cursor.execute(TAILS, (ids, versions), prepare=True)
        return _stored(self._cursor)

    def snapshots(self, ids: Sequence[UUID]) -> Sequence[StoredEvent]:
        """Give the newest snapshots."""
        self._cursor.execute(SNAPSHOTS, (list(ids),), prepare=True)
        return _stored(self._cursor)

    def was_saved(self, save_id: UUID) -> bool:
        """Whether a save was committed."""
        self._cursor.execute("SELECT 1 FROM saves WHERE save_id = %s", (save_id.hex,))
        return self._cursor.fetchone() is not None

    def open_digests(self, digests: Sequence[bytes]) -> Mapping[bytes, int]:
        """Find messages by their repeat digest."""
        self._cursor.execute(
            "SELECT digest, max(number) AS number FROM contents"
            " WHERE digest = ANY(%b::bytea[]) AND digest IS NOT NULL GROUP BY digest",
            (list(digests),),
            prepare=True,
        )
        return {bytes(row["digest"]): row["number"] for row in self._cursor.fetchall()}

    def contents(self, kind: str, numbers: Sequence[int]) -> Mapping[int, ContentRow]:
        """Read content rows."""
        self._cursor.execute(
            f"SELECT {CONTENT_COLUMNS} FROM contents WHERE kind = %s AND number = ANY(%s)",
            (kind, list(numbers)),
            prepare=True,
        )
        return {row["number"]: ContentRow(**row) for row in self._cursor.fetchall()}

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


def secret_of(row: DictRow) -> SecretRow:
    """Make a secret of its row."""
    return SecretRow(**{**row, "kind": SecretKind(row["kind"])})


def _stored(cursor: Cursor[DictRow]) -> list[StoredEvent]:
    return [
        StoredEvent(
            row["originator_id"], row["originator_version"], row["topic"], bytes(row["state"])
        )
        for row in cursor.fetchall()
    ]


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
                with connection.cursor() as cursor:
                    try:
                        self._lock_table(cursor)
                        save = decide(PostgresTurn(cursor))
                        if not save.is_empty():
                            _insert(cursor, [*stored_events, *save.events])
                            _store_side_rows(cursor, save)
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
            f"INSERT INTO credentials ({CREDENTIAL_COLUMNS}) VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s)",
            astuple(credential),
        )
    for key_id, at in save.revoked:
        cursor.execute("UPDATE credentials SET revoked_at = %s WHERE key_id = %s", (at, key_id))
    for lease in save.leases:
        _store_lease(cursor, lease)
    if save.settled:
        cursor.execute(
            "UPDATE contents SET digest = NULL WHERE kind = 'message' AND number = ANY(%s)",
            (save.settled,),
        )
    _erase(cursor, save)
    for change in save.secret_changes:
        _change_secret(cursor, change)
    for key_id, at in save.key_uses:
        cursor.execute("UPDATE credentials SET used_at = %s WHERE key_id = %s", (at, key_id))


def _erase(cursor: Cursor[DictRow], save: Save) -> None:
    for kind, number in save.blanked:
        cursor.execute(
            "UPDATE contents SET body = NULL, folded = NULL, digest = NULL"
            " WHERE kind = %s AND number = %s",
            (kind, number),
        )
    for kind, number in save.erased:
        cursor.execute("DELETE FROM contents WHERE kind = %s AND number = %s", (kind, number))
    for account in save.unnamed:
        cursor.execute(
            "UPDATE credentials SET name = '', sources = '' WHERE account = %s", (account,)
        )


def _change_secret(cursor: Cursor[DictRow], change: SecretRow | Forget) -> None:
    match change:
        case SecretRow():
            cursor.execute(
                f"INSERT INTO secrets ({SECRET_COLUMNS}) VALUES (%s,%s,%s,%s,%s,%s)"
                " ON CONFLICT (kind, key) DO UPDATE SET account = EXCLUDED.account,"
                " value = EXCLUDED.value, at = EXCLUDED.at, ends_at = EXCLUDED.ends_at",
                astuple(change),
            )
        case Forget(kind, account, None):
            cursor.execute("DELETE FROM secrets WHERE account = %s AND kind = %s", (account, kind))
        case Forget(kind, account, key):
            cursor.execute(
                "DELETE FROM secrets WHERE kind = %s AND key = %s AND account = %s",
                (kind, key, account),
            )


def _store_lease(cursor: Cursor[DictRow], lease: Lease) -> None:
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

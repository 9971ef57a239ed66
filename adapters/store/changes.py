"""How the changes of a save reach the tables: a statement for each class, and runs of them.

Both dialects of SQL understand the statements; where one of them is better served by another
way of writing, its own table says so.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from string import Formatter
from typing import Any, Final, Generic, NamedTuple, TypeVar

from adapters.store.schema import (
    ATTEMPT_COLUMNS,
    CLOCK_COLUMNS,
    CONTENT_COLUMNS,
    CREDENTIAL_COLUMNS,
    LEASE_COLUMNS,
    POLL_COLUMNS,
    REPEATABLE_COLUMNS,
    SECRET_COLUMNS,
    TAG_COLUMNS,
    TILE_COLUMNS,
)
from application.ports import (
    AttemptsForgotten,
    Change,
    ClockMark,
    ClockMarksForgotten,
    ContentErased,
    ContentRow,
    CredentialRevoked,
    CredentialRow,
    CredentialTagged,
    KeysUnnamed,
    KeyUsed,
    Lease,
    PaymentPoll,
    Repeatable,
    RepeatableForgotten,
    SealTile,
    SecretRow,
    SecretsForgotten,
    SnapshotsForgotten,
    TagsForgotten,
    TextErased,
    WebhookAttempt,
    WebhookForgotten,
    WebhookReplayed,
    WebhookSet,
    WebhookStanding,
    WriterTag,
)

Cursor = TypeVar("Cursor")


class Statement(NamedTuple):
    """What a change does to its table; ``{name}`` stands for that field of the change."""

    table: str
    sql: str

    def marked(self, mark: str) -> tuple[str, Callable[[Any], tuple[object, ...]]]:
        """Give the SQL with the dialect's ``mark`` for values, and what gives a change's values."""
        parts = list(Formatter().parse(self.sql))
        names = [name for _, name, _, _ in parts if name is not None]
        values = attrgetter(*names)
        sql = "".join(text if name is None else text + mark for text, name, _, _ in parts)
        return sql, values if len(names) > 1 else lambda change: (values(change),)


class Writer(NamedTuple, Generic[Cursor]):
    """Carries out changes of one class, in their order, all at once."""

    table: str
    write: Callable[[Cursor, Sequence[Any]], object]


def carry_out(
    cursor: Cursor,
    changes: Sequence[Change],
    writers: Mapping[type[Change], Writer[Cursor]],
) -> None:
    """Carry out ``changes``: those of each table in their order, a run of one class at a time.

    What is done to one table leaves the others alone, so that between tables there is no order:
    a lease between two messages does not part their contents.
    """
    tables: dict[str, list[list[Change]]] = {}
    for kind, some in groupby(changes, type):
        runs = tables.setdefault(writers[kind].table, [])
        if runs and type(runs[-1][0]) is kind:
            runs[-1].extend(some)
        else:
            runs.append(list(some))
    for runs in tables.values():
        for run in runs:
            writers[type(run[0])].write(cursor, run)


def field_of(column: str) -> str:
    """Give the field of a change that goes into a column: of an enum the bare string.

    Drivers bind that at once, while they look for how to adapt an enum each time; and ``value``
    is a property in Python, slow beside the attribute that it reads.
    """
    return "kind._value_" if column == "kind" else column


def _insert(table: str, columns: str) -> str:
    values = ", ".join(f"{{{field_of(column)}}}" for column in columns.split(", "))
    return f"INSERT INTO {table} ({columns}) VALUES ({values})"


def replacing(key: str, columns: str) -> str:
    """Give the end of an INSERT by which a row takes the place of the one under its key."""
    others = [column for column in columns.split(", ") if column not in key.split(", ")]
    return f" ON CONFLICT ({key}) DO UPDATE SET " + ", ".join(f"{o} = EXCLUDED.{o}" for o in others)


def _keep(table: str, columns: str, *, key: str) -> Statement:
    return Statement(table, _insert(table, columns) + replacing(key, columns))


STATEMENTS: Final[Mapping[type[Change], Statement]] = {
    ContentRow: _keep("contents", CONTENT_COLUMNS, key="kind, number"),
    TextErased: Statement(
        "contents",
        "UPDATE contents SET body = NULL, folded = NULL"
        " WHERE kind = {kind.value} AND number = {number}",
    ),
    ContentErased: Statement(
        "contents", "DELETE FROM contents WHERE kind = {kind.value} AND number = {number}"
    ),
    Repeatable: _keep("repeatables", REPEATABLE_COLUMNS, key="digest"),
    RepeatableForgotten: Statement(  # of those that begin before it, only the last can hold it
        "repeatables",
        "DELETE FROM repeatables WHERE first_number ="
        " (SELECT max(first_number) FROM repeatables WHERE first_number <= {number})"
        " AND first_number + count > {number}",
    ),
    CredentialRow: Statement("credentials", _insert("credentials", CREDENTIAL_COLUMNS)),
    CredentialRevoked: Statement(
        "credentials", "UPDATE credentials SET revoked_at = {at} WHERE key_id = {key_id}"
    ),
    CredentialTagged: Statement(
        "credentials", "UPDATE credentials SET tag = {tag} WHERE key_id = {key_id}"
    ),
    KeyUsed: Statement(  # a use is known to the hour: it must not seem older than the key
        "credentials",
        "UPDATE credentials SET used_at = CASE WHEN issued_at > {at} THEN issued_at ELSE {at} END"
        " WHERE key_id = {key_id}",
    ),
    KeysUnnamed: Statement(
        "credentials", "UPDATE credentials SET name = '', sources = '' WHERE account = {account}"
    ),
    Lease: _keep("sim_leases", LEASE_COLUMNS, key="sim"),
    PaymentPoll: _keep("payment_polls", POLL_COLUMNS, key="number"),
    ClockMark: _keep("clock_marks", CLOCK_COLUMNS, key="writer"),
    ClockMarksForgotten: Statement("clock_marks", "DELETE FROM clock_marks WHERE writer <> {kept}"),
    SealTile: _keep("seal_tiles", TILE_COLUMNS, key="level, number"),
    SecretRow: _keep("secrets", SECRET_COLUMNS, key="kind, key"),
    SecretsForgotten: Statement(
        "secrets",
        "DELETE FROM secrets"
        " WHERE account = {account} AND kind = {kind.value} AND key = COALESCE({key}, key)",
    ),
    SnapshotsForgotten: Statement(
        "stored_snapshots", "DELETE FROM stored_snapshots WHERE originator_version > {version}"
    ),
    WebhookSet: Statement(  # one that is there goes on where it was
        "webhooks",
        "INSERT INTO webhooks (account, epoch, state, types, delivered, tries, due_at, attempts)"
        " VALUES ({account}, {epoch}, 'active', {types}, {after}, 0, {at}, 0)"
        " ON CONFLICT (account) DO UPDATE SET epoch = EXCLUDED.epoch, state = EXCLUDED.state,"
        " types = EXCLUDED.types, tries = 0, due_at = EXCLUDED.due_at",
    ),
    WebhookReplayed: Statement(
        "webhooks",
        "UPDATE webhooks SET epoch = {epoch}, state = 'active', delivered = {after}, tries = 0,"
        " due_at = {at} WHERE account = {account}",
    ),
    WebhookStanding: Statement(
        "webhooks",
        "UPDATE webhooks SET epoch = {epoch}, state = {state}, delivered = {delivered},"
        " tries = {tries}, due_at = {due_at}, attempts = {attempts}"
        " WHERE account = {account} AND epoch = {was}",
    ),
    WebhookForgotten: Statement("webhooks", "DELETE FROM webhooks WHERE account = {account}"),
    WebhookAttempt: _keep("webhook_attempts", ATTEMPT_COLUMNS, key="account, slot"),
    AttemptsForgotten: Statement(
        "webhook_attempts", "DELETE FROM webhook_attempts WHERE account = {account}"
    ),
    WriterTag: Statement("writer_tags", _insert("writer_tags", TAG_COLUMNS)),
    TagsForgotten: Statement("writer_tags", "DELETE FROM writer_tags WHERE number > {number}"),
}
"""What each class of change does; a row replaces the one under its key, but a key comes once."""

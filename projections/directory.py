"""Accounts, their keys and their sender IDs; names are read from the contents beside the log."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Boolean, Connection, Index, Select, Table, Text, select

from application.ports.queries import AccountRow, KeyRow, SenderIdRow
from domain.contents import Person, SenderIdRequest
from domain.values import Instant
from projections.tables import CONTENTS, CREDENTIALS, READ, changing, fixed, is_content, key
from projections.typed_reasons import is_reason, reasons

ACCOUNTS: Final = Table(
    "directory_accounts",
    READ,
    key("number"),
    fixed("registered_at"),
    changing("suspended", Boolean),
    changing("single", nullable=True),
    changing("bulk", nullable=True),
    changing("read", nullable=True),
    changing("daily_credits", nullable=True),
    changing("roles", Text),
    changing("reset_alone_at", nullable=True),
)
"""``roles`` are words with a space between them; ``reset_alone_at`` says when a user of the host
last took the second factor away without another person."""

KEYS: Final = Table(
    "directory_keys",
    READ,
    key("key_id", Text),
    fixed("account"),
    fixed("position"),
    fixed("issued_at"),
    changing("revoked_at", nullable=True),
)

SENDER_IDS: Final = Table(
    "directory_sender_ids",
    READ,
    key("number"),
    fixed("account"),
    fixed("created_at"),
    changing("status", Text),
    changing("reason", nullable=True),
)

Index("directory_accounts_by_reset", ACCOUNTS.c.reset_alone_at)
Index("directory_keys_by_account", KEYS.c.account, KEYS.c.position)
Index("directory_sender_ids_by_account", SENDER_IDS.c.account, SENDER_IDS.c.number)
Index("directory_sender_ids_by_status", SENDER_IDS.c.status, SENDER_IDS.c.number)


def accounts(
    connection: Connection, *, after: int, limit: int, suspended: bool | None = None
) -> Sequence[AccountRow]:
    """List accounts by number; ``suspended`` None is all."""
    wanted = _accounts().where(ACCOUNTS.c.number > after)
    if suspended is not None:
        wanted = wanted.where(ACCOUNTS.c.suspended.is_(suspended))
    rows = connection.execute(wanted.order_by(ACCOUNTS.c.number).limit(limit))
    return [_account(row._mapping) for row in rows]


def account(connection: Connection, number: int) -> AccountRow | None:
    """Find one account."""
    row = connection.execute(_accounts().where(ACCOUNTS.c.number == number)).first()
    return None if row is None else _account(row._mapping)


def staff(connection: Connection, *, after: int, limit: int) -> Sequence[AccountRow]:
    """List the accounts that have a role, by number."""
    wanted = _accounts().where(ACCOUNTS.c.roles != "", ACCOUNTS.c.number > after)
    rows = connection.execute(wanted.order_by(ACCOUNTS.c.number).limit(limit))
    return [_account(row._mapping) for row in rows]


def resets_alone(connection: Connection, since: Instant, *, limit: int) -> Mapping[int, Instant]:
    """Say whose second factor was reset without another person since a time, newest first."""
    at = ACCOUNTS.c.reset_alone_at
    wanted = select(ACCOUNTS.c.number, at).where(at > since).order_by(at.desc()).limit(limit)
    return {row.number: row.reset_alone_at for row in connection.execute(wanted)}


def keys(connection: Connection, account: int) -> Sequence[KeyRow]:
    """List an account's keys, oldest first."""
    wanted = (
        select(
            KEYS.c.key_id,
            KEYS.c.account,
            CREDENTIALS.c.name,
            KEYS.c.issued_at,
            KEYS.c.revoked_at,
            CREDENTIALS.c.scopes,
            CREDENTIALS.c.sources,
            CREDENTIALS.c.used_at,
        )
        .join(CREDENTIALS, CREDENTIALS.c.key_id == KEYS.c.key_id, isouter=True)
        .where(KEYS.c.account == account)
        .order_by(KEYS.c.position)
    )
    return [KeyRow(**row._mapping) for row in connection.execute(wanted)]


def sender_ids(connection: Connection, account: int) -> Sequence[SenderIdRow]:
    """List an account's sender ID requests, oldest first."""
    wanted = _sender_ids().where(SENDER_IDS.c.account == account)
    rows = connection.execute(wanted.order_by(SENDER_IDS.c.number))
    return [_sender_id(row._mapping) for row in rows]


def sender_id_requests(
    connection: Connection, status: str | None, *, account: int | None, after: int, limit: int
) -> Sequence[SenderIdRow]:
    """List requests by number, oldest first; ``status`` or ``account`` None: of every one."""
    wanted = _sender_ids().where(SENDER_IDS.c.number > after)
    if status is not None:
        wanted = wanted.where(SENDER_IDS.c.status == status)
    if account is not None:
        wanted = wanted.where(SENDER_IDS.c.account == account)
    rows = connection.execute(wanted.order_by(SENDER_IDS.c.number).limit(limit))
    return [_sender_id(row._mapping) for row in rows]


def sender_id(connection: Connection, number: int) -> SenderIdRow | None:
    """Find one sender ID request."""
    row = connection.execute(_sender_ids().where(SENDER_IDS.c.number == number)).first()
    return None if row is None else _sender_id(row._mapping)


def _accounts() -> Select[Any]:
    matches = is_content(Person.kind, ACCOUNTS.c.number)
    shown = [column for column in ACCOUNTS.c if column.name != "reset_alone_at"]
    return select(*shown, CONTENTS.c.body).join(CONTENTS, matches, isouter=True)


def _account(row: Any) -> AccountRow:
    fields = dict(row)
    person = Person.read(fields.pop("body"))
    fields["roles"] = tuple(fields["roles"].split())
    return AccountRow(name=person.name, email=person.email, **fields)


def _sender_ids() -> Select[Any]:
    matches = is_content(SenderIdRequest.kind, SENDER_IDS.c.number)
    why = reasons("why")
    plain = [column for column in SENDER_IDS.c if column.name != "reason"]
    return (
        select(*plain, CONTENTS.c.body, why.c.body.label("reason"))
        .join(CONTENTS, matches, isouter=True)
        .join(why, is_reason(why, SENDER_IDS.c.reason), isouter=True)
    )


def _sender_id(row: Any) -> SenderIdRow:
    fields = dict(row)
    request = SenderIdRequest.read(fields.pop("body"))
    return SenderIdRow(name=request.name, use_case=request.use_case, **fields)

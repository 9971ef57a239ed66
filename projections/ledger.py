"""The ledger as it is read: every posting, what each account holds, and the lots of customers."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Index,
    Table,
    Text,
    bindparam,
    case,
    func,
    select,
)

from application.ports.queries import JournalRow, LedgerBalance, LotRow, PostingRow
from domain.days import DAY_S, OFFSET_S
from domain.values import SECOND
from projections.tables import READ, changing, fixed, key

LINES_BITS: Final = 6
"""An event posts fewer than 64 lines, so that one number tells its position and the line."""

ACCOUNTS: Final = Table(
    "ledger_accounts",
    READ,
    key("account", Text),
    fixed("id"),
    fixed("commodity", Text),
    changing("amount"),
    sqlite_with_rowid=False,
)
"""What all postings of an account sum to; its id is the place of its first one."""

POSTINGS: Final = Table(
    "ledger_postings",
    READ,
    key("place"),
    fixed("at"),
    fixed("account_id"),
    fixed("amount"),
)
"""One row a line of what an event posted; debit is plus. ``place`` is position * 64 + line."""

Index("ledger_postings_by_account", POSTINGS.c.account_id, POSTINGS.c.place)

LOTS: Final = Table(
    "ledger_lots",
    READ,
    key("account"),
    key("position"),
    fixed("at"),
    fixed("receipt", Text, nullable=True),
    fixed("credits"),
    fixed("value_ngwee"),
    changing("taken"),
    sqlite_with_rowid=False,
)

_OPEN = LOTS.c.taken < LOTS.c.credits
Index(
    "ledger_lots_open",
    LOTS.c.account,
    LOTS.c.position,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)

DEBTS: Final = Table(
    "ledger_debts",
    READ,
    key("account"),
    changing("credits"),
    changing("receivable_ngwee"),
)
"""Customers who spent credits that were clawed back: how many, and what they owe for them."""


# -- queries --------------------------------------------------------------------------------

_POSITION: Final = POSTINGS.c.place // (1 << LINES_BITS)
_LINES: Final = (
    select(
        _POSITION.label("position"),
        (POSTINGS.c.place % (1 << LINES_BITS)).label("line"),
        POSTINGS.c.at,
        ACCOUNTS.c.account,
        ACCOUNTS.c.commodity,
        POSTINGS.c.amount,
    )
    .join(ACCOUNTS, ACCOUNTS.c.id == POSTINGS.c.account_id)
    .order_by(POSTINGS.c.place)
)
_OF_EVENT: Final = _LINES.where(
    POSTINGS.c.place >= bindparam("first"), POSTINGS.c.place < bindparam("end")
)


def trial_balance(
    connection: Connection, *, as_of: int | None, after: str, limit: int
) -> Sequence[LedgerBalance]:
    """List what accounts hold by name; ``as_of`` None is now, else a log position."""
    amount: ColumnElement[int] = ACCOUNTS.c.amount
    wanted = ACCOUNTS.c.account > after
    if as_of is not None:
        end = (as_of + 1) << LINES_BITS
        amount = (
            select(func.coalesce(func.sum(POSTINGS.c.amount), 0))
            .where(POSTINGS.c.account_id == ACCOUNTS.c.id, POSTINGS.c.place < end)
            .scalar_subquery()
        )
        wanted &= ACCOUNTS.c.id < end
    rows = connection.execute(
        select(ACCOUNTS.c.account, ACCOUNTS.c.commodity, amount.label("amount"))
        .where(wanted)
        .order_by(ACCOUNTS.c.account)
        .limit(limit)
    )
    return [LedgerBalance(account, commodity, int(held)) for account, commodity, held in rows]


def balances(connection: Connection) -> dict[str, int]:
    """Give what each account holds."""
    rows = connection.execute(select(ACCOUNTS.c.account, ACCOUNTS.c.amount))
    return {account: int(held) for account, held in rows}


def account_postings(
    connection: Connection, account: str, *, after: int, limit: int
) -> Sequence[PostingRow]:
    """List the postings of a ledger account after a log position, oldest first."""
    lines = _LINES.where(
        ACCOUNTS.c.account == account, POSTINGS.c.place >= (after + 1) << LINES_BITS
    )
    return [PostingRow(**row._mapping) for row in connection.execute(lines.limit(limit))]


def postings_of(
    connection: Connection, positions: Sequence[int]
) -> Mapping[int, Sequence[PostingRow]]:
    """Give what the events at these log positions posted; those that posted nothing miss."""
    found = defaultdict(list)
    for position in positions:
        bounds = {"first": position << LINES_BITS, "end": (position + 1) << LINES_BITS}
        for row in connection.execute(_OF_EVENT, bounds):
            found[position].append(PostingRow(*row))
    return found


def journal(
    connection: Connection,
    first_day: int,
    last_day: int,
    *,
    after: tuple[int, str],
    limit: int,
) -> Sequence[JournalRow]:
    """List what was posted in money by day and account, after a day and account."""
    from domain.ledger.posting import ZMW  # noqa: PLC0415 - with it come all events

    first, last = max(first_day, after[0]), last_day + 1
    day = (POSTINGS.c.at // SECOND + OFFSET_S) // DAY_S
    debit = func.sum(case((POSTINGS.c.amount > 0, POSTINGS.c.amount), else_=0))
    credit = func.sum(case((POSTINGS.c.amount < 0, -POSTINGS.c.amount), else_=0))
    rows = connection.execute(
        select(day.label("day"), ACCOUNTS.c.account, debit.label("debit"), credit.label("credit"))
        .join(ACCOUNTS, ACCOUNTS.c.id == POSTINGS.c.account_id)
        .where(ACCOUNTS.c.commodity == ZMW)
        .where(POSTINGS.c.at >= _midnight(first), POSTINGS.c.at < _midnight(last))
        .where((day > after[0]) | (ACCOUNTS.c.account > after[1]))
        .group_by(day, ACCOUNTS.c.account)
        .order_by(day, ACCOUNTS.c.account)
        .limit(limit)
    )
    return [JournalRow(row.day, row.account, int(row.debit), int(row.credit)) for row in rows]


def _midnight(day: int) -> int:
    return (day * DAY_S - OFFSET_S) * SECOND


def lots(
    connection: Connection, account: int, *, only_open: bool, after: int, limit: int
) -> Sequence[LotRow]:
    """List a customer's lots after a log position, oldest first."""
    wanted = select(*(c for c in LOTS.c if c.name != "account")).where(
        LOTS.c.account == account, LOTS.c.position > after
    )
    if only_open:
        wanted = wanted.where(_OPEN)
    rows = connection.execute(wanted.order_by(LOTS.c.position).limit(limit))
    return [LotRow(**row._mapping) for row in rows]

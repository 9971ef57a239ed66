"""What each account has, and every movement of its wallet."""

from typing import Final

from sqlalchemy import Connection, Table, Text, select

from application.ports.queries import Balance, Statement, StatementLine
from domain.span import Span
from domain.values import Instant
from projections.model import ReadModel
from projections.tables import READ, changing, fixed, key
from projections.typed_reasons import is_reason, reasons

BALANCES: Final = Table(
    "balances",
    READ,
    key("account"),
    changing("available"),
    changing("reserved"),
    changing("spent"),
    changing("refunded"),
    changing("position"),
)
"""``position`` is that of the last event that touched the row."""

LINES: Final = Table(
    "wallet_lines",
    READ,
    key("account"),
    key("position"),
    fixed("at"),
    fixed("kind", Text),
    fixed("credits"),
    fixed("available"),
    fixed("number", nullable=True),
    fixed("count", nullable=True),
    fixed("batch", nullable=True),
    fixed("cause", Text, nullable=True),
    fixed("actor", Text, nullable=True),
    fixed("reason", nullable=True),
    fixed("approver", Text, nullable=True),
    fixed("entry", nullable=True),
    sqlite_with_rowid=False,
)
"""One line a movement; ``credits`` is signed, ``available`` is what was left after it."""

MODEL: Final = ReadModel("balances", version=3, tables=(BALANCES, LINES))


def balance(connection: Connection, account: int) -> Balance | None:
    """Give an account's row."""
    row = connection.execute(select(BALANCES).where(BALANCES.c.account == account)).first()
    return None if row is None else Balance(**row._mapping)


def statement(
    connection: Connection, account: int, span: Span, *, after: int, limit: int
) -> Statement | None:
    """List the movements in a stretch of time after a log position, oldest first."""
    now = balance(connection, account)
    if now is None:
        return None
    end = now.position + 1
    first = 0 if span.since is None else _first_since(connection, account, span.since, end)
    last = end if span.until is None else _first_since(connection, account, span.until, end)
    why = reasons("why")
    lines = connection.execute(
        select(*_LINE_COLUMNS, why.c.body.label("reason"))
        .join(why, is_reason(why, LINES.c.reason), isouter=True)
        .where(LINES.c.account == account, LINES.c.position > after)
        .where(LINES.c.position >= first, LINES.c.position < last)
        .order_by(LINES.c.position)
        .limit(limit + 1)
    ).fetchall()
    page = [StatementLine(**row._mapping) for row in lines[:limit]]
    return Statement(
        opening=_available_before(connection, account, first),
        closing=_available_before(connection, account, last),
        lines=page,
        next=page[-1].position if len(lines) > limit else None,
    )


_LINE_COLUMNS = tuple(c for c in LINES.columns if c.name not in {"account", "reason"})


def _first_since(connection: Connection, account: int, at: Instant, end: int) -> int:
    """Find the position from which on movements are of ``at`` or later; ``end`` if none is.

    Halving finds it along the primary key. It halves a power of two, so that a clock that was set
    back never makes a later moment begin before an earlier one: what one stretch leaves out, the
    next one has.
    """
    lines = select(LINES.c.position, LINES.c.at).order_by(LINES.c.position).limit(1)
    low, high = 0, 1 << end.bit_length()
    while low < high:
        middle = (low + high) // 2
        found = connection.execute(
            lines.where(LINES.c.account == account, LINES.c.position >= middle)
        ).first()
        if found is None or found.at >= at:
            high = middle
        else:
            low = middle + 1
    return min(low, end)


def _available_before(connection: Connection, account: int, position: int) -> int:
    found = connection.execute(
        select(LINES.c.available)
        .where(LINES.c.account == account, LINES.c.position < position)
        .order_by(LINES.c.position.desc())
        .limit(1)
    ).first()
    return 0 if found is None else int(found.available)

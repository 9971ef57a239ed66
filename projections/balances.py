"""What each account has, and every movement of its wallet."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, Table, Text, select

from application.ports.queries import Balance, StatementLine
from projections.model import ReadModel
from projections.tables import READ, changing, fixed, key

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
    sqlite_with_rowid=False,
)
"""One line a movement; ``credits`` is signed, ``available`` is what was left after it."""

MODEL: Final = ReadModel("balances", version=1, tables=(BALANCES, LINES))


_LINE_COLUMNS = tuple(column for column in LINES.columns if column.name != "account")


def balance(connection: Connection, account: int) -> Balance | None:
    """Give an account's row."""
    row = connection.execute(select(BALANCES).where(BALANCES.c.account == account)).first()
    return None if row is None else Balance(**row._mapping)


def statement(
    connection: Connection, account: int, *, after: int, limit: int
) -> Sequence[StatementLine]:
    """List the movements after a log position, oldest first."""
    lines = (
        select(*_LINE_COLUMNS)
        .where(LINES.c.account == account, LINES.c.position > after)
        .order_by(LINES.c.position)
        .limit(limit)
    )
    return [StatementLine(**row._mapping) for row in connection.execute(lines)]

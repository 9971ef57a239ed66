"""What staff looked at: each look that is on record, with who, when, whose and why."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, Index, Table, Text, select

from application.ports.queries import LookRow
from projections.tables import READ, fixed, key
from projections.typed_reasons import is_reason, reasons

LOOKS: Final = Table(
    "looks",
    READ,
    key("number"),
    fixed("at"),
    fixed("actor", Text),
    fixed("what", Text),
    fixed("subject", nullable=True),
    fixed("account", nullable=True),
    fixed("reason", nullable=True),
)

Index("looks_by_account", LOOKS.c.account, LOOKS.c.number)


def looks(
    connection: Connection, account: int | None, *, before: int, limit: int
) -> Sequence[LookRow]:
    """List looks below a number, newest first; ``account`` None is at anybody's."""
    why = reasons("why")
    wanted = (
        select(*(c for c in LOOKS.c if c.name != "reason"), why.c.body.label("reason"))
        .join(why, is_reason(why, LOOKS.c.reason), isouter=True)
        .where(LOOKS.c.number < before)
    )
    if account is not None:
        wanted = wanted.where(LOOKS.c.account == account)
    rows = connection.execute(wanted.order_by(LOOKS.c.number.desc()).limit(limit))
    return [LookRow(**row._mapping) for row in rows]

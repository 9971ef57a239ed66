"""Top-ups by their number: whose, where each stands, and which payment it is."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Index, Select, Table, Text, select

from application.ports.queries import TopUpRow
from projections.tables import READ, changing, fixed, key

TOP_UPS: Final = Table(
    "topups",
    READ,
    key("number"),
    fixed("account"),
    fixed("payment", Text),
    changing("state", Text),
)

Index("topups_by_account", TOP_UPS.c.account, TOP_UPS.c.number)


def top_ups(
    connection: Connection,
    account: int | None,
    states: Sequence[str],
    *,
    before: int,
    limit: int,
) -> Sequence[TopUpRow]:
    """List top-ups, newest first; no states are all of them."""
    wanted = _rows().where(TOP_UPS.c.number < before)
    if account is not None:
        wanted = wanted.where(TOP_UPS.c.account == account)
    if states:
        wanted = wanted.where(TOP_UPS.c.state.in_(states))
    rows = connection.execute(wanted.order_by(TOP_UPS.c.number.desc()).limit(limit))
    return [TopUpRow(**row._mapping) for row in rows]


def top_up(connection: Connection, number: int) -> TopUpRow | None:
    """Find one top-up."""
    row = connection.execute(_rows().where(TOP_UPS.c.number == number)).first()
    return None if row is None else TopUpRow(**row._mapping)


def _rows() -> Select[Any]:
    return select(TOP_UPS.c.number, TOP_UPS.c.account, TOP_UPS.c.payment, TOP_UPS.c.state)

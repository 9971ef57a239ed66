"""Numbers that were recorded as ported, and who carries them."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, Index, Table, Text, func, select

from application.ports.queries import PortedRow
from domain.contents import ContentKind
from domain.values import Network
from projections.tables import CONTENTS, READ, changing, fixed, is_content, key
from projections.typed_reasons import is_reason, reasons

PORTED: Final = Table(
    "ported_numbers",
    READ,
    key("number"),
    fixed("record", Text),
    changing("network", Text, nullable=True),
    changing("position"),
    changing("since"),
    changing("actor", Text),
    changing("reason"),
)
"""One row a number; ``record`` is the id of its aggregate, in hex, ``position`` that of its newest
event, ``network`` None once it was lifted; ``reason`` by its number."""

Index("ported_numbers_by_position", PORTED.c.position)


def page(connection: Connection, *, before: int, limit: int) -> Sequence[PortedRow]:
    """List those that hold, newest first."""
    typed = reasons("ported_reason")
    of, listed = PORTED.c, CONTENTS.c.msisdn
    wanted = (
        select(of.number, listed, of.network, of.since, of.actor, typed.c.body.label("reason"))
        .join(CONTENTS, is_content(ContentKind.PORTED, of.number), isouter=True)
        .join(typed, is_reason(typed, of.reason), isouter=True)
        .where(of.network.is_not(None), of.number < before)
        .order_by(of.number.desc())
        .limit(limit)
    )
    rows = (dict(row._mapping) for row in connection.execute(wanted))
    return [PortedRow(**{**row, "network": Network(row["network"])}) for row in rows]


def position(connection: Connection) -> int:
    """Give the log position of the newest change; 0 when there was none."""
    return int(connection.scalar(select(func.max(PORTED.c.position))) or 0)


def networks(connection: Connection) -> Mapping[UUID, Network]:
    """Give the network of each that holds, by the id of its record."""
    held = select(PORTED.c.record, PORTED.c.network).where(PORTED.c.network.is_not(None))
    return {UUID(hex=record): Network(network) for record, network in connection.execute(held)}

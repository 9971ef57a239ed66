"""The SIMs: where each one is, whether it may be used, and how much it has sent."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Boolean, Connection, Table, Text, select

from application.ports.queries import SimRow
from domain.contents import CardNote
from domain.days import counts_for, day_of
from domain.values import Instant, Network
from projections.tables import CONTENTS, READ, changing, is_content, key

SIMS: Final = Table(
    "fleet_sims",
    READ,
    key("number"),
    changing("network", Text),
    changing("modem", Text, nullable=True),
    changing("imei", Text, nullable=True),
    changing("host", Text, nullable=True),
    changing("fence"),
    changing("came_online", Boolean),
    changing("offline_reason", Text, nullable=True),
    changing("quarantined", Boolean),
    changing("quarantine_reason", Text, nullable=True),
    changing("since"),
    changing("sent_segments"),
    changing("sent_messages"),
)
"""``since`` is the time of the last change of state; ``sent_…`` count messages that were Sent."""

USE: Final = Table("fleet_use", READ, key("sim"), changing("day"), changing("begun"))
"""How many segments a SIM began on ``day``, the last day in Lusaka on which it began any.

Each attempt begins one, and each accepted segment with more to follow the next. One that then
did not leave stays counted, so the count is never less than what was on the air.
"""


_FLEET = (
    select(SIMS)
    .add_columns(CONTENTS.c.msisdn, CONTENTS.c.body, USE.c.day, USE.c.begun)
    .join(USE, USE.c.sim == SIMS.c.number, isouter=True)
    .join(CONTENTS, is_content(CardNote.kind, SIMS.c.number), isouter=True)
    .order_by(SIMS.c.number)
)


def sims(connection: Connection, now: Instant) -> Sequence[SimRow]:
    """List the fleet, by number."""
    return [_sim(row._mapping, now) for row in connection.execute(_FLEET)]


def begun_on(connection: Connection, day: int, *, sim: int) -> int:
    """Count the segments that a SIM began on a day in Lusaka, or on the next."""
    row = connection.execute(select(USE.c.day, USE.c.begun).where(USE.c.sim == sim)).first()
    return row.begun if row is not None and counts_for(row.day, day) else 0


def _sim(row: Any, now: Instant) -> SimRow:
    card = CardNote.read(row["body"])
    return SimRow(
        number=row["number"],
        network=Network(row["network"]),
        modem=row["modem"],
        msisdn=row["msisdn"],
        iccid=card.iccid,
        imsi=card.imsi,
        imei=row["imei"],
        host=row["host"],
        fence=row["fence"],
        came_online=row["came_online"],
        quarantined=row["quarantined"],
        reason=row["quarantine_reason"] if row["quarantined"] else row["offline_reason"],
        since=row["since"],
        sent_segments=row["sent_segments"],
        sent_messages=row["sent_messages"],
        begun_today=row["begun"] if row["day"] == day_of(now) else 0,
    )

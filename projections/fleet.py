"""The SIMs: where each one is, whether it may be used, and how much it has sent."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Boolean, Connection, Table, Text, select

from application.ports.queries import SimRow
from domain.contents import CardNote
from domain.days import day_of
from domain.events import Event
from domain.message.events import AttemptStarted, SegmentAccepted, Sent
from domain.sim import ANSWERS_WITHIN_S, Sim
from domain.values import SECOND, Instant, Network
from projections.projection import Batch, Projection
from projections.rows import Row, Rows
from projections.tables import CONTENTS, READ, SIM_LEASES, changing, is_content, key

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


class Fleet(Projection):
    """Folds the events of SIMs, and of what they send, into ``fleet_sims``."""

    name = "fleet"
    version = 2
    tables = (SIMS, USE)
    events = frozenset(
        {
            Sim.Registered,
            Sim.CameOnline,
            Sim.WentOffline,
            Sim.Quarantined,
            Sim.Released,
            Sim.Superseded,
            AttemptStarted,
            SegmentAccepted,
            Sent,
        }
    )

    def apply(self, batch: Batch) -> None:
        """Fold a batch of events of SIMs, and of messages that they send."""
        sims, use = batch.rows(SIMS), batch.rows(USE)
        begins = [e for _, e in batch.events if isinstance(e, AttemptStarted | SegmentAccepted)]
        others = [e for _, e in batch.events if not isinstance(e, AttemptStarted | SegmentAccepted)]
        use.load({event.sim for event in begins})
        for event in begins:
            if event.sim is not None:
                _count(use, event.sim, day_of(event.at))
        sims.load({e.sim if type(e) is Sent else e.number for e in others} - {None})
        for event in others:
            match event:
                case Sim.Registered():
                    _register(sims, event)
                case Sent(sim=None):
                    pass  # an operator's word: which SIM it was is not known
                case Sent():
                    row = sims[event.sim]
                    row["sent_messages"] += 1
                    row["sent_segments"] += event.index + 1
                case _:
                    _change(sims[event.number], event)


def _count(use: Rows, sim: int, day: int) -> None:
    """Count a segment that begins; a clock that goes back does not bring back a day."""
    row = use[sim] if sim in use else use.add({"sim": sim, "day": day, "begun": 0})
    if day > row["day"]:
        row["day"], row["begun"] = day, 0
    row["begun"] += 1


def _register(sims: Rows, event: Sim.Registered) -> None:
    """Add a SIM; one of an old log that is registered again, by its IMSI, has its row."""
    if event.number not in sims:
        sims.add(_new_row(event))


def _new_row(event: Sim.Registered) -> Row:
    return {
        "number": event.number,
        "network": event.network,
        "modem": None,
        "imei": None,
        "host": None,
        "fence": 0,
        "came_online": False,
        "offline_reason": None,
        "quarantined": False,
        "quarantine_reason": None,
        "since": event.at,
        "sent_segments": 0,
        "sent_messages": 0,
    }


def _change(row: Row, event: Event) -> None:
    if not isinstance(event, Sim.Superseded):
        row["since"] = event.at
    match event:
        case Sim.CameOnline():
            row["came_online"] = True
            row["offline_reason"] = None
            for field in ("network", "modem", "imei", "host", "fence"):
                row[field] = getattr(event, field)
        case Sim.WentOffline():
            row["came_online"] = False
            row["offline_reason"] = event.reason
        case Sim.Quarantined():
            row["quarantined"] = True
            row["quarantine_reason"] = event.reason
        case Sim.Released():
            row["quarantined"] = False
            row["quarantine_reason"] = None
        case Sim.Superseded() if event.by != event.number:
            row["came_online"] = row["quarantined"] = False
            row["offline_reason"] = f"its card is SIM {event.by}"


# -- queries --------------------------------------------------------------------------------

_FLEET = (
    select(SIMS, SIM_LEASES.c.expires_at, SIM_LEASES.c.answered_at)
    .add_columns(CONTENTS.c.msisdn, CONTENTS.c.body, USE.c.day, USE.c.begun)
    .join(USE, USE.c.sim == SIMS.c.number, isouter=True)
    .join(SIM_LEASES, SIM_LEASES.c.sim == SIMS.c.number, isouter=True)
    .join(CONTENTS, is_content(CardNote.kind, SIMS.c.number), isouter=True)
    .order_by(SIMS.c.number)
)


def sims(connection: Connection, now: Instant) -> Sequence[SimRow]:
    """List the fleet, by number."""
    return [_sim(row._mapping, now) for row in connection.execute(_FLEET)]


def begun_on(connection: Connection, day: int, *, sim: int) -> int:
    """Count the segments that a SIM began on a day in Lusaka, or later."""
    found = connection.scalar(select(USE.c.begun).where(USE.c.sim == sim, USE.c.day >= day))
    return int(found or 0)


def _sim(row: Any, now: Instant) -> SimRow:
    card = CardNote.read(row["body"])
    is_leased = row["expires_at"] is not None and row["expires_at"] > now
    answers = (row["answered_at"] or 0) >= now - ANSWERS_WITHIN_S * SECOND
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
        online=row["came_online"] and not row["quarantined"] and is_leased and answers,
        quarantined=row["quarantined"],
        reason=row["quarantine_reason"] if row["quarantined"] else row["offline_reason"],
        since=row["since"],
        sent_segments=row["sent_segments"],
        sent_messages=row["sent_messages"],
        begun_today=row["begun"] if row["day"] == day_of(now) else 0,
    )

"""The SIMs: where each one is, whether it may be used, and how much it has sent."""

import json
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Boolean, Connection, Table, Text, select

from application.ports.queries import SimRow
from domain.events import Event
from domain.message.events import Sent
from domain.sim import Sim
from domain.values import SECOND, Instant, Network
from projections.projection import Batch, Projection
from projections.rows import Row
from projections.tables import CONTENTS, READ, SIM_LEASES, changing, key

ANSWERED_WITHIN_S: Final = 90
"""A SIM that has not answered for longer is not online (design section 6.7)."""

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


class Fleet(Projection):
    """Folds the events of SIMs, and Sent, into ``fleet_sims``."""

    name = "fleet"
    version = 1
    tables = (SIMS,)
    events = frozenset(
        {
            Sim.Registered,
            Sim.CameOnline,
            Sim.WentOffline,
            Sim.Quarantined,
            Sim.Released,
            Sent,
        }
    )

    def apply(self, batch: Batch) -> None:
        """Fold a batch of events of SIMs."""
        sims = batch.rows(SIMS)
        sims.load({e.sim if type(e) is Sent else e.number for _, e in batch.events})
        for _, event in batch.events:
            if type(event) is Sim.Registered:
                sims.add(_new_row(event))
            elif type(event) is Sent:
                row = sims[event.sim]
                row["sent_messages"] += 1
                row["sent_segments"] += event.index + 1
            else:
                _change(sims[event.number], event)


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


# -- queries --------------------------------------------------------------------------------

_FLEET = (
    select(SIMS, SIM_LEASES.c.expires_at, SIM_LEASES.c.answered_at)
    .add_columns(CONTENTS.c.msisdn, CONTENTS.c.body)
    .join(SIM_LEASES, SIM_LEASES.c.sim == SIMS.c.number, isouter=True)
    .join(
        CONTENTS,
        (CONTENTS.c.kind == "sim") & (CONTENTS.c.number == SIMS.c.number),
        isouter=True,
    )
    .order_by(SIMS.c.number)
)


def sims(connection: Connection, now: Instant) -> Sequence[SimRow]:
    """List the fleet, by number."""
    return [_sim(row._mapping, now) for row in connection.execute(_FLEET)]


def _sim(row: Any, now: Instant) -> SimRow:
    identity = json.loads(row["body"] or "{}")
    is_leased = row["expires_at"] is not None and row["expires_at"] > now
    answers = (row["answered_at"] or 0) >= now - ANSWERED_WITHIN_S * SECOND
    return SimRow(
        number=row["number"],
        network=Network(row["network"]),
        modem=row["modem"],
        msisdn=row["msisdn"],
        iccid=identity.get("iccid"),
        imsi=identity.get("imsi"),
        imei=row["imei"],
        host=row["host"],
        fence=row["fence"],
        online=row["came_online"] and not row["quarantined"] and is_leased and answers,
        quarantined=row["quarantined"],
        reason=row["quarantine_reason"] if row["quarantined"] else row["offline_reason"],
        since=row["since"],
        sent_segments=row["sent_segments"],
        sent_messages=row["sent_messages"],
    )

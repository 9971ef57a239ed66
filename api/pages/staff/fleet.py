"""``/staff/fleet`` and ``queue``: the SIMs, and what waits for them."""

from typing import Any, Final

from api.pages.live import live_address
from api.pages.looking import staff
from api.pages.page import Done, Page, View, Who
from api.pages.qr import drawn
from api.pages.staff.doubts import PATH as DOUBTS
from api.pages.staff.live_lists import live_list, live_piece
from api.pages.tables import Column, Filter, Table
from api.pages.visit import Visit
from api.pages.words import say
from api.phones.routes import BASE
from api.staff.fields import read_choice
from application.fleet.liveness import LeaseWatch
from application.fleet.phones import OfferEnrolment, draw_code
from application.ports import MODEM_CHECK, ModemSettings
from application.ports.queries import SimRow
from domain.phone import read_slots
from domain.public_ids import iso_time, iso_time_or_none
from domain.values import Network

PATH: Final = "/staff/fleet"
QUEUE: Final = "/staff/queue"
STATES: Final = ("online", "offline", "quarantined")
SLOTS: Final = (1, 2)
"""Of a phone that is let in on the page; the command takes more."""
SIM_COLUMNS: Final = (
    Column("sim"),
    Column("network"),
    Column("modem"),
    Column("msisdn", "phone"),
    Column("state", "state"),
    Column("why"),
    Column("signal_dbm", "number"),
    Column("since", "when"),
    Column("today", "number"),
    Column("quota", "number"),
    Column("pace", "number"),
    Column("messages", "number"),
    Column("segments", "number"),
    Column("airtime_ngwee", "kwacha"),
    Column("host"),
)
QUEUE_COLUMNS: Final = (
    Column("network"),
    Column("queued", "number"),
    Column("oldest", "when"),
    Column("sending", "number"),
    Column("in_doubt", "number", link=lambda row: f"{DOUBTS}?network={row['network']}"),
    Column("held", "number"),
)

CHOICES: Final = {"network": tuple(network.value for network in Network), "state": STATES}


# -- the fleet --------------------------------------------------------------------------------


async def _sims(visit: Visit) -> Table:
    """List the SIMs that were seen, each with how it is now, its pace and what it may today."""
    system = visit.front.system
    actor = await staff(visit, "fleet")
    wanted = {
        name: read_choice(visit.query, name, choices)
        for name, choices in CHOICES.items()
        if visit.query.get(name)
    }
    modems = {modem.name: modem for modem in system.modems}
    checks = (await visit.front.readiness()).checks

    def ask() -> list[dict[str, Any]]:
        answering = {lease.sim for lease in LeaseWatch(system.store, system.clock).answering()}
        rows = system.queries.sims(system.clock.now())
        shown = (
            _sim(
                row,
                row.number in answering,
                checks,
                modems.get(name := row.modem or ""),
                system.reception.of(name),
            )
            for row in rows
        )
        return [row for row in shown if all(row[name] == word for name, word in wanted.items())]

    rows = await visit.front.read_newest(actor.account, "fleet", ask)
    return Table(
        name="sims",
        path=PATH,
        query=visit.query,
        columns=SIM_COLUMNS,
        rows=rows,
        filters=[Filter(name, choices) for name, choices in CHOICES.items()],
    )


async def fleet(visit: Visit) -> View:
    """Show the SIMs, and the form that lets a phone in."""
    table = await _sims(visit)
    url = visit.once.get("url")
    values = {
        "networks": [("", say("fleet.no_sim")), *((each.value, each.value) for each in Network)],
        "slots": SLOTS,
        "url_qr": drawn(url) if url else "",
        "code_qr": drawn(visit.once["code"]) if url else "",
        "live": live_address(visit, table),
    }
    return View("fleet.html", values, table=table)


async def enrol(visit: Visit) -> Done:
    """Draw a code by which a phone is let in, with the networks of the SIMs in it."""
    system, actor = visit.front.system, await staff(visit)
    named = [(slot, visit.fields.get(f"slot_{slot}")) for slot in SLOTS]
    slots = read_slots([f"{slot}={network}" for slot, network in named if network])
    code, at = draw_code(system.randomness), system.clock.now()
    offer = OfferEnrolment(code, slots=slots, digests=system.digests, actor=actor, at=at)
    await visit.front.run(offer)
    return Done(PATH, once={"code": code, "url": f"{system.terms.phones_url}{BASE}"})


def _sim(
    row: SimRow,
    is_answering: bool,  # noqa: FBT001 - one caller
    checks: Any,
    modem: ModemSettings | None,
    dbm: int | None,
) -> dict[str, Any]:
    why = checks.get(f"{MODEM_CHECK}{row.modem}", "ok")
    state = "online" if row.came_online and is_answering else "offline"
    return {
        "sim": row.number,
        "network": row.network.value,
        "modem": row.modem,
        "msisdn": row.msisdn,
        "state": "quarantined" if row.quarantined else state,
        "why": _why_offline(row) if why == "ok" and state == "offline" else _unless_ok(why),
        "signal_dbm": dbm if state == "online" else None,
        "since": iso_time(row.since),
        "today": row.begun_today,
        "quota": modem.segments_per_day or None if modem else None,
        "pace": modem.segments_per_minute or None if modem else None,
        "messages": row.sent_messages,
        "segments": row.sent_segments,
        "airtime_ngwee": row.airtime.ngwee if row.airtime else None,
        "host": row.host,
    }


def _why_offline(row: SimRow) -> str | None:
    """Say why a SIM is offline of which no process of ours says so itself, such as a phone's."""
    return say("fleet.silent") if row.came_online else row.reason


def _unless_ok(words: str) -> str | None:
    return None if words == "ok" else words


# -- what waits -------------------------------------------------------------------------------


async def _waiting(visit: Visit) -> Table:
    """Count open messages by network, with the age of the oldest."""
    system = visit.front.system
    actor = await staff(visit, "queue")
    networks = CHOICES["network"]
    wanted = read_choice(visit.query, "network", networks) if visit.query.get("network") else None

    def ask() -> list[dict[str, Any]]:
        oldest = system.queries.waiting_since(system.clock.now())
        return [
            {
                "network": each.network.value,
                "queued": each.queued,
                "oldest": iso_time_or_none(oldest.get(each.network)),
                "sending": each.sending,
                "in_doubt": each.in_doubt,
                "held": each.held,
            }
            for each in system.queries.backlog()
            if wanted in {None, each.network}
        ]

    rows = await visit.front.read_newest(actor.account, "dispatch", ask)
    return Table(
        name="queue",
        path=QUEUE,
        query=visit.query,
        columns=QUEUE_COLUMNS,
        rows=rows,
        filters=(Filter("network", networks),),
    )


FLEET: Final = (
    Page(path=PATH, name="fleet", who=Who.OPERATOR, show=fleet, acts={"enrol": enrol}),
    live_piece(PATH, "fleet", _sims),
    *live_list(QUEUE, "queue", _waiting),
)

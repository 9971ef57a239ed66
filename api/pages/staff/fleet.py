"""``/staff/fleet``, ``queue`` and ``doubts``: SIMs, what waits, and what nobody knows."""

from typing import Any, Final

from api.pages.looking import staff
from api.pages.page import Done, Page, View, Who
from api.pages.qr import drawn
from api.pages.tables import Column, Table
from api.pages.visit import Visit
from api.pages.words import say
from api.phones.routes import BASE
from api.staff.fields import read_before, read_reason
from application.fleet.liveness import LeaseWatch
from application.fleet.phones import OfferEnrolment, draw_code
from application.messages.by_hand import ResolveDoubt
from application.ports import MODEM_CHECK
from application.ports.queries import MessageFilter, SimRow
from domain.errors import InvalidRequest
from domain.message_states import State
from domain.page_sizes import LIST_PAGE_MAX
from domain.phone import read_slots
from domain.public_ids import feltech_id, iso_time, iso_time_or_none, parse_message_id
from domain.values import Network

DOUBTS: Final = "/staff/doubts"
SLOTS: Final = (1, 2)
"""Of a phone that is let in on the page; the command takes more."""
SIM_COLUMNS: Final = (
    Column("sim"),
    Column("network"),
    Column("modem"),
    Column("msisdn", "phone"),
    Column("state", "state"),
    Column("why"),
    Column("since", "when"),
    Column("today", "number"),
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
    Column("in_doubt", "number", link=lambda _row: DOUBTS),
    Column("held", "number"),
)
DOUBT_COLUMNS: Final = (
    Column("message_id", "code"),
    Column("account_id", "number"),
    Column("network"),
    Column("sim"),
    Column("last_attempt_at", "when"),
    Column("expires_at", "when"),
    Column("credits", "credits"),
)


# -- the fleet --------------------------------------------------------------------------------


async def fleet(visit: Visit) -> View:
    """List the SIMs that were seen, each with how it is now."""
    system = visit.front.system
    actor = await staff(visit, "fleet")
    checks = (await visit.front.readiness()).checks

    def ask() -> list[dict[str, Any]]:
        answering = {lease.sim for lease in LeaseWatch(system.store, system.clock).answering()}
        rows = system.queries.sims(system.clock.now())
        return [_sim(row, row.number in answering, checks) for row in rows]

    rows = await visit.front.read_newest(actor.account, "fleet", ask)
    table = Table(
        name="sims", path="/staff/fleet", query=visit.query, columns=SIM_COLUMNS, rows=rows
    )
    url = visit.once.get("url")
    values = {
        "networks": [("", say("fleet.no_sim")), *((each.value, each.value) for each in Network)],
        "slots": SLOTS,
        "url_qr": drawn(url) if url else "",
        "code_qr": drawn(visit.once["code"]) if url else "",
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
    return Done("/staff/fleet", once={"code": code, "url": f"{system.terms.phones_url}{BASE}"})


def _sim(row: SimRow, is_answering: bool, checks: Any) -> dict[str, Any]:  # noqa: FBT001
    why = checks.get(f"{MODEM_CHECK}{row.modem}", "ok")
    state = "online" if row.came_online and is_answering else "offline"
    return {
        "sim": row.number,
        "network": row.network.value,
        "modem": row.modem,
        "msisdn": row.msisdn,
        "state": "quarantined" if row.quarantined else state,
        "why": _why_offline(row) if why == "ok" and state == "offline" else _unless_ok(why),
        "since": iso_time(row.since),
        "today": row.begun_today,
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


async def queue(visit: Visit) -> View:
    """Count open messages by network, with the age of the oldest."""
    system = visit.front.system
    actor = await staff(visit, "queue")

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
        ]

    rows = await visit.front.read_newest(actor.account, "dispatch", ask)
    table = Table(
        name="queue", path="/staff/queue", query=visit.query, columns=QUEUE_COLUMNS, rows=rows
    )
    return View("list.html", table=table)


# -- doubts -----------------------------------------------------------------------------------


async def doubts(visit: Visit) -> View:
    """List messages of which nobody knows whether they left, newest first."""
    system = visit.front.system
    actor = await staff(visit, "doubts")
    wanted = MessageFilter(
        before=read_before(visit.query),
        limit=LIST_PAGE_MAX,
        states=frozenset({State.IN_DOUBT, State.HELD}),
    )
    found = await visit.front.read_newest(
        actor.account, "message_log", lambda: system.queries.messages(wanted)
    )
    rows = [
        {
            "message_id": feltech_id(row.number),
            "account_id": row.account,
            "network": row.network.value,
            "sim": row.sim,
            "last_attempt_at": iso_time_or_none(row.last_attempt_at),
            "expires_at": iso_time_or_none(row.expires_at),
            "credits": row.credits,
        }
        for row in found
    ]
    table = Table(
        name="doubts",
        path=DOUBTS,
        query=visit.query,
        columns=DOUBT_COLUMNS,
        rows=rows,
        next=found[-1].number if len(found) == LIST_PAGE_MAX else None,
    )
    return View("doubts.html", table=table)


async def was_sent(visit: Visit) -> Done:
    """Say that a message left: it is spent."""
    return await _resolve(visit, sent=True)


async def was_not_sent(visit: Visit) -> Done:
    """Say that a message did not leave: its credits are given back."""
    return await _resolve(visit, sent=False)


async def _resolve(visit: Visit, *, sent: bool) -> Done:
    actor = await staff(visit)
    ref = parse_message_id(str(visit.fields.get("message_id", "")))
    if ref is None:
        msg = "No message has this number."
        raise InvalidRequest(msg, field="message_id")
    reason, at = read_reason(visit.fields), visit.front.system.clock.now()
    await visit.front.run(ResolveDoubt(ref.number, sent=sent, actor=actor, reason=reason, at=at))
    return Done(DOUBTS, "doubt_settled")


FLEET: Final = (
    Page(
        path="/staff/fleet",
        name="fleet",
        who=Who.OPERATOR,
        show=fleet,
        acts={"enrol": enrol},
    ),
    Page(path="/staff/queue", name="queue", who=Who.OPERATOR, show=queue),
    Page(
        path=DOUBTS,
        name="doubts",
        who=Who.OPERATOR,
        show=doubts,
        acts={"sent": was_sent, "not_sent": was_not_sent},
    ),
)

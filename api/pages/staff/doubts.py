"""``/staff/doubts``: messages of which nobody knows whether they left, each with its evidence."""

from typing import Any, Final

from api.pages.looking import staff
from api.pages.page import Done, Page, View, Who
from api.pages.tables import Column, Filter, Table
from api.pages.visit import Visit
from api.staff.fields import read_before, read_choice, read_reason
from application.books.reader import Reader
from application.messages.by_hand import ResolveDoubt
from application.messages.doubt_evidence import DoubtEvidence, doubt_evidence
from application.ports.queries import MessageFilter, MessageRow
from domain.errors import InvalidRequest
from domain.message_states import State
from domain.page_sizes import LIST_PAGE
from domain.public_ids import feltech_id, iso_time_or_none, parse_message_id
from domain.values import Network
from domain.written import NUMBER_MAX, check_whole

PATH: Final = "/staff/doubts"
DOUBTED: Final = (State.IN_DOUBT.value, State.HELD.value)
NETWORKS: Final = tuple(network.value for network in Network)
COLUMNS: Final = (
    Column("message_id", "code"),
    Column("account_id", "number"),
    Column("network"),
    Column("state", "state"),
    Column("sim"),
    Column("attempt", "number"),
    Column("submitted"),
    Column("handed_over_at", "when"),
    Column("told"),
    Column("doubted_at", "when"),
    Column("expires_at", "when"),
    Column("credits", "credits"),
)


async def doubts(visit: Visit) -> View:
    """List them, newest first, each with the evidence."""
    system, query = visit.front.system, visit.query
    actor = await staff(visit, "doubts")
    wanted = _wanted(query)

    def ask() -> tuple[list[dict[str, Any]], int | None]:
        found = system.queries.messages(wanted)
        rows = [_row(row, system.reader) for row in found]
        return rows, found[-1].number if len(found) == LIST_PAGE else None

    rows, more = await visit.front.read_newest(actor.account, "message_log", ask)
    table = Table(
        name="doubts",
        path=PATH,
        query=query,
        columns=COLUMNS,
        rows=rows,
        filters=(Filter("network", NETWORKS), Filter("state", DOUBTED), Filter("account_id")),
        next=more,
    )
    return View("doubts.html", table=table)


def _wanted(query: dict[str, str]) -> MessageFilter:
    state = read_choice(query, "state", DOUBTED) if query.get("state") else None
    network = read_choice(query, "network", NETWORKS) if query.get("network") else None
    account = query.get("account_id") or None
    if account is not None:
        check_whole(account, "account_id", least=1, most=NUMBER_MAX)
    return MessageFilter(
        before=read_before(query),
        limit=LIST_PAGE,
        states=frozenset(map(State, DOUBTED if state is None else (state,))),
        account=None if account is None else int(account),
        network=None if network is None else Network(network),
    )


def _row(row: MessageRow, reader: Reader) -> dict[str, Any]:
    known = doubt_evidence(reader, row.number)
    return {
        "message_id": feltech_id(row.number),
        "account_id": row.account,
        "network": row.network.value,
        "state": row.state.value,
        "sim": known.sim,
        "attempt": known.attempt,
        "submitted": _submitted(known),
        "handed_over_at": iso_time_or_none(known.handed_over_at),
        "told": known.words,
        "doubted_at": iso_time_or_none(known.doubted_at),
        "expires_at": iso_time_or_none(row.expires_at),
        "credits": row.credits,
    }


def _submitted(known: DoubtEvidence) -> str:
    """Say which segment was handed over, and by which references those before it are known."""
    if known.segment is None:
        return ""
    of = f"{known.segment}/{known.segments}"
    return f"{of} ({', '.join(map(str, known.references))})" if known.references else of


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
    return Done(PATH, "doubt_settled")


DOUBTS: Final = (
    Page(
        path=PATH,
        name="doubts",
        who=Who.OPERATOR,
        show=doubts,
        acts={"sent": was_sent, "not_sent": was_not_sent},
    ),
)

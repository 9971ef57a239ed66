"""``/app/messages``: what was sent, how each stands, and everything that happened to one."""

from typing import Any, Final
from urllib.parse import urlencode

from api.dialects import extras, feltech, taking_back
from api.pages.page import Done, Page, View, Who
from api.pages.tables import Column, Filter, Table
from api.pages.visit import Visit
from domain.message_states import OPEN
from domain.public_ids import parse_message_id

OF_ALL: Final = (
    Column("created_at", "when"),
    Column("recipient", "phone"),
    Column("message"),
    Column("status", "state", value=lambda row: row["delivery"] or row["status"]),
    Column("cost", "credits"),
    Column("sent_at", "when"),
)
"""The columns that test messages have too."""
COLUMNS: Final = (Column("id", link=lambda row: f"/app/messages/msg_{row['id']}"), *OF_ALL)
FILTERS: Final = (Filter("search"), Filter("status", tuple(feltech.LOG_STATUSES.values())))


async def messages(visit: Visit) -> View:
    """List them, newest first."""
    table = await _listed(visit)
    live = None if table.first_address else f"/app/messages/live?{urlencode(table.filtered)}"
    return View("live_list.html", {"live": live}, table=table)


async def live_messages(visit: Visit) -> View:
    """Show the rows anew."""
    return View("rows.html", table=await _listed(visit))


async def _listed(visit: Visit) -> Table:
    query = {k: v for k, v in visit.query.items() if k in {"search", "status", "before"} and v}
    found = (await visit.ask(feltech.logs, query=query))["data"]
    rows: list[dict[str, Any]] = found["data"]
    has_more = len(rows) == found["per_page"]
    return Table(
        name="messages",
        path="/app/messages",
        query=visit.query,
        columns=COLUMNS,
        rows=rows,
        filters=FILTERS,
        next=rows[-1]["id"] if has_more else None,
    )


async def message(visit: Visit) -> View:
    """Show everything about one message."""
    return View("message.html", await _found(visit))


async def timeline(visit: Visit) -> View:
    """Show the piece that changes while it is on its way."""
    return View("timeline.html", await _found(visit))


async def cancel(visit: Visit) -> Done:
    """Take it back."""
    written = str(visit.call.params["message_id"])
    await visit.ask(taking_back.cancel_message, {}, message_id=written)
    return Done(f"/app/messages/{written}", "cancelled")


async def _found(visit: Visit) -> dict[str, Any]:
    front, account = visit.front, visit.who.account
    written = str(visit.call.params["message_id"])
    found = (await visit.ask(extras.timeline, message_id=written))["data"]
    ref = parse_message_id(written)
    entry = None
    if ref is not None:
        entry = await front.read_own_writes(
            account, "message_log", lambda: front.system.queries.log_entry(account, ref.number)
        )
    is_open = found["state"] in OPEN
    return {
        "message": found,
        "text": entry.text if entry else None,
        "is_over": not is_open and found["state"] != "sent",
        "can_cancel": found["state"] == "queued",
        "live": f"/app/messages/{found['message_id']}/timeline",
    }


MESSAGES: Final = (
    Page(path="/app/messages", name="messages", who=Who.CUSTOMER, show=messages),
    Page(
        path="/app/messages/live",
        name="messages_live",
        who=Who.CUSTOMER,
        show=live_messages,
        is_fragment=True,
        is_live=True,
    ),
    Page(
        path="/app/messages/{message_id}",
        name="message",
        who=Who.CUSTOMER,
        show=message,
        acts={"cancel": cancel},
    ),
    Page(
        path="/app/messages/{message_id}/timeline",
        name="timeline",
        who=Who.CUSTOMER,
        show=timeline,
        is_fragment=True,
        is_live=True,
    ),
)

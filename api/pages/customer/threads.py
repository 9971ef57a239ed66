"""``/app/threads``: conversations, each with a form to go on with it."""

from typing import Any, Final

from api.dialects import feltech, threads
from api.pages.customer.composer import approved_senders
from api.pages.page import Done, Page, View, Who
from api.pages.tables import Column, Row, Table
from api.pages.visit import Visit
from domain.msisdn import wire


def _state(message: Row) -> Any:
    if message["direction"] == "in":
        return "received"
    return message["delivery"] or message["status"]


COLUMNS: Final = (
    Column(
        "msisdn",
        "phone",
        value=lambda row: row["number"],
        link=lambda row: f"/app/threads/{wire(row['number'])}",
    ),
    Column("message", value=lambda row: row["last"]["message"]),
    Column("status", "state", value=lambda row: _state(row["last"])),
    Column("at", "when", value=lambda row: row["last"]["created_at"]),
)
OF_ONE: Final = (
    Column("at", "when", value=lambda row: row["created_at"]),
    Column("status", "state", value=_state),
    Column("message"),
    Column("id"),
)


async def conversations(visit: Visit) -> View:
    """List them, those with the newest message first."""
    table = await _listed(visit)
    live = None if table.first_address else "/app/threads/live"
    return View("live_list.html", {"live": live}, table=table)


async def live_conversations(visit: Visit) -> View:
    """Show the rows anew."""
    return View("rows.html", table=await _listed(visit))


async def conversation(visit: Visit) -> View:
    """Show what was said with one number, and a form to answer."""
    found, table = await _said(visit)
    path = table.path
    values = {
        "number": found["number"],
        "path": path,
        "senders": await approved_senders(visit),
        "key": visit.form_key,
        "live": None if table.first_address else f"{path}/live",
    }
    return View("thread.html", values, table=table)


async def live_conversation(visit: Visit) -> View:
    """Show the messages anew."""
    return View("thread_rows.html", table=(await _said(visit))[1])


async def answer(visit: Visit) -> Done:
    """Send a text to the number, as any is sent; the same form sent twice is sent once."""
    number = str(visit.call.params["msisdn"])
    asked = {
        name: visit.fields[name] for name in ("message", "sender_id") if visit.fields.get(name)
    }
    key = str(visit.fields.get("key", "")) or None
    principal = await visit.principal()
    call = visit.inner_call({**asked, "to": number}, idempotency_key=key)
    fields = {**asked, "to": number}
    await feltech.send_for(visit.front, call, principal, fields)
    return Done(f"/app/threads/{number}", "queued")


async def _listed(visit: Visit) -> Table:
    found = await visit.ask(threads.threads, query=_before(visit))
    return Table(
        name="threads",
        path="/app/threads",
        query=visit.query,
        columns=COLUMNS,
        rows=found["data"],
        next=found["next"],
    )


async def _said(visit: Visit) -> tuple[dict[str, Any], Table]:
    number = str(visit.call.params["msisdn"])
    found = await visit.ask(threads.thread, query=_before(visit), msisdn=number)
    table = Table(
        name="thread",
        path=f"/app/threads/{wire(found['number'])}",
        query=visit.query,
        columns=OF_ONE,
        rows=found["data"],
        next=found["next"],
    )
    return found, table


def _before(visit: Visit) -> dict[str, str]:
    return {name: value for name, value in visit.query.items() if name == "before" and value}


THREADS: Final = (
    Page(path="/app/threads", name="threads", who=Who.CUSTOMER, show=conversations),
    Page(
        path="/app/threads/live",
        name="threads_live",
        who=Who.CUSTOMER,
        show=live_conversations,
        is_fragment=True,
        is_live=True,
    ),
    Page(
        path="/app/threads/{msisdn}",
        name="thread",
        who=Who.CUSTOMER,
        show=conversation,
        acts={"send": answer},
    ),
    Page(
        path="/app/threads/{msisdn}/live",
        name="thread_live",
        who=Who.CUSTOMER,
        show=live_conversation,
        is_fragment=True,
        is_live=True,
    ),
)

"""``/staff/approvals``: what takes a second person, and the names that customers asked for."""

from typing import Final

from api.pages.page import Done, Page, View, Who
from api.pages.tables import Column, Filter, Row, Table
from api.pages.visit import Visit
from api.pages.words import say
from api.staff import desk
from domain.manual_entry import EntryStatus

ENTRIES: Final = "/staff/approvals"
NAMES: Final = "/staff/approvals/sender-ids"
ABOUT: Final = ("account_id", "credits", "amount_ngwee", "role", "receipt")


def _about(row: Row) -> str:
    told = [name for name in ABOUT if row[name] is not None]
    return ", ".join(f"{say(f'columns.{name}')} {row[name]}" for name in told)


ENTRY_COLUMNS: Final = (
    Column("id"),
    Column("kind"),
    Column("about", value=_about),
    Column("reason"),
    Column("actor"),
    Column("prepared_at", "when"),
    Column("status", "state"),
)
NAME_COLUMNS: Final = (
    Column("id"),
    Column("account_id", "number"),
    Column("name"),
    Column("use_case"),
    Column("created_at", "when"),
)


async def entries(visit: Visit) -> View:
    """List what somebody prepared: what waits, or what became of it."""
    query = {k: v for k, v in visit.query.items() if k in {"status", "after"} and v}
    found = await visit.ask(desk.approvals, query={"status": EntryStatus.WAITING, **query})
    table = Table(
        name="entries",
        path=ENTRIES,
        query=visit.query,
        columns=ENTRY_COLUMNS,
        rows=found["data"],
        filters=(Filter("status", tuple(EntryStatus)),),
        next=found["next_after"],
        next_name="after",
    )
    return View("approvals.html", {"names": NAMES}, table=table)


async def approve(visit: Visit) -> Done:
    """Let happen what another prepared."""
    number = str(visit.fields.get("entry", ""))
    remark = visit.fields.get("remark")
    await visit.ask(desk.approve, {"remark": remark} if remark else {}, number=number)
    return Done(ENTRIES, "entry_approved")


async def reject(visit: Visit) -> Done:
    """Say that it shall not happen."""
    number = str(visit.fields.get("entry", ""))
    await visit.ask(desk.reject, {"reason": visit.fields.get("reason", "")}, number=number)
    return Done(ENTRIES, "entry_rejected")


async def names(visit: Visit) -> View:
    """List the names that wait for a decision, oldest first."""
    query = {k: v for k, v in visit.query.items() if k in {"after", "account_id"} and v}
    found = await visit.ask(desk.sender_ids, query=query)
    table = Table(
        name="asked_names",
        path=NAMES,
        query=visit.query,
        columns=NAME_COLUMNS,
        rows=found["data"],
        filters=(Filter("account_id"),),
        next=found["next_after"],
        next_name="after",
    )
    return View("asked_names.html", table=table)


async def approve_name(visit: Visit) -> Done:
    """Let an account send under a name."""
    number = str(visit.fields.get("sender_id", ""))
    remark = visit.fields.get("remark")
    await visit.ask(desk.approve_sender_id, {"remark": remark} if remark else {}, number=number)
    return Done(NAMES, "name_approved")


async def reject_name(visit: Visit) -> Done:
    """Refuse a name; the account reads why."""
    number = str(visit.fields.get("sender_id", ""))
    reason = {"reason": visit.fields.get("reason", "")}
    await visit.ask(desk.reject_sender_id, reason, number=number)
    return Done(NAMES, "name_rejected")


DECIDING: Final = (
    Page(
        path=ENTRIES,
        name="approvals",
        who=Who.OPERATOR,
        show=entries,
        acts={"approve": approve, "reject": reject},
    ),
    Page(
        path=NAMES,
        name="asked_names",
        who=Who.OPERATOR,
        show=names,
        acts={"approve": approve_name, "reject": reject_name},
    ),
)

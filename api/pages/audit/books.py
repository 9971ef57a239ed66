"""``/audit/balance`` and ``manual``: what ledger accounts hold, and what was done by hand."""

from typing import Any, Final

from api.pages.looking import staff
from api.pages.page import Page, View, Who
from api.pages.tables import Column, Filter, Table
from api.pages.visit import Visit
from api.staff import desk
from application.audit.points import position_before
from domain.ledger.posting import ZMW
from domain.manual_entry import EntryStatus
from domain.page_sizes import LIST_PAGE_MAX
from domain.span import read_as_of
from domain.values import Instant
from domain.written import NUMBER_MAX, check_whole

BALANCE: Final = "/audit/balance"
MANUAL: Final = "/audit/manual"
BALANCE_COLUMNS: Final = (
    Column("account", "code"),
    Column("debit_credits", "credits"),
    Column("credit_credits", "credits"),
    Column("debit_ngwee", "kwacha"),
    Column("credit_ngwee", "kwacha"),
)
MANUAL_COLUMNS: Final = (
    Column("id"),
    Column("kind"),
    Column("account_id", "number"),
    Column("credits", "credits"),
    Column("amount_ngwee", "kwacha"),
    Column("role"),
    Column("receipt", "code"),
    Column("reason"),
    Column("actor"),
    Column("prepared_at", "when"),
    Column("status", "state"),
    Column("approver"),
    Column("decided_at", "when"),
    Column("remark"),
)


async def balance(visit: Visit) -> View:
    """List what each ledger account held at the end of a day, else as of a position, else now."""
    system, query = visit.front.system, visit.query
    actor = await staff(visit, "trial_balance")
    moment = read_as_of(query.get("as_of") or None)
    written = "" if moment is not None else query.get("position") or ""
    chosen = check_whole(written, "position", least=0, most=NUMBER_MAX) if written else None
    after = query.get("after", "")

    def ask() -> tuple[int, int | None, list[dict[str, Any]]]:
        as_of = chosen if moment is None else position_before(system.store, Instant(moment + 1))
        found = system.queries.trial_balance(as_of=as_of, after=after, limit=LIST_PAGE_MAX)
        return system.store.head(), as_of, [_held(*_parts(row)) for row in found]

    head, as_of, rows = await visit.front.read_newest(actor.account, "ledger", ask)
    table = Table(
        name="trial_balance",
        path=BALANCE,
        query=query,
        columns=BALANCE_COLUMNS,
        rows=rows,
        filters=(Filter("position") if moment is None else Filter("as_of", kind="date"),),
        next=rows[-1]["account"] if len(rows) == LIST_PAGE_MAX else None,
        next_name="after",
    )
    values = {"head": head, "position": as_of, "by_day": moment is not None}
    return View("balance.html", values, table=table)


def _parts(row: Any) -> tuple[str, str, int]:
    return row.account, row.commodity, row.amount


def _held(account: str, commodity: str, amount: int) -> dict[str, Any]:
    side = "debit" if amount >= 0 else "credit"
    unit = "ngwee" if commodity == ZMW else "credits"
    return {"account": account, f"{side}_{unit}": abs(amount)}


async def manual(visit: Visit) -> View:
    """List what took two people: who, why, and what became of it."""
    query = {k: v for k, v in visit.query.items() if k in {"status", "after"} and v}
    found = await visit.ask(desk.approvals, query=query)
    table = Table(
        name="manual",
        path=MANUAL,
        query=visit.query,
        columns=MANUAL_COLUMNS,
        rows=found["data"],
        filters=(Filter("status", tuple(EntryStatus)),),
        next=found["next_after"],
        next_name="after",
    )
    return View("list.html", table=table)


BOOKS: Final = (
    Page(path=BALANCE, name="balance", who=Who.AUDITOR, show=balance),
    Page(path=MANUAL, name="manual", who=Who.AUDITOR, show=manual),
)

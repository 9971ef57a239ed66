"""``/finance/exceptions`` and ``ageing``: money that has to be explained, and how old it is."""

from typing import Any, Final

from api.pages.page import Done, Page, View, Who
from api.pages.tables import Column, Filter, Table
from api.pages.visit import Visit
from api.staff import days, exceptions
from api.staff.fields import read_reason
from domain.days import DAY_S
from domain.matching import Trouble
from domain.page_sizes import LIST_PAGE_MAX
from domain.written import NUMBER_MAX, check_whole, read_whole

PATH: Final = "/finance/exceptions"
COLUMNS: Final = (
    Column("kind", "state"),
    Column("what", "code"),
    Column("wallet"),
    Column("amount_ngwee", "kwacha"),
    Column("since", "when"),
    Column("days", "number", value=lambda row: row["age_s"] // DAY_S),
    Column("meaning"),
    Column("account_id", "number"),
    Column("note"),
)
AGE_COLUMNS: Final = (
    Column("kind", value=lambda row: row["what"]),
    Column("provider"),
    Column("wallet"),
    Column("days"),
    Column("count", "number"),
    Column("amount_ngwee", "kwacha"),
)


async def open_exceptions(visit: Visit) -> View:
    """List them, oldest first."""
    query = {k: v for k, v in visit.query.items() if k in {"kind", "as_of"} and v}
    found = await visit.ask(exceptions.exceptions, query={"limit": str(LIST_PAGE_MAX), **query})
    table = Table(
        name="exceptions",
        path=PATH,
        query=visit.query,
        columns=COLUMNS,
        rows=found["data"],
        filters=(Filter("kind", tuple(Trouble)), Filter("as_of", kind="date")),
    )
    values = {"count": found["count"], "to_match": found["to_match"], "as_of": found["as_of"]}
    return View("exceptions.html", values, table=table)


async def ask_assign(visit: Visit) -> View:
    """Show what assigning would do, before it is asked of another person."""
    fields = _told(visit, "receipt", "account_id", "reason")
    account = check_whole(fields["account_id"], "account_id", least=1, most=NUMBER_MAX)
    return await _sure(visit, "assign", fields["receipt"], {**fields, "account_id": account})


async def ask_write_off(visit: Visit) -> View:
    """Show what writing off would do, before it is asked of another person."""
    fields = _told(visit, "receipt", "reason")
    return await _sure(visit, "write_off", fields["receipt"], fields)


async def ask_unmatch(visit: Visit) -> View:
    """Show what taking a match back would do."""
    fields = _told(visit, "line", "part", "reason")
    part = check_whole(fields["part"], "part", least=1, most=NUMBER_MAX)
    return await _sure(visit, "unmatch", fields["line"], {**fields, "part": part})


async def _sure(visit: Visit, do: str, receipt: str, fields: dict[str, Any]) -> View:
    read_reason(fields)
    found = await visit.ask(exceptions.receipt, query={"receipt": str(receipt)})
    return View("sure.html", {"do": do, "fields": fields, "receipt": found["data"]})


async def assign(visit: Visit) -> Done:
    """Say whose money it is; another person approves it."""
    fields = _told(visit, "receipt", "reason")
    typed = visit.fields.get("account_id", "")
    fields["account_id"] = typed if read_whole(typed) is None else read_whole(typed)
    await visit.ask(exceptions.assign, fields)
    return Done(PATH, "asked_approval")


async def write_off(visit: Visit) -> Done:
    """Give up what is open of a receipt; another person approves it."""
    await visit.ask(exceptions.write_off, _told(visit, "receipt", "reason"))
    return Done(PATH, "asked_approval")


async def unmatch(visit: Visit) -> Done:
    """Take a match back."""
    fields = _told(visit, "line", "reason")
    typed = visit.fields.get("part", "")
    fields["part"] = typed if read_whole(typed) is None else read_whole(typed)
    await visit.ask(exceptions.unmatch, fields)
    return Done(PATH, "unmatched")


async def ageing(visit: Visit) -> View:
    """List what was open at the end of a day, by how long."""
    query = {k: v for k, v in visit.query.items() if k == "as_of" and v}
    found = await visit.ask(days.ageing, query=query)
    rows = [
        {**bucket, **{name: age[name] for name in ("what", "provider", "wallet")}}
        for age in found["data"]
        for bucket in age["buckets"]
    ]
    table = Table(
        name="ageing",
        path="/finance/ageing",
        query=visit.query,
        columns=AGE_COLUMNS,
        rows=rows,
        filters=(Filter("as_of", kind="date"),),
    )
    return View("list.html", table=table)


def _told(visit: Visit, *names: str) -> dict[str, Any]:
    return {name: visit.fields.get(name, "") for name in names}


EXPLAINING: Final = (
    Page(
        path=PATH,
        name="exceptions",
        who=Who.FINANCE,
        show=open_exceptions,
        acts={
            "ask_assign": ask_assign,
            "ask_write_off": ask_write_off,
            "ask_unmatch": ask_unmatch,
            "assign": assign,
            "write_off": write_off,
            "unmatch": unmatch,
        },
    ),
    Page(path="/finance/ageing", name="ageing", who=Who.FINANCE, show=ageing),
)

"""``/finance/sheet`` and ``/finance/periods``: what a day comes to, and who closed it."""

from typing import Any, Final

from api.pages.page import Done, Page, View, Who
from api.pages.tables import Column, Filter, Table
from api.pages.visit import Visit
from api.staff import days

SHEET: Final = "/finance/sheet"
PERIODS: Final = "/finance/periods"
SHEET_COLUMNS: Final = (
    Column("provider"),
    Column("wallet"),
    Column("date"),
    Column("state", "state"),
    Column("book_ngwee", "kwacha"),
    Column("in_transit_ngwee", "kwacha"),
    Column("explained_ngwee", "kwacha"),
    Column("unidentified_ngwee", "kwacha"),
    Column("expected_ngwee", "kwacha"),
    Column("statement_ngwee", "kwacha"),
    Column("unexplained_ngwee", "kwacha"),
    Column("prepared_by"),
    Column("signed_off_by"),
    Column("locked_by"),
)
PERIOD_COLUMNS: Final = (
    Column("provider"),
    Column("wallet"),
    Column("date"),
    Column("state", "state"),
    Column("statement_ngwee", "kwacha"),
    Column("unexplained_ngwee", "kwacha"),
    Column("prepared_by"),
    Column("signed_off_by"),
    Column("locked_by"),
    Column("locked_at", "when"),
)


async def sheet(visit: Visit) -> View:
    """Show the sheet of each wallet for a day, and what can be done with it."""
    query = {k: v for k, v in visit.query.items() if k in {"date", "provider"} and v}
    found = await visit.ask(days.show, query=query)
    table = Table(
        name="sheets",
        path=SHEET,
        query=visit.query,
        columns=SHEET_COLUMNS,
        rows=found["data"],
        filters=(Filter("date", kind="date"),),
    )
    return View("sheet.html", table=table)


async def sign(visit: Visit) -> Done:
    """Prepare a sheet or, as another person, sign it off."""
    note = visit.fields.get("note")
    await visit.ask(days.sign, {**_which(visit), **({"note": note} if note else {})})
    return Done(_back(visit), "sheet_signed")


async def lock(visit: Visit) -> Done:
    """Let nothing more count in a period."""
    await visit.ask(days.lock, _which(visit))
    return Done(_back(visit), "period_locked")


async def periods(visit: Visit) -> View:
    """List the periods that somebody began to close."""
    query = {k: v for k, v in visit.query.items() if k == "after" and v}
    found = await visit.ask(days.periods, query=query)
    table = Table(
        name="periods",
        path=PERIODS,
        query=visit.query,
        columns=PERIOD_COLUMNS,
        rows=found["data"],
        next=found["next_after"],
        next_name="after",
    )
    return View("periods.html", table=table)


async def reopen(visit: Visit) -> Done:
    """Open a period again."""
    await visit.ask(days.reopen, {**_which(visit), "reason": visit.fields.get("reason", "")})
    return Done(PERIODS, "period_reopened")


def _which(visit: Visit) -> dict[str, Any]:
    return {name: visit.fields.get(name, "") for name in ("provider", "wallet", "date")}


def _back(visit: Visit) -> str:
    day = visit.query.get("date", "")
    return f"{SHEET}?date={day}" if day.replace("-", "").isalnum() else SHEET


CLOSING: Final = (
    Page(path=SHEET, name="sheet", who=Who.FINANCE, show=sheet, acts={"sign": sign, "lock": lock}),
    Page(path=PERIODS, name="periods", who=Who.FINANCE, show=periods, acts={"reopen": reopen}),
)

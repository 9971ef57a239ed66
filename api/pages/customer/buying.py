"""``/app/topups`` and ``/app/statement``: credits are bought by phone, and where they went."""

from typing import Any, Final

from api.dialects import extras
from api.http.wire import Answer
from api.money import topups
from api.pages.page import Done, Page, View, Who
from api.pages.tables import CSV, Column, Filter, Table
from api.pages.visit import Visit
from domain.page_sizes import LIST_PAGE
from domain.values import Network

AMOUNTS_NGWEE: Final = (1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)
"""Amounts to choose from, where no pack fits."""
ENDED: Final = frozenset({"confirmed", "failed", "expired", "reversed", "refunded"})
TOP_UP_COLUMNS: Final = (
    Column("topup_id", "code"),
    Column("created_at", "when"),
    Column("amount_ngwee", "kwacha"),
    Column("credits", "credits"),
    Column("msisdn", "phone"),
    Column("state", "state"),
    Column("failure", value=lambda row: (row["failure"] or {}).get("message")),
    Column("confirmed_at", "when"),
)
LINE_COLUMNS: Final = (
    Column("position", "number"),
    Column("at", "when"),
    Column("kind"),
    Column("credits", "credits"),
    Column("available", "credits"),
    Column("number", "number"),
    Column("reason"),
)


async def show_top_ups(visit: Visit) -> View:
    """Show what credits cost, the form, and how the last payments stand."""
    sells = bool(visit.front.system.mobile_money)
    values: dict[str, Any] = {
        "sells": sells,
        "prices": (await visit.ask(topups.prices))["data"] if sells else None,
        "amounts": AMOUNTS_NGWEE,
        "networks": [network.value for network in Network],
        "key": visit.form_key,
    }
    table = await _top_ups(visit)
    return View("topups.html", {**values, **_live(table)}, table=table)


async def live_top_ups(visit: Visit) -> View:
    """Show the piece that changes while somebody pays."""
    table = await _top_ups(visit)
    return View("topups_list.html", _live(table), table=table)


async def top_up(visit: Visit) -> Done:
    """Ask the payer for the money."""
    names = ("pack", "amount_ngwee", "msisdn", "network")
    fields = {name: visit.fields[name] for name in names if visit.fields.get(name)}
    key = str(visit.fields.get("key", "")) or None
    await visit.ask(topups.request, fields, idempotency_key=key)
    return Done("/app/topups", "topup_asked")


async def _top_ups(visit: Visit) -> Table:
    query = {k: v for k, v in visit.query.items() if k in {"state", "before"} and v}
    rows = (await visit.ask(topups.top_ups, query=query))["data"]
    return Table(
        name="topups",
        path="/app/topups",
        query=visit.query,
        columns=TOP_UP_COLUMNS,
        rows=rows,
        next=rows[-1]["topup_id"] if len(rows) == LIST_PAGE else None,
    )


def _live(table: Table) -> dict[str, Any]:
    return {"is_over": all(row["state"] in ENDED for row in table.rows)}


async def statement(visit: Visit) -> View | Answer:
    """Show the movements of the wallet, oldest first."""
    wanted = {k: v for k, v in visit.query.items() if k in {"from", "to", "after"} and v}
    if visit.query.get("format") == CSV:
        return await visit.download(extras.statement, {**wanted, "format": CSV})
    found = (await visit.ask(extras.statement, query=wanted))["data"]
    table = Table(
        name="statement",
        path="/app/statement",
        query=visit.query,
        columns=LINE_COLUMNS,
        rows=found["lines"],
        filters=(Filter("from", kind="date"), Filter("to", kind="date")),
        next=found["next"],
        next_name="after",
    )
    return View("statement.html", {"found": found}, table=table)


BUYING: Final = (
    Page(
        path="/app/topups",
        name="topups",
        who=Who.CUSTOMER,
        show=show_top_ups,
        acts={"topup": top_up},
    ),
    Page(
        path="/app/topups/live",
        name="topups_live",
        who=Who.CUSTOMER,
        show=live_top_ups,
        is_fragment=True,
        is_live=True,
    ),
    Page(path="/app/statement", name="statement", who=Who.CUSTOMER, show=statement),
)

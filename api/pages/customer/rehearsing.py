"""``/app/test``: what test mode is, a key for it, a command that works, and the log of tests."""

from typing import Any, Final

from api.accounts import account
from api.dialects import feltech
from api.pages.customer.messages import FILTERS, OF_ALL
from api.pages.everyone.samples import YOUR_KEY, send_command
from api.pages.page import Done, Page, View, Who
from api.pages.tables import Column, Table
from api.pages.visit import Visit
from api.pages.words import say
from domain.fates import FATES, Fate
from domain.mode import Mode
from domain.msisdn import wire

PATH: Final = "/app/test"


async def rehearsals(visit: Visit) -> View:
    """Show what there is to try, and what was."""
    query = {k: v for k, v in visit.query.items() if k in {"search", "status", "before"} and v}
    found = (await visit.ask(feltech.logs, query={**query, "mode": Mode.TEST}))["data"]
    rows: list[dict[str, Any]] = found["data"]
    table = Table(
        name="tests",
        path=PATH,
        query=visit.query,
        columns=(Column("id"), *OF_ALL),
        rows=rows,
        filters=FILTERS,
        next=rows[-1]["id"] if len(rows) == found["per_page"] else None,
    )
    to = next(wire(msisdn) for msisdn, fate in FATES.items() if fate is Fate.DELIVERED)
    curl = send_command(visit, visit.once.get("api_key", YOUR_KEY), to=to)
    numbers = [(wire(msisdn), say(f"test.{fate}")) for msisdn, fate in FATES.items()]
    return View("test.html", {"curl": curl, "numbers": numbers}, table=table)


async def issue(visit: Visit) -> Done:
    """Make a key for tests."""
    asked = {"name": visit.fields.get("name"), "mode": Mode.TEST}
    made = await visit.ask(account.issue_key, asked)
    return Done(PATH, once={"api_key": made["api_key"]})


REHEARSING: Final = (
    Page(path=PATH, name="test", who=Who.CUSTOMER, show=rehearsals, acts={"issue": issue}),
)

"""``/staff/accounts``: who has an account, and whether it may send."""

from typing import Any, Final

from api.pages.page import Done, Page, View, Who
from api.pages.tables import Column, Table
from api.pages.visit import Visit
from api.staff import desk

PATH: Final = "/staff/accounts"


def _standing(row: Any) -> str:
    return "suspended" if row["suspended"] else "active"


COLUMNS: Final = (
    Column("id"),
    Column("name"),
    Column("email"),
    Column("roles"),
    Column("state", "state", value=_standing),
    Column("created_at", "when"),
)


async def accounts(visit: Visit) -> View:
    """List them by number."""
    query = {k: v for k, v in visit.query.items() if k == "after" and v}
    found = await visit.ask(desk.accounts, query=query)
    table = Table(
        name="accounts",
        path=PATH,
        query=visit.query,
        columns=COLUMNS,
        rows=found["data"],
        next=found["next_after"],
        next_name="after",
    )
    return View("accounts.html", table=table)


async def suspend(visit: Visit) -> Done:
    """Take nothing more from an account until it is reinstated."""
    await visit.ask(desk.suspend, _reason(visit), number=str(visit.fields.get("account", "")))
    return Done(PATH, "account_suspended")


async def reinstate(visit: Visit) -> Done:
    """Let an account send again."""
    await visit.ask(desk.reinstate, _reason(visit), number=str(visit.fields.get("account", "")))
    return Done(PATH, "account_reinstated")


def _reason(visit: Visit) -> dict[str, Any]:
    return {"reason": visit.fields.get("reason", "")}


ACCOUNTS: Final = (
    Page(
        path=PATH,
        name="accounts",
        who=Who.OPERATOR,
        show=accounts,
        acts={"suspend": suspend, "reinstate": reinstate},
    ),
)

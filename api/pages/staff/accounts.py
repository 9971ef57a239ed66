"""``/staff/accounts``: who has an account, and what staff change of one."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from api.pages.page import Done, Page, View, Who
from api.pages.tables import Column, Filter, Row, Table
from api.pages.visit import Visit
from api.staff import changing, desk
from domain.roles import Role

PATH: Final = "/staff/accounts"
LIMITS: Final = ("single", "bulk", "read", "daily_credits")


def _standing(row: Any) -> str:
    return "suspended" if row["suspended"] else "active"


COLUMNS: Final = (
    Column("id", link=lambda row: f"{PATH}?account_id={row['id']}"),
    Column("name"),
    Column("email"),
    Column("roles"),
    Column("state", "state", value=_standing),
    Column("created_at", "when"),
)


async def accounts(visit: Visit) -> View:
    """List them by number; of one that is chosen, what can be changed."""
    chosen = visit.query.get("account_id")
    if chosen:
        row = (await visit.ask(desk.account, number=chosen))["data"]
        return View("accounts.html", await _forms(visit, row), table=_table(visit, [row], None))
    query = {k: v for k, v in visit.query.items() if k in {"after", "state", "search"} and v}
    found = await visit.ask(desk.accounts, query=query)
    table = _table(visit, found["data"], found["next_after"])
    return View("accounts.html", {"chosen": None}, table=table)


def _table(visit: Visit, rows: Sequence[Row], following: int | None) -> Table:
    return Table(
        name="accounts",
        path=PATH,
        query=visit.query,
        columns=COLUMNS,
        rows=rows,
        filters=(
            Filter("account_id"),
            Filter("search", label="whom"),
            Filter("state", desk.ACCOUNT_STATES),
        ),
        next=following,
        next_name="after",
    )


async def _forms(visit: Visit, row: Row) -> dict[str, Any]:
    """Give what the forms of one account are filled with."""
    system, actor = visit.front.system, visit.who.account
    balance = partial(system.queries.balance, row["id"])
    held = await visit.front.read_newest(actor, "balances", balance)
    return {
        "chosen": row,
        "available": held.available if held else 0,
        "alone_max": system.terms.alone_max,
        "roles": list(Role),
        "key": visit.form_key,
    }


async def suspend(visit: Visit) -> Done:
    """Take nothing more from an account until it is reinstated."""
    await visit.ask(desk.suspend, _reason(visit), number=_account(visit))
    return Done(PATH, "account_suspended")


async def reinstate(visit: Visit) -> Done:
    """Let an account send again."""
    await visit.ask(desk.reinstate, _reason(visit), number=_account(visit))
    return Done(PATH, "account_reinstated")


async def change_limits(visit: Visit) -> Done:
    """Set an account's own limits; an empty one follows the settings."""
    fields = {name: visit.fields.get(name) or None for name in LIMITS}
    await visit.ask(desk.change_limits, {**_reason(visit), **fields}, number=_account(visit))
    return _done(visit, "account_limits_changed")


async def move_credits(visit: Visit) -> Done:
    """Grant credits, or take some: at once, or when another person approves."""
    fields = {name: visit.fields.get(name, "") for name in ("credits", "kind")}
    moved = await visit.ask(
        changing.move_credits,
        {**_reason(visit), **fields},
        idempotency_key=str(visit.fields.get("key", "")) or None,
        number=_account(visit),
    )
    return _waits(visit, moved) if "entry" in moved else _done(visit, "credits_moved")


async def change_role(visit: Visit) -> Done:
    """Prepare that a role is given or taken."""
    fields = {name: visit.fields.get(name, "") for name in ("role", "change")}
    asked = {**_reason(visit), **fields}
    return _waits(visit, await visit.ask(changing.change_role, asked, number=_account(visit)))


async def reset_second_factor(visit: Visit) -> Done:
    """Prepare that a lost second factor is taken away."""
    number, asked = _account(visit), _reason(visit)
    return _waits(visit, await visit.ask(changing.reset_second_factor, asked, number=number))


def _waits(visit: Visit, answered: Any) -> Done:
    """Say which entry waits for another person."""
    return Done(f"{PATH}?account_id={_account(visit)}", once={"entry": answered["entry"]})


def _done(visit: Visit, said: str) -> Done:
    return Done(f"{PATH}?account_id={_account(visit)}", said)


def _account(visit: Visit) -> str:
    """Give the account that a form is about."""
    return str(visit.fields.get("account", ""))


def _reason(visit: Visit) -> dict[str, Any]:
    return {"reason": visit.fields.get("reason", "")}


ACCOUNTS: Final = (
    Page(
        path=PATH,
        name="accounts",
        who=Who.OPERATOR,
        show=accounts,
        acts={
            "suspend": suspend,
            "reinstate": reinstate,
            "limits": change_limits,
            "credits": move_credits,
            "role": change_role,
            "second_factor": reset_second_factor,
        },
    ),
)

"""Pages of keys, sender IDs, limits and people: how an account is set up."""

from typing import Any, Final

from api.accounts import account, registration
from api.dialects import feltech
from api.pages.cookies import SESSION, forget
from api.pages.everyone.samples import send_command
from api.pages.page import Done, Page, View, Who
from api.pages.tables import Column, Table
from api.pages.visit import Visit
from domain.errors import InvalidRequest
from domain.key_rules import Scope

KEY_COLUMNS: Final = (
    Column("id", "code"),
    Column("name"),
    Column("mode"),
    Column("scopes"),
    Column("sources"),
    Column("created_at", "when"),
    Column("last_used_at", "when"),
)
SENDER_ID_COLUMNS: Final = (
    Column("name"),
    Column("use_case"),
    Column("status", "state"),
    Column("created_at", "when"),
)


# -- keys -------------------------------------------------------------------------------------


async def keys(visit: Visit) -> View:
    """List the working keys; one that was just made stands above them, this one time."""
    rows = (await visit.ask(account.keys))["data"]
    table = Table(name="keys", path="/app/keys", query=visit.query, columns=KEY_COLUMNS, rows=rows)
    curl = send_command(visit, visit.once.get("api_key", ""))
    return View("keys.html", {"curl": curl, "scopes": list(Scope)}, table=table)


async def issue(visit: Visit) -> Done:
    """Make another key."""
    fields = visit.fields
    sources = str(fields.get("sources", "")).replace(",", " ").split()
    asked = {"name": fields.get("name"), "scopes": fields.get("scopes") or [], "sources": sources}
    return _made(await visit.ask(account.issue_key, asked))


async def regenerate(visit: Visit) -> Done:
    """Replace a key."""
    key_id = str(visit.fields.get("key_id", ""))
    return _made(await visit.ask(account.regenerate_key, {}, key_id=key_id))


async def end(visit: Visit) -> Done:
    """End a key for good."""
    await visit.ask(account.end_key, {}, key_id=str(visit.fields.get("key_id", "")))
    return Done("/app/keys", "key_ended")


def _made(made: dict[str, Any]) -> Done:
    return Done("/app/keys", once={"api_key": made["api_key"]})


# -- sender IDs -------------------------------------------------------------------------------


async def sender_ids(visit: Visit) -> View:
    """List the names under which the account may send, or has asked to."""
    rows = (await visit.ask(feltech.sender_ids))["data"]
    table = Table(
        name="sender_ids",
        path="/app/sender-ids",
        query=visit.query,
        columns=SENDER_ID_COLUMNS,
        rows=rows,
    )
    return View("sender_ids.html", table=table)


async def request_sender_id(visit: Visit) -> Done:
    """Ask for a name."""
    await visit.ask(feltech.request_sender_id, visit.fields)
    return Done("/app/sender-ids", "sender_id_asked")


# -- limits -----------------------------------------------------------------------------------


async def limits(visit: Visit) -> View:
    """Show what the account may send, and when it may not."""
    about = (await visit.ask(account.account))["data"]
    names = (await visit.ask(feltech.sender_ids))["data"]
    approved = [row["name"] for row in names if row["status"] == "Approved"]
    return View("limits.html", {"about": about, "senders": approved})


async def change_limits(visit: Visit) -> Done:
    """Change the default sender and the quiet hours."""
    fields = visit.fields
    begins, ends = fields.get("from") or "", fields.get("to") or ""
    if bool(begins) != bool(ends):
        msg = "Quiet hours have a beginning and an end, or neither."
        raise InvalidRequest(msg, field="quiet_hours")
    await visit.ask(
        account.change_account,
        {
            "default_sender_id": fields.get("default_sender_id") or None,
            "quiet_hours": {"from": begins, "to": ends} if begins else None,
            "quiet_all": bool(fields.get("quiet_all")),
        },
    )
    return Done("/app/limits", "limits_changed")


# -- people -----------------------------------------------------------------------------------


async def people(visit: Visit) -> View:
    """Show who has the account, and how they log in."""
    about = (await visit.ask(account.account))["data"]
    return View("people.html", {"about": about})


async def change_password(visit: Visit) -> Done:
    """Set a new password; every session ends."""
    await visit.ask(registration.change_password, visit.fields)
    return Done("/login", "password_set", cookies=(forget(SESSION),))


SETTINGS: Final = (
    Page(
        path="/app/keys",
        name="keys",
        who=Who.CUSTOMER,
        show=keys,
        acts={"issue": issue, "regenerate": regenerate, "end": end},
    ),
    Page(
        path="/app/sender-ids",
        name="sender_ids",
        who=Who.CUSTOMER,
        show=sender_ids,
        acts={"request": request_sender_id},
    ),
    Page(
        path="/app/limits",
        name="limits",
        who=Who.CUSTOMER,
        show=limits,
        acts={"change": change_limits},
    ),
    Page(
        path="/app/people",
        name="people",
        who=Who.CUSTOMER,
        show=people,
        acts={"password": change_password},
    ),
)

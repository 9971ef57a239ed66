"""``/register``, ``/login``, ``/logout``, ``/reset``, ``/second-factor``: how people get in."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from api.accounts import registration, second_factor
from api.http.wire import Answer
from api.pages.cookies import ONCE, SESSION, forget, keep, write_once
from api.pages.everyone.samples import send_command
from api.pages.page import Done, Page, View, Who
from api.pages.qr import drawn
from api.pages.visit import Visit
from domain.roles import Role

HOME: Final = "/app"
_OURS: Final = re.compile(r"/(?![/\\])[A-Za-z0-9_/.?=&%-]*")
"""A path of ours, to which a login may lead back."""
FACTOR_S: Final = 600
"""How long somebody has for the first code."""


# -- registering ------------------------------------------------------------------------------


async def show_register(visit: Visit) -> View:
    """Show the form, or the key of who has just registered."""
    key = visit.once.get("api_key", "")
    values = {"is_open": visit.front.system.terms.registration_open}
    return View("register.html", {**values, "curl": send_command(visit, key)})


async def register(visit: Visit) -> Done:
    """Make an account, and log it in."""
    made = await visit.ask(registration.register, visit.fields)
    cookies = (keep(SESSION, made["token"]),)
    return Done("/register", cookies=cookies, once={"api_key": made["api_key"]})


# -- logging in and out -----------------------------------------------------------------------


async def show_login(visit: Visit) -> View | Done:
    """Show the form; who is in already goes on."""
    if visit.somebody is not None and not visit.problems:
        return Done(_next(visit.query.get("next")))
    return View("login.html")


async def login(visit: Visit) -> Done:
    """Open a session, and go where somebody wanted to."""
    fields = {name: value for name, value in visit.fields.items() if value != ""}
    made = await visit.ask(registration.login, fields)
    cookies = (keep(SESSION, made["token"]),)
    if made["needs_second_factor"]:
        return Done("/second-factor", "needs_second_factor", cookies=cookies)
    wanted = visit.fields.get("next")
    return Done(_next(wanted, roles=made["roles"]), cookies=cookies)


def _next(wanted: Any, *, roles: Sequence[str] = ()) -> str:
    if isinstance(wanted, str) and _OURS.fullmatch(wanted):
        return wanted
    return _START.get(next(iter(roles), ""), HOME)


_START: Final[Mapping[str, str]] = {
    Role.ADMIN: "/staff/fleet",
    Role.FINANCE_PREPARER: "/finance/exceptions",
    Role.FINANCE_REVIEWER: "/finance/sheet",
    Role.AUDITOR: "/audit/balance",
}
"""Where staff begin."""


async def show_logout(visit: Visit) -> View:
    """Show a button: to look at a page ends nothing."""
    return View("logout.html", {"is_in": visit.somebody is not None})


async def logout(visit: Visit) -> Done:
    """End the session."""
    if visit.somebody is not None:
        await visit.ask(registration.logout)
    return Done("/login", "bye", cookies=(forget(SESSION),))


# -- passwords --------------------------------------------------------------------------------


async def show_reset(visit: Visit) -> View:  # noqa: ARG001 - the same for everybody
    """Show both forms: for the mail, and for its token."""
    return View("reset.html")


async def reset(visit: Visit) -> Done:
    """Have a mail sent."""
    await visit.ask(registration.reset, visit.fields)
    return Done("/reset", "reset_asked")


async def confirm_reset(visit: Visit) -> Done:
    """Set a new password."""
    await visit.ask(registration.confirm_reset, visit.fields)
    return Done("/login", "password_set", cookies=(forget(SESSION),))


# -- the second factor ------------------------------------------------------------------------


async def show_second_factor(visit: Visit) -> View | Answer:
    """Show what can be done, the secret that waits for its first code, or the recovery codes."""
    if "recovery_codes" not in visit.once:
        _ = visit.who
    uri = visit.once.get("uri")
    if uri:  # it is shown until its code was right
        kept = keep(ONCE, write_once(visit.once), age_s=FACTOR_S)
        visit.new_cookies.append(kept)
    return View("second_factor.html", {"qr": drawn(uri) if uri else ""})


async def enrol(visit: Visit) -> Done:
    """Begin with a second factor."""
    made = await visit.ask(second_factor.enrol, _proof(visit))
    once = {"uri": made["uri"], "secret": made["secret"]}
    return Done("/second-factor", once=once)


async def confirm(visit: Visit) -> Done:
    """Confirm it by its first code; every session has ended then."""
    made = await visit.ask(second_factor.confirm, visit.fields)
    return _codes(made, forget(SESSION))


async def renew_codes(visit: Visit) -> Done:
    """Make new recovery codes."""
    return _codes(await visit.ask(second_factor.renew_codes, _proof(visit)))


async def remove(visit: Visit) -> Done:
    """Give the second factor up."""
    await visit.ask(second_factor.remove, _proof(visit))
    return Done("/login", "factor_removed", cookies=(forget(SESSION),))


def _proof(visit: Visit) -> dict[str, Any]:
    return {name: value for name, value in visit.fields.items() if value != ""}


def _codes(made: dict[str, Any], *cookies: str) -> Done:
    once = {"message": made["message"], "recovery_codes": made["recovery_codes"]}
    return Done("/second-factor", cookies=cookies, once=once)


WAY_IN: Final = (
    Page(
        path="/register",
        name="register",
        who=Who.ANYONE,
        show=show_register,
        acts={"register": register},
    ),
    Page(path="/login", name="login", who=Who.ANYONE, show=show_login, acts={"login": login}),
    Page(path="/logout", name="logout", who=Who.ANYONE, show=show_logout, acts={"logout": logout}),
    Page(
        path="/reset",
        name="reset",
        who=Who.ANYONE,
        show=show_reset,
        acts={"reset": reset, "confirm": confirm_reset},
    ),
    Page(
        path="/second-factor",
        name="second_factor",
        who=Who.ANYONE,
        show=show_second_factor,
        acts={"enrol": enrol, "confirm": confirm, "codes": renew_codes, "remove": remove},
    ),
)

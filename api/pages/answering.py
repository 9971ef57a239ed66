"""From a page to its answer: who may see it, what it shows, what its forms did or were refused."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final
from urllib.parse import quote

from api.http.fields import Fields, read_fields
from api.http.wire import Answer, Call, Headers
from api.pages.assets import static
from api.pages.cookies import (
    ONCE,
    ONCE_S,
    SESSION,
    VISITOR,
    VISITOR_BYTES,
    forget,
    keep,
    read_cookies,
    write_once,
)
from api.pages.live import news
from api.pages.navigation import current, navigation
from api.pages.page import ROLES, Done, Page, View, Who
from api.pages.rendering import ONLY_BY_TLS, html
from api.pages.tables import CSV, CSV_PAGES_MAX, csv_answer
from api.pages.visit import FormOver, Visit
from api.pages.words import has_words, say
from api.routing.errors import FAULT_FROM, blamed, headers_of, message_of, row_of
from api.routing.front import Front
from api.routing.route import Route
from domain.errors import InvalidKey, InvalidRequest, NgomaError, NotFound, NotPermitted

ANYWHERE: Final = "body"
"""The field of a problem that no field is to blame for."""


def routes_of(pages: Sequence[Page]) -> list[Route]:
    """Give the routes of pages and of the files that they load."""
    routes = [_route("GET", "/static/{name}", static, "A file of the pages")]
    for page in pages:
        routes.append(_route("GET", page.path, partial(_look, page), page.name))
        if page.acts:
            routes.append(_route("POST", page.path, partial(_send, page), page.name, page))
    return routes


def _route(method: Any, path: str, endpoint: Any, summary: str, takes: Page | None = None) -> Route:
    takes_file = takes is not None and takes.takes_file
    return Route(
        method=method,
        path=path,
        endpoint=endpoint,
        envelope=page_error,
        summary=summary,
        answers={},
        tag="pages",
        access="anyone",
        takes_file=takes_file,
        admit=partial(_open, takes) if takes is not None and takes_file else None,
        is_documented=False,
    )


async def _open(page: Page, front: Front, call: Call) -> Visit:
    """Let in who may see a page.

    Raises:
        InvalidKey: it takes a session.
        NotPermitted: it takes a role.
        RateLimited: too many from one address.
    """
    await front.limit_page(front.caller(call))
    visit = Visit(front, call)
    if page.who is not Who.ANYONE or visit.token:
        try:
            await visit.recognise()
        except InvalidKey:
            if page.who is not Who.ANYONE:
                raise
    roles = ROLES.get(page.who)
    if roles is not None and not roles & visit.who.roles:
        needs_factor = visit.who.has_roles and not visit.who.roles
        raise NotPermitted(say("errors.needs_second_factor" if needs_factor else "errors.no_role"))
    return visit


async def _look(page: Page, front: Front, call: Call) -> Answer:
    """Answer who looks at a page."""
    visit = await _open(page, front, call)
    newest: Headers = ()
    if page.is_live:
        newest = await news(visit, of_all=page.who in ROLES)
        await visit.recognise()  # the session may have ended while this waited
    shown = await page.show(visit)
    if isinstance(shown, View) and shown.table is not None and visit.query.get("format") == CSV:
        return await _csv(page, visit, shown)
    return _answer(page, visit, shown, headers=newest)


async def _csv(page: Page, visit: Visit, first: View) -> Answer:
    table = first.table
    rows: list[Mapping[str, Any]] = []
    columns = table.columns if table else ()
    for _ in range(CSV_PAGES_MAX):
        if table is None:
            break
        rows += table.rows
        if table.next is None:
            break
        visit.query[table.next_name] = str(table.next)
        more = await page.show(visit)
        table = more.table if isinstance(more, View) else None
    return csv_answer(page.name, columns, rows)


async def _send(page: Page, front: Front, call: Call) -> Answer:
    """Answer who sent a form: where to go, or the page again with what is wrong with it."""
    visit = await _open(page, front, call)
    visit.fields = await _fields(page, visit)
    try:
        visit.check_form()
        act = page.acts.get(str(visit.fields.get("do", "")))
        if act is None:
            msg = "There is no such form."
            raise InvalidRequest(msg, field="do")
        return _answer(page, visit, await act(visit))
    except NgomaError as error:
        status = row_of(error).feltech_status
        is_out = isinstance(error, InvalidKey) and visit.somebody is not None
        if is_out or isinstance(error, NotFound) or status >= FAULT_FROM:
            raise
        visit.problems = dict(reversed(blamed(error)))
        if isinstance(error, FormOver) and not visit.keeps_cookies:
            visit.problems = {ANYWHERE: say("errors.no_cookies")}
        shown = await page.show(visit)
        if isinstance(shown, View):
            shown = replace(shown, status=status)
        return _answer(page, visit, shown, headers=headers_of(error, status))


async def _fields(page: Page, visit: Visit) -> Fields:
    """Read a form; one with a file in a thread, since it may be large."""
    if not page.takes_file:
        return read_fields(visit.call)
    account = None if visit.somebody is None else visit.somebody.account
    return await visit.front.read(account, partial(read_fields, visit.call))


def _answer(
    page: Page, visit: Visit, shown: View | Answer | Done, *, headers: Headers = ()
) -> Answer:
    if isinstance(shown, Answer):
        return shown
    if isinstance(shown, Done):
        return _redirect(shown)
    if not page.is_fragment and not visit.form_token:
        fresh = visit.front.system.randomness.token(VISITOR_BYTES).hex()
        visit.new_cookies.append(keep(VISITOR, fresh))
        visit.cookies = {**visit.cookies, VISITOR: fresh}
    if visit.once:
        visit.new_cookies.insert(0, forget(ONCE))  # unless the page keeps it
    cookies = tuple((b"set-cookie", cookie.encode()) for cookie in visit.new_cookies)
    values = {
        "visit": visit,
        "page": page,
        "title": say(f"pages.{page.name}") if not page.is_fragment else "",
        "sections": navigation(visit),
        "current": current(visit),
        "said": _said(visit),
        "problems": visit.problems,
        "given": visit.fields or visit.query,
        "once": visit.once,
        "table": shown.table,
        **shown.values,
    }
    more = tuple(pair for pair in headers if pair[0] != b"www-authenticate")
    if visit.front.is_https(visit.call):
        more += (ONLY_BY_TLS,)
    return html(shown.template, values, status=shown.status, headers=(*cookies, *more))


def _said(visit: Visit) -> str:
    name = f"said.{visit.query.get('said', '')}"
    return say(name) if has_words(name) and not visit.problems else ""


def _redirect(done: Done) -> Answer:
    to = done.to
    if done.said:
        to += f"{'&' if '?' in to else '?'}said={done.said}"
    cookies = [*done.cookies]
    if done.once:
        cookies.append(keep(ONCE, write_once(done.once), age_s=ONCE_S))
    headers = tuple((b"set-cookie", cookie.encode()) for cookie in cookies)
    return Answer(303, b"", ((b"location", to.encode()), *headers))


def page_error(call: Call, error: Exception) -> Answer:
    """Answer an error of a page: the login to who has no session, else a page that says it."""
    if isinstance(error, InvalidKey):
        to = f"/login?next={quote(call.path, safe='/')}"
        over = forget(SESSION)
        had = SESSION in read_cookies(call)
        return _redirect(Done(to, "logged_out" if had else "", cookies=(over,) if had else ()))
    status = row_of(error).feltech_status
    known = f"errors.title_{status}"
    values = {
        "title": say(known if has_words(known) else "errors.title"),
        "status": status,
        "message": message_of(error),
        "request_id": call.request_id if status >= FAULT_FROM else "",
        "sections": [],
        "said": "",
        "problems": {},
    }
    return html("error.html", values, status=status, headers=headers_of(error, status))

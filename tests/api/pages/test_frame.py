"""What holds for every page: who sees it, what it may load, and how it says that it cannot."""

import re
from dataclasses import dataclass
from typing import Final

import httpx
import pytest

from api.pages.assets import assets
from api.pages.page import ROLES, Page, Who
from api.pages.site import PAGES
from domain.roles import Role
from tests.api.conftest import Gateway
from tests.api.pages.browser import Browser, seen
from tests.api.pages.conftest import OpenBrowser
from tests.support.staff import hire, open_session

FOREIGN: Final = re.compile(r"""(?:src|href|action|data-\w+)=["'](?:\w+:)?//""")
INLINE: Final = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", re.IGNORECASE)


@dataclass(frozen=True)
class Class:
    """What is to be known of a page before it is shown to anybody."""

    who: Who
    names: str = ""
    """What its path names, of whose another account's gives 404: a message, a top-up."""


CLASSES: Final = {
    "/": Class(Who.ANYONE),
    "/docs": Class(Who.ANYONE),
    "/docs/reference": Class(Who.ANYONE),
    "/login": Class(Who.ANYONE),
    "/logout": Class(Who.ANYONE),
    "/register": Class(Who.ANYONE),
    "/reset": Class(Who.ANYONE),
    "/second-factor": Class(Who.ANYONE),
    "/app": Class(Who.CUSTOMER),
    "/app/live": Class(Who.CUSTOMER),
    "/app/send": Class(Who.CUSTOMER),
    "/app/uploads": Class(Who.CUSTOMER),
    "/app/uploads/{upload_id}": Class(Who.CUSTOMER, names="upload"),
    "/app/uploads/{upload_id}/progress": Class(Who.CUSTOMER, names="upload"),
    "/app/messages": Class(Who.CUSTOMER),
    "/app/messages/live": Class(Who.CUSTOMER),
    "/app/messages/{message_id}": Class(Who.CUSTOMER, names="message"),
    "/app/messages/{message_id}/timeline": Class(Who.CUSTOMER, names="message"),
    "/app/threads": Class(Who.CUSTOMER),
    "/app/threads/live": Class(Who.CUSTOMER),
    "/app/threads/{msisdn}": Class(Who.CUSTOMER, names="thread"),
    "/app/threads/{msisdn}/live": Class(Who.CUSTOMER, names="thread"),
    "/app/keywords": Class(Who.CUSTOMER),
    "/app/topups": Class(Who.CUSTOMER),
    "/app/topups/live": Class(Who.CUSTOMER),
    "/app/statement": Class(Who.CUSTOMER),
    "/app/keys": Class(Who.CUSTOMER),
    "/app/sender-ids": Class(Who.CUSTOMER),
    "/app/limits": Class(Who.CUSTOMER),
    "/app/people": Class(Who.CUSTOMER),
    "/app/test": Class(Who.CUSTOMER),
    "/staff/fleet": Class(Who.OPERATOR),
    "/staff/fleet/live": Class(Who.OPERATOR),
    "/staff/queue": Class(Who.OPERATOR),
    "/staff/queue/live": Class(Who.OPERATOR),
    "/staff/alarms": Class(Who.OPERATOR),
    "/staff/alarms/live": Class(Who.OPERATOR),
    "/staff/doubts": Class(Who.OPERATOR),
    "/staff/approvals": Class(Who.OPERATOR),
    "/staff/approvals/sender-ids": Class(Who.OPERATOR),
    "/staff/accounts": Class(Who.OPERATOR),
    "/staff/retention": Class(Who.OPERATOR),
    "/staff/retention/live": Class(Who.OPERATOR),
    "/finance/exceptions": Class(Who.FINANCE),
    "/finance/statements": Class(Who.FINANCE),
    "/finance/ageing": Class(Who.FINANCE),
    "/finance/sheet": Class(Who.FINANCE),
    "/finance/periods": Class(Who.FINANCE),
    "/audit/balance": Class(Who.AUDITOR),
    "/audit/manual": Class(Who.AUDITOR),
    "/audit/replay": Class(Who.AUDITOR),
    "/audit/seals": Class(Who.AUDITOR),
    "/audit/export": Class(Who.AUDITOR),
    "/audit/export/live": Class(Who.AUDITOR),
}
"""Every page, with who may see it: a page that is not here fails."""
OPEN: Final = [page for page in PAGES if page.who is Who.ANYONE]
CLOSED: Final = [page for page in PAGES if page.who is not Who.ANYONE]
OF_STAFF: Final = [page for page in PAGES if page.who in ROLES]


def test_every_page_is_classed() -> None:
    assert {page.path: page.who for page in PAGES} == {
        path: found.who for path, found in CLASSES.items()
    }


@pytest.mark.parametrize("page", OPEN, ids=lambda page: page.path)
def test_a_page_loads_nothing_from_elsewhere_and_holds_no_script(
    browser: Browser, page: Page
) -> None:
    answer = browser.get(page.path)
    assert answer.status_code in {200, 303}
    check(answer)


def check(answer: httpx.Response) -> None:
    """Check what holds for every answer that is a page."""

    assert answer.headers["cache-control"] == "no-store"
    if answer.status_code == 303:
        return
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert not FOREIGN.search(answer.text)
    assert not INLINE.search(answer.text)


def test_without_a_session_a_page_leads_to_the_login(browser: Browser) -> None:
    for page in CLOSED:
        for method in ("GET", "POST") if page.acts else ("GET",):
            answer = browser.ask(method, re.sub(r"{\w+}", "1", page.path))
            assert answer.status_code == 303, page.path
            assert answer.headers["location"].startswith("/login?next="), page.path


def test_a_page_of_staff_is_for_its_roles_alone(
    gateway: Gateway, open_browser: OpenBrowser
) -> None:
    customer = open_browser(gateway, token=open_session(gateway.system, gateway.account))
    for page in OF_STAFF:
        path = re.sub(r"{\w+}", "1", page.path)
        assert customer.get(path).status_code == 403, path
        if page.acts:
            assert customer.ask("POST", path, data={}).status_code == 403, path


def test_a_role_counts_with_a_second_factor_only(
    own_gateway: Gateway, open_browser: OpenBrowser
) -> None:
    admin = hire(own_gateway.system, "ann", Role.ADMIN)
    without = open_session(own_gateway.system, admin.account, has_second_factor=False)
    page = open_browser(own_gateway, token=without).get("/second-factor")
    assert "counts only in a session with a second factor" in seen(page)


def test_files_are_kept_for_good_under_a_name_that_says_what_they_hold(browser: Browser) -> None:
    named = re.findall(r'(?:src|href)="(/static/[^"]+)"', browser.get("/").text)
    assert len(set(named)) == len(assets()) == 3
    for path in named:
        answer = browser.get(path)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert browser.get(path.replace("-", "-0")).status_code == 404


def test_what_is_not_there_is_a_page_to_a_browser_and_json_to_a_program(browser: Browser) -> None:
    page = browser.get("/nowhere")
    assert page.status_code == 404
    check(page)
    assert "There is nothing here" in page.text
    for path in ("/api/nowhere", "/api/v1/nowhere"):
        assert browser.get(path).headers["content-type"] == "application/json"
    program = browser.get("/nowhere", headers={"accept": "*/*"})
    assert program.headers["content-type"] == "application/json"


def test_a_method_that_a_page_does_not_have_is_refused_as_a_page(browser: Browser) -> None:
    answer = browser.ask("DELETE", "/docs")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    check(answer)

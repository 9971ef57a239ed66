"""Live pieces of pages: news is shown when it comes, and an idle page asks hardly anything."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import httpx
import pytest

from api.http.waiting import PAGES_EACH_MAX
from api.pages import live
from api.pages.cookies import SESSION
from api.pages.page import Page, Who
from api.pages.site import PAGES
from domain.reports import Accepted
from domain.roles import Role
from tests.api.conftest import Gateway, new_account
from tests.api.pages.browser import Browser, seen
from tests.api.pages.conftest import OpenBrowser
from tests.support.staff import hire, open_session

NEWEST: Final = live.NEWEST.decode()
LIVE: Final = [page for page in PAGES if page.is_live and page.who is Who.CUSTOMER]
OF_STAFF: Final = [page for page in PAGES if page.is_live and page.who is not Who.CUSTOMER]


@pytest.fixture
def shop(gateway: Gateway, open_browser: OpenBrowser) -> Browser:
    """Give the browser of the gateway's own account, logged in, which has seen all there is."""
    gateway.wait_for_log()
    return open_browser(gateway, token=open_session(gateway.system, gateway.account))


def queue(gateway: Gateway, key: str = "") -> int:
    """Accept a message; give its number."""
    answer = gateway.http.post(
        "/api/v1/sms/send",
        json={"to": "260977000001", "message": "Muli bwanji"},
        headers={"authorization": f"Bearer {key or gateway.key}"},
    )
    return int(answer.json()["message_id"].removeprefix("msg_"))


def newest(answer: httpx.Response) -> str:
    assert answer.status_code == 200, seen(answer)
    return str(answer.headers[NEWEST])


@pytest.mark.parametrize("page", LIVE, ids=lambda page: page.name)
@pytest.mark.slow
def test_a_live_piece_waits_for_news_of_its_account_and_shows_it(
    gateway: Gateway, shop: Browser, page: Page
) -> None:
    number = queue(gateway)
    gateway.wait_for_log()
    path = page.path.format(message_id=f"msg_{number}", msisdn="260977000001")
    first = shop.get(path)
    with ThreadPoolExecutor(1) as others:
        waiting = others.submit(shop.get, path, params={live.SEEN: newest(first)})
        time.sleep(0.5)
        assert not waiting.done()
        gateway.attempt(number, Accepted(7))
        then = waiting.result(5)
    assert int(newest(then)) > int(newest(first))
    if page.name != "topups_live":
        assert seen(then) != seen(first)


@pytest.mark.slow
def test_a_message_is_shown_when_it_is_accepted(gateway: Gateway, shop: Browser) -> None:
    first = shop.get("/app/messages/live")
    with ThreadPoolExecutor(1) as others:
        waiting = others.submit(shop.get, "/app/messages/live", params={live.SEEN: newest(first)})
        queue(gateway)
        then = waiting.result(5)
    assert "Muli bwanji" not in seen(first)
    assert "Muli bwanji" in seen(then)


@pytest.mark.slow
def test_a_session_that_ends_while_a_piece_waits_sees_no_more(
    gateway: Gateway, shop: Browser
) -> None:
    first = shop.get("/app/live")
    with ThreadPoolExecutor(1) as others:
        waiting = others.submit(shop.get, "/app/live", params={live.SEEN: newest(first)})
        time.sleep(0.5)  # so that it waits: one that came later would be refused as well
        bearer = {"authorization": f"Bearer {shop.cookies[SESSION]}"}
        assert gateway.http.post("/api/v1/auth/logout", headers=bearer).is_success
        gateway.attempt(queue(gateway), Accepted(7))
        then = waiting.result(30)
    assert (then.status_code, "/login" in then.headers["location"]) == (303, True)


@pytest.mark.slow
def test_it_waits_no_longer_than_it_may_and_not_for_others(
    gateway: Gateway, shop: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "WAIT_S", 1.5)
    _, other = new_account(gateway.system, credits=5)
    first = shop.get("/app/live")
    with ThreadPoolExecutor(1) as others:
        began_s = time.monotonic()
        waiting = others.submit(shop.get, "/app/live", params={live.SEEN: newest(first)})
        gateway.attempt(queue(gateway, other), Accepted(7))
        then = waiting.result(10)
    assert time.monotonic() - began_s >= 0.9
    assert (newest(then), seen(then)) == (newest(first), seen(first))


@pytest.mark.slow
def test_where_too_many_wait_nobody_is_refused_and_no_program_loses_its_place(
    gateway: Gateway, shop: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "WAIT_S", 1.0)
    seen_now = newest(shop.get("/app/live"))
    count = PAGES_EACH_MAX + 3
    with ThreadPoolExecutor(count) as others:
        asked = [
            others.submit(shop.get, "/app/live", params={live.SEEN: seen_now}) for _ in range(count)
        ]
        feed = gateway.get("/api/v1/events", after=seen_now, wait=1)
        answers = [one.result(10).status_code for one in asked]
    assert (feed.status_code, answers) == (200, [200] * count)


@pytest.mark.parametrize("written", ["x", "-1", "1" * 30])
def test_what_was_not_seen_is_refused(shop: Browser, written: str) -> None:
    assert shop.get("/app/live", params={live.SEEN: written}).status_code == 422


@pytest.mark.parametrize("page", OF_STAFF, ids=lambda page: page.name)
@pytest.mark.slow
def test_a_live_piece_of_staff_waits_for_news_of_anybody(
    own_gateway: Gateway, open_browser: OpenBrowser, page: Page
) -> None:
    ann = open_browser(own_gateway, token=hire(own_gateway.system, "ann", Role.ADMIN).token)
    first = ann.get(page.path)
    with ThreadPoolExecutor(1) as others:
        waiting = others.submit(ann.get, page.path, params={live.SEEN: newest(first)})
        time.sleep(0.5)  # that it waits meanwhile is what is tried
        assert not waiting.done()
        queue(own_gateway)
        then = waiting.result(8)
    assert int(newest(then)) > int(newest(first))
    if page.name == "queue_live":
        assert seen(then) != seen(first)


def test_a_page_of_staff_is_live_with_its_filters_but_not_for_an_auditor(
    own_gateway: Gateway, open_browser: OpenBrowser
) -> None:
    admin = hire(own_gateway.system, "ann", Role.ADMIN)
    auditor = hire(own_gateway.system, "eve", Role.AUDITOR, admin=admin.account)
    shown = open_browser(own_gateway, token=admin.token).get("/staff/queue?network=mtn").text
    assert 'data-live="/staff/queue/live?network=mtn"' in shown
    eve = open_browser(own_gateway, token=auditor.token)
    assert "data-live" not in eve.get("/staff/queue").text  # each of her looks is on record

"""People register, log in, reset a password and enrol a second factor, with pages alone."""

import re
import shlex
from html import unescape
from typing import Any

import httpx
import pyotp

from tests.api.conftest import Gateway
from tests.api.pages.browser import SESSION, Browser, seen
from tests.api.pages.conftest import OpenBrowser
from tests.api.people import PASSWORD, mailed_token

ELSEWHERE = {"host": "gateway.example:8080"}


def register(browser: Browser, email: str) -> httpx.Response:
    answer = browser.send("/register", "register", name="Mwila <b>", email=email, password=PASSWORD)
    return browser.follow(answer)


def test_who_registers_is_in_and_sees_a_key_once_with_a_command_that_works(
    browser: Browser,
) -> None:
    page = register(browser, "a@pages.test")
    command = re.search(r'<pre id="curl"[^>]*>(.*?)</pre>', page.text, re.DOTALL)
    assert command is not None
    words = shlex.split(unescape(command[1]))
    assert words[0] == "curl"
    headers = dict(words[n + 1].split(": ", 1) for n, w in enumerate(words) if w == "-H")
    url, body = words[1], words[words.index("-d") + 1]
    sent = httpx.post(url, content=body, headers=headers, verify=False)
    assert (sent.status_code, sent.json()["message"]) == (402, "Insufficient SMS balance.")
    key = headers["Authorization"].removeprefix("Bearer ")
    for again in ("/register", "/docs", "/"):
        assert key not in browser.get(again).text
    assert "Mwila &lt;b&gt;" in browser.get("/").text


def test_a_login_leads_where_somebody_wanted_to_go_and_nowhere_else(browser: Browser) -> None:
    register(browser, "b@pages.test")
    assert browser.send("/logout", "logout").headers["location"] == "/login?said=bye"
    assert SESSION not in browser.cookies
    for wanted, leads in (
        ("/second-factor", "/second-factor"),
        ("//evil.example/", "/app"),
        ("/\\evil.example", "/app"),
        ("https://evil.example/", "/app"),
        ("", "/app"),
    ):
        answer = browser.send(
            "/login", "login", email="b@pages.test", password=PASSWORD, next=wanted
        )
        assert answer.headers["location"] == leads
        assert browser.get("/second-factor").status_code == 200
        browser.send("/logout", "logout")
    answer = browser.get("/second-factor")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/second-factor")


def test_a_wrong_password_is_said_in_place_and_what_was_typed_stays(browser: Browser) -> None:
    answer = browser.send("/login", "login", email="c@pages.test", password="wrong words")
    assert answer.status_code == 401
    assert "is wrong" in seen(answer)
    assert 'value="c@pages.test"' in answer.text
    assert "wrong words" not in answer.text
    answer = browser.send("/register", "register", name="", email="c@pages.test", password="x")
    assert answer.status_code == 422
    assert 'aria-errormessage="e-name"' in answer.text


def test_a_form_without_its_own_token_does_nothing(
    gateway: Gateway, open_browser: OpenBrowser
) -> None:
    browser, other, stranger = (open_browser(gateway) for _ in range(3))
    register(browser, "d@pages.test")
    register(other, "d2@pages.test")
    theirs = re.search(r'csrf_token" value="([^"]+)"', other.get("/logout").text)
    assert theirs is not None
    for token in ("", "x", unescape(theirs[1])):
        answer = browser.ask("POST", "/logout", data={"do": "logout", "csrf_token": token})
        assert answer.status_code == 403
        assert "no longer good" in seen(answer)
    answer = browser.send("/logout", "logout", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert browser.get("/second-factor").status_code == 200
    fields = {"do": "login", "email": "d@pages.test", "password": PASSWORD}
    assert stranger.ask("POST", "/login", data=fields).status_code == 403


def test_over_plain_http_from_elsewhere_a_page_says_what_to_do_instead(browser: Browser) -> None:
    for path in ("/login", "/register", "/reset"):
        page = browser.get(path, headers=ELSEWHERE)
        assert page.status_code == 200
        assert "plain http from another machine" in seen(page)
        assert "ssh -L 8080:gateway.example:8080" in seen(page)
        assert "<form" not in page.text
    fields = {"do": "login", "email": "d@pages.test", "password": PASSWORD}
    answer = browser.ask("POST", "/login", data=fields, headers=ELSEWHERE)
    assert answer.status_code == 403
    assert "did not keep our cookie" in seen(answer)


def test_a_password_is_reset_with_the_token_of_a_mail(
    own_gateway: Gateway, open_browser: OpenBrowser
) -> None:
    browser = open_browser(own_gateway)
    register(browser, "e@pages.test")
    browser.send("/logout", "logout")
    answer = browser.follow(browser.send("/reset", "reset", email="e@pages.test"))
    assert "a mail with a token is on its way" in seen(answer)
    token = mailed_token(own_gateway.system)
    again = "another good password"
    answer = browser.send("/reset", "confirm", token=token, password=again)
    assert answer.headers["location"] == "/login?said=password_set"
    answer = browser.send("/login", "login", email="e@pages.test", password=again)
    assert answer.headers["location"] == "/app"


def test_a_second_factor_is_enrolled_confirmed_and_asked_for(browser: Browser) -> None:
    register(browser, "f@pages.test")
    answer = browser.send("/second-factor", "enrol", password="not it")
    assert answer.status_code == 422
    page = browser.follow(browser.send("/second-factor", "enrol", password=PASSWORD))
    assert "<svg" in page.text
    secret = re.search(r"<code>([A-Z2-7]{16,})</code>", page.text)
    assert secret is not None
    wrong = browser.send("/second-factor", "confirm", code="000000")
    assert wrong.status_code == 422
    assert "<svg" in wrong.text, "the secret is shown until its code was right"
    totp = pyotp.TOTP(secret[1])
    page = browser.follow(browser.send("/second-factor", "confirm", code=totp.now()))
    codes = re.search(r'<pre id="recovery-codes"[^>]*>(.*?)</pre>', page.text, re.DOTALL)
    assert codes is not None
    assert len(codes[1].split()) == 10
    assert browser.get("/second-factor").status_code == 303, "every session has ended"
    fields: dict[str, Any] = {"email": "f@pages.test", "password": PASSWORD}
    assert browser.send("/login", "login", **fields).status_code == 401
    answer = browser.send("/login", "login", **fields, code=codes[1].split()[0])
    assert answer.status_code == 303
    answer = browser.send("/second-factor", "remove", password=PASSWORD, code=codes[1].split()[1])
    assert answer.headers["location"] == "/login?said=factor_removed"

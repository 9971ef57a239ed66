"""A customer's pages: what a text costs, what became of it, and nobody else's."""

import csv
import io
import re
from html import unescape
from typing import Final

import pytest

from api.pages.site import CUSTOMER
from tests.api.conftest import Gateway, new_account
from tests.api.pages.browser import Browser, seen
from tests.api.pages.conftest import OpenBrowser
from tests.api.pages.test_frame import check
from tests.api.uploading import an_upload_of
from tests.support.staff import open_session

NASTY: Final = {
    "html": "<script>alert('x')</script> & <b>bold</b>",
    "a formula": "=HYPERLINK(1)+cmd|' /C calc'!A0",
    "right to left": "abc \u202ecba\u202c \u200f\u05e9\u05dc\u05d5\u05dd",
    "long": "Zikomo kwambiri. " * 94 + "ab",
}
"""Texts that a page could show as something else than they are."""


@pytest.fixture
def shop(gateway: Gateway, open_browser: OpenBrowser) -> Browser:
    """Give the browser of the gateway's own account, logged in."""
    return open_browser(gateway, token=open_session(gateway.system, gateway.account))


def send(shop: Browser, text: str, to: str = "0977000001") -> str:
    """Send a text by the form; give the address of its page."""
    answer = shop.send("/app/send", "send", to=to, message=text)
    assert answer.status_code == 303, seen(answer)
    return str(answer.headers["location"]).partition("?")[0]


def test_every_page_of_a_customer_is_shown(gateway: Gateway, shop: Browser) -> None:
    sent = send(shop, "Muli bwanji").removeprefix("/app/messages/")
    uploaded = an_upload_of(gateway)
    for page in CUSTOMER:
        named = page.path.format(message_id=sent, upload_id=uploaded, msisdn="260977000001")
        answer = shop.get(named)
        assert answer.status_code == 200, (page.path, seen(answer))
        check(answer)
        assert ("<html" in answer.text) is not page.is_fragment


def test_what_a_text_costs_is_said_before_it_is_sent(shop: Browser) -> None:
    to = "0977000001\n0955000001; 0977 000 001,12"
    page = shop.send("/app/send", "preview", to=to, message="Mwabuka bwanji \u2013 Ngoma")
    words = seen(page)
    assert "Written as UCS2" in words or "Written as UCS-2" in words
    assert "Recipients 2" in words
    assert "1 named twice" in words
    assert "1 cannot be used: 12 :" in words
    assert "Credits 2 of 1,000 you have" in words
    assert "These characters make the message longer: \u2013" in words
    piece = shop.send("/app/send", "preview", to=to, message="Hello", headers={"accept": "*/*"})
    assert "<html" not in piece.text
    assert "Credits 2 of 1,000" in seen(piece)


def test_a_form_that_is_sent_twice_sends_once(gateway: Gateway, shop: Browser) -> None:
    form = shop.get("/app/send").text
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    fields = {name: unescape(value) for name, value in fields.items()}
    fields |= {"do": "send", "to": "0977000001", "message": "once"}
    first, second = (shop.ask("POST", "/app/send", data=fields) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert gateway.balance() == 999


def test_a_send_to_many_that_cannot_be_done_says_why_in_place(
    gateway: Gateway, shop: Browser
) -> None:
    answer = shop.send("/app/send", "send", to="0977000001\n0955000001\n77", message="Hello")
    assert answer.status_code == 422
    assert "nothing was queued" in seen(answer)
    assert ">Hello</textarea>" in answer.text.replace("\n", "")
    assert gateway.balance() == 1_000
    answer = shop.send("/app/send", "send", to="0977000001\n0955000001", message="Hello")
    assert answer.headers["location"] == "/app/messages?said=queued_many"
    assert gateway.balance() == 998
    answer = shop.send("/app/send", "send", to="0977000001", message="long " * 500)
    assert answer.status_code == 422


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_a_text_is_shown_as_itself_in_lists_on_its_page_and_in_files(
    shop: Browser, text: str
) -> None:
    address = send(shop, text)
    for path in (address, "/app/messages"):
        assert text in unescape(shop.get(path).text)
        assert "<script>alert" not in shop.get(path).text
    answer = shop.get("/app/messages?format=csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="messages.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert rows[0]["message"] in {text, f"'{text}"}
    assert not rows[0]["message"].startswith("=")


def test_a_message_s_page_says_by_which_request_it_came(shop: Browser) -> None:
    sent = shop.send("/app/send", "send", to="0977000001", message="Hello")
    page = shop.follow(sent)
    assert f"Request {sent.headers['x-request-id']}" in seen(page)


def test_another_accounts_message_is_not_there(
    gateway: Gateway, shop: Browser, open_browser: OpenBrowser
) -> None:
    address = send(shop, "a secret of ours")
    account, _ = new_account(gateway.system, credits=5)
    other = open_browser(gateway, token=open_session(gateway.system, account))
    for path in (address, address + "/timeline", "/app/messages/msg_999999999"):
        assert other.get(path).status_code == 404
    token = other.send("/app/send", "preview", to="", message="x")
    assert token.status_code == 200
    fields = re.search(r'csrf_token" value="([^"]+)"', token.text)
    assert fields is not None
    sent = other.ask("POST", address, data={"csrf_token": unescape(fields[1]), "do": "cancel"})
    assert sent.status_code == 404
    for page in CUSTOMER:
        if "{" not in page.path:
            assert "a secret of ours" not in other.get(page.path).text, page.path


def test_a_list_keeps_its_filters_in_its_address_and_goes_on(
    gateway: Gateway, shop: Browser
) -> None:
    for n in range(22):
        send(shop, f"text {n}")
    first = shop.get("/app/messages?search=text&status=Pending")
    more = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert more is not None
    assert "search=text&status=Pending&before=" in unescape(more[1])
    second = shop.get(unescape(more[1]))
    texts = [set(re.findall(r"<bdi>(text \d+)</bdi>", page.text)) for page in (first, second)]
    assert not texts[0] & texts[1]
    assert len(texts[0] | texts[1]) == 22
    assert 'value="text"' in first.text
    rows = list(csv.DictReader(io.StringIO(shop.get("/app/messages?format=csv").text)))
    assert len(rows) == 22


def test_the_overview_says_when_there_are_fewer_credits_than_the_owner_wants(
    shop: Browser,
) -> None:
    assert "You have fewer" not in seen(shop.get("/app"))
    page = shop.follow(shop.send("/app", "low_balance", low_balance_credits="1000"))
    assert "Saved." in seen(page)
    assert 'value="1000"' in page.text
    assert "You have fewer" not in seen(page)
    send(shop, "Muli bwanji")
    for path in ("/app", "/app/live"):
        assert "You have fewer than 1,000 credits left." in seen(shop.get(path))
    wrong = shop.send("/app", "low_balance", low_balance_credits="few")
    assert wrong.status_code == 422
    assert "must be a whole number from 0" in seen(wrong)
    assert 'value="few"' in wrong.text
    page = shop.follow(shop.send("/app", "low_balance", low_balance_credits=""))
    assert "You have fewer" not in seen(page)


def test_a_waiting_message_is_taken_back(shop: Browser, gateway: Gateway) -> None:
    address = send(shop, "Too early")
    page = shop.follow(shop.send(address, "cancel"))
    assert "its credits are yours again" in seen(page)
    assert gateway.balance() == 1_000


def test_keys_are_made_shown_once_replaced_and_ended(gateway: Gateway, shop: Browser) -> None:
    page = shop.follow(shop.send("/app/keys", "issue", name="till", scopes=["send"]))
    key = re.search(r'<pre id="api-key"[^>]*>([A-Z0-9]{32})</pre>', page.text)
    assert key is not None
    assert key[1] not in shop.get("/app/keys").text
    key_id = key[1][:8]
    assert shop.send("/app/keys", "end", key_id=key_id).status_code == 303
    assert key_id not in shop.get("/app/keys").text
    assert shop.send("/app/keys", "end", key_id=key_id).status_code == 404
    assert shop.send("/app/keys", "issue", name="").status_code == 422


def test_a_key_for_tests_is_made_on_the_page_of_test_mode_and_its_log_is_there(
    gateway: Gateway, shop: Browser
) -> None:
    page = shop.follow(shop.send("/app/test", "issue", name="try out"))
    key = re.search(r'<pre id="api-key"[^>]*>([A-Z0-9]{32})</pre>', page.text)
    assert key is not None
    curl = re.search(r'<pre id="curl"[^>]*>(.+?)</pre>', page.text, re.DOTALL)
    assert curl is not None
    assert key[1] in curl[1]
    sent = gateway.http.post(
        "/api/v1/sms/send",
        json={"to": "260970000002", "message": "Only a test"},
        headers={"Authorization": f"Bearer {key[1]}"},
    )
    assert sent.json()["test"] is True
    page = shop.get("/app/test")
    assert "Only a test" in seen(page)
    assert "260970000002 It is sent, and delivered." in seen(page)
    assert "Only a test" not in seen(shop.get("/app/messages"))
    assert "try out test" in seen(shop.get("/app/keys"))
    assert gateway.balance() == 1_000


def test_sender_ids_limits_and_people_are_changed_by_forms(shop: Browser) -> None:
    fields = {"name": "MyShop", "use_case": "Receipts"}
    page = shop.follow(shop.send("/app/sender-ids", "request", **fields))
    assert "MyShop Receipts Pending" in seen(page).replace("What for ", "")
    quiet = {"from": "20:00", "to": "07:00", "quiet_all": "true"}
    page = shop.follow(shop.send("/app/limits", "change", **quiet))
    assert 'value="20:00"' in page.text
    assert shop.send("/app/limits", "change", **{"from": "20:00"}).status_code == 422
    wrong = {"current_password": "no", "new_password": "a good new password"}
    assert shop.send("/app/people", "password", **wrong).status_code == 422


def test_the_overview_counts_what_became_of_messages(
    own_gateway: Gateway, open_browser: OpenBrowser
) -> None:
    shop = open_browser(own_gateway, token=open_session(own_gateway.system, own_gateway.account))
    for to in ("0977000001", "0955000001"):
        send(shop, "Hello", to)
    words = seen(shop.get("/app"))
    assert "0 Delivered 0 Sent 2 Waiting 0 In doubt 0 Failed" in words
    assert "2 on their way" in words
    assert "998 credits to send with" in words

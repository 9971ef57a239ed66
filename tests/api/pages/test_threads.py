"""Conversations on pages: they are listed, read page by page, and gone on with."""

import csv
import io
import re
from html import unescape

import pytest

from domain.page_sizes import THREAD_PAGE
from tests.api.conftest import Gateway
from tests.api.dialects.test_threads import come, talk
from tests.api.dialects.test_threads import send as send_by_api
from tests.api.pages.browser import Browser, seen
from tests.api.pages.conftest import OpenBrowser
from tests.support.staff import open_session

PATH = "/app/threads"
MARYS = f"{PATH}/260977000000"


@pytest.fixture
def shop(gateway: Gateway, open_browser: OpenBrowser) -> Browser:
    return open_browser(gateway, token=open_session(gateway.system, gateway.account))


def rows(shop: Browser, path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(shop.get(f"{path}?format=csv").text)))


def test_conversations_are_listed_and_lead_to_their_messages(
    gateway: Gateway, shop: Browser
) -> None:
    assert "Nobody was written to yet" in seen(shop.get(PATH))
    talk(gateway)
    listed = shop.get(PATH)
    assert f'href="{MARYS}"' in listed.text
    assert [(row["msisdn"].lstrip("'"), row["status"]) for row in rows(shop, PATH)] == [
        ("+260977000000", "received"),
        ("+260966000001", "Pending"),
    ]
    words = seen(shop.get(MARYS))
    assert re.search("The blue one.*Which one.*On the bus.*Where are you", words), words
    assert shop.get(f"{PATH}/260966000009").status_code == 404


def test_an_answer_is_sent_by_the_form_and_once_however_often_it_is_sent(
    gateway: Gateway, shop: Browser
) -> None:
    talk(gateway)
    form = shop.get(MARYS).text
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    fields = {name: unescape(value) for name, value in fields.items()}
    before = gateway.balance()
    for _ in range(2):
        data = {**fields, "do": "send", "message": "Wait for me <b>"}
        answer = shop.ask("POST", MARYS, data=data)
        assert answer.status_code == 303, seen(answer)
    page = shop.follow(answer)
    assert "Wait for me &lt;b&gt;" in page.text
    texts = [row["message"] for row in rows(shop, MARYS)]
    assert texts[0] == "Wait for me <b>"
    assert len(texts) == 5
    assert gateway.balance() == before - 1


def test_what_cannot_be_sent_is_said_at_its_field(gateway: Gateway, shop: Browser) -> None:
    talk(gateway)
    for text in (" ", "x" * 1601):
        answer = shop.send(MARYS, "send", message=text)
        assert answer.status_code == 422
        assert 'id="e-message"' in answer.text
        assert "The blue one" in answer.text
    assert shop.get(f"{PATH}/xylophone").status_code == 422


def test_a_long_conversation_goes_on_on_older_pages(gateway: Gateway, shop: Browser) -> None:
    for n in range(THREAD_PAGE):
        send_by_api(gateway, "+260977000000", f"number {n} of them")
    come(gateway, "+260977000000", "the last")
    first = shop.get(MARYS).text
    assert "number 0 of" not in first
    assert "data-live" in first
    (older,) = re.findall(r'rel="next" href="([^"]+)"', first)
    page = shop.get(unescape(older)).text
    assert "number 0 of" in page
    assert "data-live" not in page
    assert len(rows(shop, MARYS)) == THREAD_PAGE + 1

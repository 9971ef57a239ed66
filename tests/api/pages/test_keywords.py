"""The page of keywords: what is answered in the account's name is listed, set and deleted."""

import csv
import io

import pytest

from domain.keyword_rules import KEYWORDS_MAX
from tests.api.accounts.test_keywords import answered_back, write_first
from tests.api.conftest import Gateway, StartGateway
from tests.api.pages.browser import Browser, seen
from tests.api.pages.conftest import OpenBrowser
from tests.support.keywords import set_keyword
from tests.support.staff import open_session

PATH = "/app/keywords"


@pytest.fixture
def shop(gateway: Gateway, open_browser: OpenBrowser) -> Browser:
    return open_browser(gateway, token=open_session(gateway.system, gateway.account))


def rows(shop: Browser) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(shop.get(f"{PATH}?format=csv").text)))


def test_a_word_is_set_set_anew_and_deleted(gateway: Gateway, shop: Browser) -> None:
    assert "No word is answered yet." in seen(shop.get(PATH))
    page = shop.follow(shop.send(PATH, "set", word=" HELP ", answer="Call us."))
    assert "From now on this word is answered so." in seen(page)
    shop.send(PATH, "set", word="help", answer="=1+1 <b>")
    assert [(row["word"], row["answer"]) for row in rows(shop)] == [("help", "'=1+1 <b>")]
    assert "=1+1 &lt;b&gt;" in shop.get(PATH).text
    listed = gateway.get("/api/v1/keywords").json()["data"]
    assert [(row["word"], row["answer"]) for row in listed] == [("help", "=1+1 <b>")]
    page = shop.follow(shop.send(PATH, "delete", word="Help"))
    assert "answered no more" in seen(page)
    assert rows(shop) == []
    assert shop.send(PATH, "delete", word="help").status_code == 404


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"word": "two words", "answer": "a"}, "word"),
        ({"word": "", "answer": "a"}, "word"),
        ({"word": "stop", "answer": "a"}, "word"),
        ({"word": "help", "answer": " "}, "answer"),
        ({"word": "help", "answer": "a", "sender_id": "NOTMINE"}, "sender_id"),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field(
    shop: Browser, fields: dict[str, str], field: str
) -> None:
    answer = shop.send(PATH, "set", **fields)
    assert answer.status_code == 422
    assert f'id="e-{field}"' in answer.text
    assert f'value="{fields["word"]}"' in answer.text
    assert rows(shop) == []


def test_one_too_many_is_refused_in_words(gateway: Gateway, shop: Browser) -> None:
    for number in range(KEYWORDS_MAX):
        set_keyword(gateway.system, gateway.account, f"w{number}", "a")
    answer = shop.send(PATH, "set", word="help", answer="a")
    assert answer.status_code == 409
    assert str(KEYWORDS_MAX) in seen(answer)
    assert len(rows(shop)) == KEYWORDS_MAX


def test_a_word_that_was_left_unanswered_says_why(
    start_gateway: StartGateway, open_browser: OpenBrowser
) -> None:
    gateway = start_gateway(credits=1)
    shop = open_browser(gateway, token=open_session(gateway.system, gateway.account))
    shop.send(PATH, "set", word="help", answer="Call us.")
    write_first(gateway)
    answered_back(gateway, "help")
    (row,) = rows(shop)
    assert row["unanswered"] == "INSUFFICIENT_CREDITS"
    assert row["unanswered_at"]
    assert "INSUFFICIENT_CREDITS" in seen(shop.get(PATH))

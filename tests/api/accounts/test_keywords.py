"""An account says by which words it is asked, and what is answered."""

from typing import Any

import httpx
import pytest

from domain.keyword_rules import KEYWORD_CHARACTERS_MAX, KEYWORDS_MAX
from domain.message_text import MESSAGE_CHARACTERS_MAX
from domain.reports import Accepted
from domain.values import Network
from tests.api.conftest import Gateway, StartGateway
from tests.support.delivers import TAKEN
from tests.support.incoming import hear
from tests.support.keywords import set_keyword

PATH = "/api/v1/keywords"
BODY = {"answer": "Call us."}


def put(gateway: Gateway, word: str, body: Any = None) -> httpx.Response:
    return gateway.http.put(f"{PATH}/{word}", json=body or BODY, headers=gateway.bearer)


def delete(gateway: Gateway, word: str) -> httpx.Response:
    return gateway.http.delete(f"{PATH}/{word}", headers=gateway.bearer)


def words(gateway: Gateway) -> dict[str, str]:
    listed = gateway.get(PATH)
    assert listed.status_code == 200, listed.text
    return {row["word"]: row["answer"] for row in listed.json()["data"]}


def answered_back(gateway: Gateway, text: str, *, second: int = 10) -> None:
    """Have a person to whom the account just wrote write back, at a second of its own."""
    sim = gateway.duties[Network.MTN].sim
    taken = f"{TAKEN[:10]}{second}80"
    assert hear(gateway.system, "+260977000000", text, sim=sim, taken=taken) == 1


def write_first(gateway: Gateway) -> None:
    sent = gateway.post("/api/v1/sms/send", {"to": "260977000000", "message": "Hello"}).json()
    gateway.try_to_send(int(sent["message_id"].removeprefix("msg_")), Accepted(7))


def test_a_word_is_set_changed_listed_and_deleted(gateway: Gateway) -> None:
    assert words(gateway) == {}
    made = put(gateway, "HELP")
    assert (made.status_code, made.json()) == (
        200,
        {
            "status": "success",
            "data": {"word": "help", "answer": "Call us.", "sender_id": None, "unanswered": None},
        },
    )
    assert put(gateway, "Help", {"answer": "Write to us."}).status_code == 200
    assert put(gateway, "%C3%89t%C3%A9").json()["data"]["word"] == "été"
    assert words(gateway) == {"help": "Write to us.", "été": "Call us."}
    assert delete(gateway, "hElp").status_code == 200
    assert delete(gateway, "help").status_code == 404
    assert list(words(gateway)) == ["été"]


@pytest.mark.parametrize(
    "word",
    ["two%20words", "a-b", "%2B", "x" * (KEYWORD_CHARACTERS_MAX + 1), "Stop", "start", "%00"],
)
def test_what_is_no_word_of_its_own_is_refused(gateway: Gateway, word: str) -> None:
    refused = put(gateway, word)
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["word"])
    assert delete(gateway, word).status_code == 422


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"answer": " "}, "answer"),
        ({"anser": "x"}, "answer"),
        ({"answer": 7}, "answer"),
        ({"answer": "a\x00b"}, "answer"),
        ({"answer": "x" * (MESSAGE_CHARACTERS_MAX + 1)}, "answer"),
        ({**BODY, "sender_id": 7}, "sender_id"),
        ({**BODY, "sender_id": "much too long a name"}, "sender_id"),
        ({**BODY, "sender_id": "NOTMINE"}, "sender_id"),
    ],
)
def test_what_cannot_be_sent_is_no_answer(
    gateway: Gateway, body: dict[str, Any], field: str
) -> None:
    refused = put(gateway, "help", body)
    assert (refused.status_code, list(refused.json()["errors"])) == (422, [field])
    assert words(gateway) == {}


def test_there_are_only_so_many_and_those_there_are_can_be_changed(gateway: Gateway) -> None:
    for number in range(KEYWORDS_MAX):
        set_keyword(gateway.system, gateway.account, f"w{number}", "a")
    assert put(gateway, "help").status_code == 409
    assert put(gateway, "w7").status_code == 200
    assert delete(gateway, "w8").status_code == 200
    assert put(gateway, "help").status_code == 200
    assert len(words(gateway)) == KEYWORDS_MAX


@pytest.mark.slow
def test_on_postgresql_a_word_is_set_answered_once_left_unanswered_and_deleted(
    database_url: str, start_gateway: StartGateway
) -> None:
    gateway = start_gateway(database_url=database_url, credits=3)
    assert put(gateway, "%C3%89t%C3%A9").status_code == 200
    assert put(gateway, "help").status_code == 200
    assert put(gateway, "HELP", {"answer": "Write to us."}).status_code == 200
    assert words(gateway) == {"help": "Write to us.", "été": "Call us."}
    write_first(gateway)
    answered_back(gateway, "Help!", second=11)
    answered_back(gateway, "help", second=12)
    assert gateway.balance() == 1, "the second asked again within the hour"
    assert [row["message"] for row in gateway.logs()["logs"]] == ["Write to us.", "Hello"]
    gateway.send(message="the last credit")
    answered_back(gateway, "ÉTÉ", second=13)
    left = {row["word"]: row["unanswered"] for row in gateway.get(PATH).json()["data"]}
    assert left["été"]["code"] == "INSUFFICIENT_CREDITS"
    assert left["help"] is None
    assert delete(gateway, "help").status_code == 200
    assert delete(gateway, "help").status_code == 404
    assert list(words(gateway)) == ["été"]

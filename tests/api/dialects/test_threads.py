"""An account reads what it and one number said to each other, and all its conversations."""

from dataclasses import replace
from typing import Any

import pytest

from application.retention.erasure import EraseMessages
from application.retention.inbound import EraseInbound
from domain.message import Extent
from domain.public_ids import parse_inbound_id, parse_message_id
from projections import threads
from tests.api.conftest import Gateway, new_account
from tests.support.incoming import receive
from tests.support.staff import HOST_USER

MARY, JOHN = "+260977000000", "+260966000001"
ELSE = "+260977918273"
"""A number to which no other test of the gateway sends."""
PATH = "/api/v1/threads"


def send(gateway: Gateway, to: str, text: str) -> str:
    sent = gateway.post("/api/v1/sms/send", {"to": to, "message": text})
    assert sent.status_code == 200, sent.text
    return str(sent.json()["message_id"])


def another(gateway: Gateway) -> Gateway:
    account, key = new_account(gateway.system, credits=100)
    return replace(gateway, account=account, key=key)


def come(gateway: Gateway, sender: str, text: str) -> None:
    receive(gateway.system, sender, text, account=gateway.account, sim=gateway.account)


def talk(gateway: Gateway) -> None:
    """Let two conversations take place."""
    send(gateway, MARY, "Where are you?")
    come(gateway, MARY, "On the bus")
    send(gateway, JOHN, "Call me")
    send(gateway, MARY, "Which one?")
    come(gateway, MARY, "The blue one " * 20)


def asked(gateway: Gateway, path: str, **query: Any) -> dict[str, Any]:
    answer = gateway.get(path, **query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def pages(gateway: Gateway, path: str, limit: int) -> list[list[dict[str, Any]]]:
    """Read all pages."""
    found, before = [], None
    for _ in range(50):
        page = asked(gateway, path, limit=limit, **({"before": before} if before else {}))
        found.append(page["data"])
        before = page["next"]
        if before is None:
            return found
    raise AssertionError("it never ends")


def test_a_conversation_has_both_sides_newest_first(gateway: Gateway) -> None:
    talk(gateway)
    found = asked(gateway, f"{PATH}/0977000000")
    assert found["number"] == MARY
    assert [(row["direction"], row["message"]) for row in found["data"]] == [
        ("in", "The blue one " * 20),
        ("out", "Which one?"),
        ("in", "On the bus"),
        ("out", "Where are you?"),
    ]
    came, sent = found["data"][:2]
    assert (came["status"], came["cost"], came["id"][:3]) == (None, None, "in_")
    assert (sent["status"], sent["cost"], sent["id"][:4]) == ("Pending", 1, "msg_")
    assert found["next"] is None


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5])
def test_pages_of_a_conversation_follow_one_another(gateway: Gateway, limit: int) -> None:
    talk(gateway)
    found = pages(gateway, f"{PATH}/{MARY}", limit)
    whole = asked(gateway, f"{PATH}/{MARY}")["data"]
    assert [row for page in found for row in page] == whole
    assert [len(page) for page in found[:-1]] == [limit] * (len(found) - 1)


def test_each_message_says_how_it_stands(gateway: Gateway) -> None:
    message = send(gateway, MARY, "Never mind")
    assert gateway.post(f"/api/v1/messages/{message}/cancel", {}).status_code == 200
    (row,) = asked(gateway, f"{PATH}/{MARY}")["data"]
    assert (row["status"], row["cost"], row["credits_refunded"]) == ("Failed", 1, 1)


def test_conversations_are_listed_by_their_newest_message(gateway: Gateway) -> None:
    talk(gateway)
    found = asked(gateway, PATH)
    assert [(row["number"], row["last"]["message"]) for row in found["data"]] == [
        (MARY, "The blue one " * 20),
        (JOHN, "Call me"),
    ]
    send(gateway, JOHN, "Are you there?")
    assert [row["number"] for row in asked(gateway, PATH)["data"]] == [JOHN, MARY]


@pytest.mark.parametrize("slice_", [1, 2, 200])
@pytest.mark.slow
def test_no_conversation_is_listed_twice_however_little_one_look_sees(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, slice_: int
) -> None:
    monkeypatch.setattr(threads, "SLICE", slice_)
    numbers = [f"+26097700000{n}" for n in range(5)]
    for number in [*numbers, *numbers[::2], *numbers[:2]]:
        send(gateway, number, "Hello")
        come(gateway, number, "Hello yourself")
    expected = [numbers[n] for n in (1, 0, 4, 2, 3)]
    for limit in (1, 2, 10):
        listed = [row["number"] for page in pages(gateway, PATH, limit) for row in page]
        assert listed == expected


def test_what_others_say_to_a_number_is_passed_over(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "OTHERS_MAX", 2)
    other = another(gateway)
    send(gateway, ELSE, "first")
    for n in range(5):
        send(other, ELSE, f"{n}")
    come(gateway, ELSE, "second")
    found = pages(gateway, f"{PATH}/{ELSE}", 10)
    assert [row["message"] for page in found for row in page] == ["second", "first"]


def test_a_conversation_is_found_however_far_back_its_block_is(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "FIRST_PORTION", 1)
    send(gateway, MARY, "long ago")
    gateway.system.store.take_numbers("message", 40 << threads.BLOCK_BITS)
    for _ in range(2):
        gateway.system.committer.saver.numbers.take("message", 5_000)
    message = send(gateway, JOHN, "today")
    ref = parse_message_id(message)
    assert ref is not None
    assert ref.number >> threads.BLOCK_BITS > 40
    assert [row["message"] for row in asked(gateway, f"{PATH}/{MARY}")["data"]] == ["long ago"]
    assert [row["number"] for row in asked(gateway, PATH)["data"]] == [JOHN, MARY]


def test_what_is_erased_is_gone_from_it_and_a_conversation_with_its_last_message(
    gateway: Gateway,
) -> None:
    talk(gateway)
    found = asked(gateway, f"{PATH}/{MARY}")["data"]
    sent = [parse_message_id(row["id"]) for row in found if row["direction"] == "out"]
    came = [parse_inbound_id(row["id"]) for row in found if row["direction"] == "in"]
    system = gateway.system
    numbers = [ref.number for ref in sent if ref is not None]
    for number in numbers:
        assert gateway.post(f"/api/v1/messages/msg_{number}/cancel", {}).status_code == 200
    erase(gateway, numbers, Extent.TEXT)
    texts = [row["message"] for row in asked(gateway, f"{PATH}/{MARY}")["data"]]
    assert texts == ["The blue one " * 20, None, "On the bus", None]
    erase(gateway, numbers, Extent.ALL)
    texts = [row["message"] for row in asked(gateway, f"{PATH}/{MARY}")["data"]]
    assert texts == ["The blue one " * 20, "On the bus"]
    pieces = [number for number in came if number is not None]
    every = system.queries.inbound_of(gateway.account, after=0, limit=100)
    assert set(pieces) < set(every)
    system.committer.execute(EraseInbound(every, actor=HOST_USER, at=system.clock.now()))
    assert gateway.get(f"{PATH}/{MARY}").status_code == 404
    assert [row["number"] for row in asked(gateway, PATH)["data"]] == [JOHN]


def erase(gateway: Gateway, numbers: list[int], what: Extent) -> None:
    now = gateway.system.clock.now()
    gateway.system.committer.execute(
        EraseMessages(numbers, what=what, actor=HOST_USER, reason=None, at=now)
    )


def test_with_whom_nothing_was_said_there_is_no_conversation(gateway: Gateway) -> None:
    talk(gateway)
    assert gateway.get(f"{PATH}/0966000009").status_code == 404
    other = another(gateway)
    assert other.get(f"{PATH}/{MARY}").status_code == 404
    assert asked(other, PATH)["data"] == []


@pytest.mark.parametrize(
    "query", [{"before": "msg_1"}, {"before": f"1-{10**18}9"}, {"limit": 0}, {"limit": 101}]
)
@pytest.mark.parametrize("path", [PATH, f"{PATH}/{MARY}"])
def test_what_cannot_be_used_is_refused(gateway: Gateway, path: str, query: dict[str, Any]) -> None:
    assert gateway.get(path, **query).status_code == 422


@pytest.mark.parametrize("written", ["x", "0211222333", "+441234567890", "97700000.0", "%00"])
def test_what_is_no_mobile_number_is_refused(gateway: Gateway, written: str) -> None:
    assert gateway.get(f"{PATH}/{written}").status_code == 422

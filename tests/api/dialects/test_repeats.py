"""A request that was answered 503 "queued" and comes again is the same acceptance (decision 8)."""

from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
import urllib3
from urllib3.util import Retry

from application.books.actors import Actor
from application.messages.by_hand import CancelMessage
from application.ports import Clock
from application.retention.erasure import EraseMessages
from application.system import System
from domain.message import Extent
from domain.reports import Accepted
from domain.values import SECOND, Instant, Network
from tests.api.conftest import NUMBERS, Gateway, StartGateway, told
from tests.support.system import create_account

MTN, AIRTEL = NUMBERS[Network.MTN], NUMBERS[Network.AIRTEL]
MANY = ["0977000001", "260 96 600 0002", "+260977000003"]
MANY_AGAIN = ["+260966000002", "00260977000003", "260977000001"]
"""The same three in another order and spelling."""
TEN_MINUTES_S = 600


@dataclass
class ShiftedClock:
    """The real clock, some seconds ahead."""

    real: Clock
    ahead_s: float = 0

    def now(self) -> Instant:
        return Instant(self.real.now() + round(self.ahead_s * SECOND))

    def monotonic_s(self) -> float:
        return self.real.monotonic_s()


class Later:
    """What ``start_gateway`` may change: the web's clock, so that minutes pass at once."""

    def __call__(self, system: System) -> System:
        self.clock = ShiftedClock(system.clock)
        return replace(system, clock=self.clock)

    def pass_s(self, seconds: float) -> None:
        self.clock.ahead_s += seconds


@pytest.fixture
def later() -> Later:
    return Later()


@pytest.fixture
def dark(start_gateway: StartGateway, later: Later) -> Gateway:
    """Give a gateway without any SIM, whose clock is moved by ``later``."""
    return start_gateway(online=False, change=later)


def is_replay(answer: httpx.Response) -> bool:
    return bool(answer.headers.get("idempotent-replayed") == "true")


def ids(answer: httpx.Response) -> dict[str, str]:
    """Give the id of each recipient's message."""
    body = answer.json()
    return {entry["recipient"]: entry["message_id"] for entry in body.get("messages", [body])}


def leave(gateway: Gateway, *numbers: int) -> None:
    """Let the SIM take messages, and the network accept them."""
    for number in numbers:
        gateway.try_to_send(number, Accepted(message_reference=7))


# -- one message ---------------------------------------------------------------------------------


def test_a_message_that_waits_is_the_same_acceptance(dark: Gateway) -> None:
    first = dark.send(to=MTN)
    again = dark.send(to="0977 000 000")
    assert (first.status_code, again.status_code) == (503, 503)
    assert (is_replay(first), is_replay(again)) == (False, True)
    assert told(again) == told(first)
    assert dark.logs()["total"] == 1
    assert dark.balance() == 999


def test_once_the_network_is_back_the_repeat_is_answered_200(dark: Gateway) -> None:
    first = dark.send(to=MTN)
    dark.bring_online()
    again = dark.send(to=MTN)
    assert (again.status_code, is_replay(again)) == (200, True)
    assert again.json()["message_id"] == first.json()["message_id"]
    assert again.json()["status"] == "queued"
    assert dark.balance() == 999


def test_a_message_that_left_is_known_for_ten_minutes_and_no_longer(
    dark: Gateway, later: Later
) -> None:
    first = dark.send(to=MTN)
    dark.bring_online()
    leave(dark, 1)
    later.pass_s(TEN_MINUTES_S - 30)
    again = dark.send(to=MTN)
    assert (again.status_code, is_replay(again)) == (200, True)
    assert ids(again) == ids(first)
    assert dark.balance() == 999
    later.pass_s(30)
    new = dark.send(to=MTN)
    assert (new.status_code, is_replay(new)) == (200, False)
    assert ids(new) != ids(first)
    assert dark.balance() == 998


def test_a_message_that_still_waits_is_known_however_long(dark: Gateway, later: Later) -> None:
    first = dark.send(to=MTN)
    later.pass_s(20 * 3600)
    again = dark.send(to=MTN)
    assert (again.status_code, is_replay(again)) == (503, True)
    assert ids(again) == ids(first)
    assert dark.balance() == 999


def test_the_ten_minutes_are_those_after_the_last_503(dark: Gateway, later: Later) -> None:
    first = dark.send(to=MTN)
    later.pass_s(TEN_MINUTES_S + 1)
    assert dark.send(to=MTN).status_code == 503
    dark.bring_online()
    leave(dark, 1)
    later.pass_s(TEN_MINUTES_S - 30)
    again = dark.send(to=MTN)
    assert (again.status_code, ids(again)) == (200, ids(first))
    later.pass_s(30)  # the 200 has added nothing
    assert not is_replay(dark.send(to=MTN))


def test_a_message_that_was_taken_back_is_known_for_the_ten_minutes_too(dark: Gateway) -> None:
    first = dark.send(to=MTN)
    take_back = CancelMessage(
        1, account=dark.account, actor=Actor("test"), at=dark.system.clock.now()
    )
    dark.system.committer.execute(take_back)
    again = dark.send(to=MTN)
    assert (again.status_code, ids(again)) == (503, ids(first))
    assert dark.balance() == 1_000


def test_anything_else_is_a_new_message(dark: Gateway) -> None:
    first = ids(dark.send(to=MTN))
    _, key = create_account(dark.system, name="Other", credits=5)
    for other in (
        {"message": "Hello!"},
        {"to": "260977000001"},
        {"api_key": key},
        {"headers": {"Idempotency-Key": "k1"}},
    ):
        answer = dark.send(**{"to": MTN, **other})
        assert (answer.status_code, is_replay(answer)) == (503, False), other
        assert ids(answer) != first
    assert not is_replay(dark.bulk([MTN]))
    assert dark.balance() == 995


def test_what_was_queued_under_a_key_is_known_without_it_too(dark: Gateway) -> None:
    first = dark.send(to=MTN, headers={"Idempotency-Key": "once"})
    again = dark.send(to=MTN)
    assert (again.status_code, is_replay(again)) == (503, True)
    assert told(again) == told(first)
    assert dark.balance() == 999


def test_the_other_dialect_says_success_so_each_of_its_requests_counts(dark: Gateway) -> None:
    assert dark.send(to=MTN).status_code == 503
    for _ in range(2):
        answer = dark.post("/api/v1/sms/send", {"to": MTN, "message": "Hello"})
        assert (answer.status_code, is_replay(answer)) == (200, False)
    assert dark.balance() == 997


def test_what_was_answered_200_may_be_sent_again(dark: Gateway) -> None:
    dark.bring_online(Network.MTN)
    assert dark.send(to=MTN).status_code == 200
    dark.take_offline(Network.MTN)
    assert not is_replay(dark.send(to=MTN))
    assert dark.balance() == 998


def test_an_erased_message_is_no_longer_known(dark: Gateway) -> None:
    for what in Extent:
        number = len(dark.logs()["logs"]) + 1
        assert not is_replay(dark.send(to=MTN))
        at = dark.system.clock.now()
        dark.system.committer.execute(
            CancelMessage(number, account=dark.account, actor=Actor("test"), at=at)
        )
        dark.system.committer.execute(
            EraseMessages([number], what=what, actor=Actor("test"), reason=None, at=at)
        )
    assert not is_replay(dark.send(to=MTN))


# -- many ----------------------------------------------------------------------------------------


def test_a_bulk_that_waits_is_the_same_acceptance_in_any_order_and_spelling(dark: Gateway) -> None:
    first = dark.bulk(MANY)
    again = dark.bulk([MANY_AGAIN[0], "no number", *MANY_AGAIN, MANY[0]])
    assert (first.status_code, again.status_code) == (503, 503)
    assert is_replay(again)
    body = again.json()
    assert body["batch_id"] == first.json()["batch_id"]
    assert ids(again) == ids(first)
    assert [entry["index"] for entry in body["messages"]] == [0, 3, 4]
    assert [entry["to"] for entry in body["messages"]] == MANY_AGAIN
    assert [entry["index"] for entry in body["rejected"]] == [1]
    assert (body["duplicates"], body["credits_used"], body["credits_remaining"]) == (2, 3, 997)
    assert dark.logs()["total"] == 3
    assert dark.balance() == 997


def test_a_bulk_is_answered_200_once_one_of_its_networks_is_back(dark: Gateway) -> None:
    first = dark.bulk([MTN, AIRTEL])
    dark.bring_online(Network.AIRTEL)
    again = dark.bulk([AIRTEL, MTN])
    assert (again.status_code, is_replay(again)) == (200, True)
    assert (again.json()["batch_id"], ids(again)) == (first.json()["batch_id"], ids(first))
    assert (again.json()["queued"], again.json()["offline"]) == (2, ["mtn"])
    assert dark.balance() == 998


def test_a_bulk_is_known_while_one_of_its_messages_is_open(dark: Gateway, later: Later) -> None:
    first = dark.bulk(MANY)
    dark.bring_online()
    leave(dark, 1, 3)
    later.pass_s(2 * TEN_MINUTES_S)
    again = dark.bulk(MANY_AGAIN)
    assert (again.status_code, ids(again)) == (200, ids(first))
    leave(dark, 2)
    assert not is_replay(dark.bulk(MANY_AGAIN))
    assert dark.balance() == 994


def test_a_bulk_that_left_is_known_for_ten_minutes(dark: Gateway, later: Later) -> None:
    first = dark.bulk(MANY)
    dark.bring_online()
    leave(dark, 1, 2, 3)
    later.pass_s(TEN_MINUTES_S - 30)
    again = dark.bulk(MANY_AGAIN)
    assert (again.status_code, ids(again)) == (200, ids(first))
    later.pass_s(30)
    assert not is_replay(dark.bulk(MANY_AGAIN))
    assert dark.balance() == 994


def test_another_bulk_is_new(dark: Gateway) -> None:
    first = dark.bulk(MANY)
    for other in (dark.bulk(MANY[:2]), dark.bulk([*MANY, MTN]), dark.bulk(MANY, message="Other")):
        assert (other.status_code, is_replay(other)) == (503, False)
        assert other.json()["batch_id"] != first.json()["batch_id"]
    assert dark.bulk(MANY).json()["batch_id"] == first.json()["batch_id"]


def test_a_bulk_that_was_answered_200_is_new_when_it_comes_again(dark: Gateway) -> None:
    dark.bring_online(Network.AIRTEL)
    assert dark.bulk([MTN, AIRTEL]).status_code == 200
    assert not is_replay(dark.bulk([MTN, AIRTEL]))
    assert dark.balance() == 996


def test_a_bulk_of_500_is_the_same_in_reverse(dark: Gateway) -> None:
    numbers = [f"26097700{n:04}" for n in range(500)]
    first, again = dark.bulk(numbers), dark.bulk(numbers[::-1])
    assert again.status_code == 503
    assert ids(again) == ids(first)
    assert dark.balance() == 500


def test_a_repeat_needs_no_credits(start_gateway: StartGateway) -> None:
    gateway = start_gateway(online=False, credits=3)
    first = gateway.bulk(MANY)
    assert gateway.balance() == 0
    again = gateway.bulk(MANY_AGAIN)
    assert (again.status_code, ids(again)) == (503, ids(first))


# -- what retries by itself ----------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/api", "/api/bulk"])
def test_a_client_that_retries_its_503_sends_once_and_is_charged_once(
    dark: Gateway, path: str
) -> None:
    body: dict[str, Any] = {"api_key": dark.key, "message": "Hello"}
    body |= {"to": MTN} if path == "/api" else {"recipients": MANY}
    count = 1 if path == "/api" else len(MANY)
    retry = Retry(
        total=3,
        status_forcelist=[503],
        allowed_methods=None,
        backoff_factor=0,
        raise_on_status=False,
    )
    with urllib3.PoolManager(retries=retry) as pool:
        last = pool.request("POST", f"{dark.http.base_url}{path}", json=body)
        assert last.status == 503
        assert last.retries is not None
        assert len(last.retries.history) == 3
        assert last.headers["Idempotent-Replayed"] == "true"
        dark.bring_online()
        leave(dark, *range(1, count + 1))
        again = pool.request("POST", f"{dark.http.base_url}{path}", json=body)
    assert again.status == 200
    assert dark.balance() == 1_000 - count
    assert [entry["status"] for entry in dark.logs()["logs"]] == ["SENT"] * count

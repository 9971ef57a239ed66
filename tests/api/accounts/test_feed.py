"""An account reads what happened to what is its own, in order, and may wait for the next event."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from api.http.waiting import FEED_EACH_MAX
from application.accounts import DecideSenderId
from application.books.actors import Actor
from domain.reports import Accepted
from tests.api.conftest import Gateway
from tests.support.incoming import receive

SENT = Accepted(7)


def told(gateway: Gateway, **query: Any) -> dict[str, Any]:
    answer = gateway.get("/api/v1/events", **query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def a_message(gateway: Gateway, **fields: Any) -> int:
    answer = gateway.post("/api/v1/sms/send", {"to": "260977000000", "message": "Hello", **fields})
    return int(answer.json()["message_id"].removeprefix("msg_"))


def decide(gateway: Gateway, name: str) -> None:
    gateway.post("/api/sender-ids", {"name": name, "use_case": "receipts"})
    gateway.system.committer.execute(
        DecideSenderId(
            gateway.account,
            name,
            approved=True,
            actor=Actor("os:test@host"),
            reason="r",
            at=gateway.system.clock.now(),
        )
    )


def test_everything_that_happens_is_told_in_order(gateway: Gateway) -> None:
    number = a_message(gateway, client_reference="order 17")
    gateway.attempt(number, SENT)
    gateway.report_delivery(number)
    receive(gateway.system, "+260977000000", "Yes!", account=gateway.account, sim=gateway.account)
    decide(gateway, "SHOP")
    answer = told(gateway)
    assert [event["type"] for event in answer["data"]] == [
        "message.sent",
        "message.delivered",
        "message.inbound",
        "sender_id.approved",
    ]
    assert [event["sequence"] for event in answer["data"]] == [1, 2, 3, 4]
    assert answer["next"] == 4
    sent, _, inbound, approved = (event["data"] for event in answer["data"])
    assert (sent["message_id"], sent["client_reference"]) == (f"msg_{number}", "order 17")
    assert (sent["recipient"], sent["network"], sent["credits"]) == ("+260977000000", "mtn", 1)
    assert (inbound["message"], inbound["sender"]) == ("Yes!", "+260977000000")
    assert approved["name"] == "SHOP"


def test_pages_follow_one_another_without_a_gap(gateway: Gateway) -> None:
    for name in ("ONE", "TWO", "THREE"):
        decide(gateway, name)
    whole = told(gateway)
    first = told(gateway, limit=2)
    rest = told(gateway, limit=2, after=first["next"])
    assert [*first["data"], *rest["data"]] == whole["data"]
    assert told(gateway, after=3) == {"status": "success", "data": [], "next": 3}


@pytest.mark.parametrize(
    "query", [{"after": -1}, {"after": "evt_1"}, {"limit": 0}, {"limit": 1_001}, {"wait": 31}]
)
def test_what_cannot_be_used_is_refused(gateway: Gateway, query: dict[str, Any]) -> None:
    assert gateway.get("/api/v1/events", **query).status_code == 422


@pytest.mark.slow
def test_a_question_waits_for_the_next_event_and_no_longer(gateway: Gateway) -> None:
    with ThreadPoolExecutor(1) as others:
        waiting = others.submit(told, gateway, wait=20)
        time.sleep(0.3)
        assert not waiting.done()
        begun_s = time.monotonic()
        decide(gateway, "SOON")
        assert [event["data"]["name"] for event in waiting.result(5)["data"]] == ["SOON"]
    assert time.monotonic() - begun_s < 3
    assert told(gateway, wait=20)["next"] == 1
    assert told(gateway, wait=1, after=1) == {"status": "success", "data": [], "next": 1}


@pytest.mark.slow
def test_no_account_waits_with_more_than_its_share(gateway: Gateway) -> None:
    with ThreadPoolExecutor(FEED_EACH_MAX + 1) as others:
        waiting = [
            others.submit(gateway.get, "/api/v1/events", wait=1) for _ in range(FEED_EACH_MAX + 1)
        ]
        statuses = sorted(one.result(10).status_code for one in waiting)
    assert statuses == [200] * FEED_EACH_MAX + [429]

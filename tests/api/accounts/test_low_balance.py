"""An account that chose a low balance is told when its credits fall below it."""

from typing import Any

import httpx
import pytest

from domain.bulk import RECIPIENTS_MAX
from domain.credits import CREDITS_MAX
from tests.api.conftest import Gateway
from tests.support.system import grant

TO = "260977000000"


def ask_for(gateway: Gateway, credits: object) -> httpx.Response:
    body = {"low_balance_credits": credits}
    return gateway.http.request("PUT", "/api/v1/account", json=body, headers=gateway.bearer)


def choose(gateway: Gateway, credits: object) -> int | None:
    answer = ask_for(gateway, credits)
    assert answer.status_code == 200, answer.text
    chosen: int | None = answer.json()["data"]["low_balance_credits"]
    return chosen


def send(gateway: Gateway, count: int = 1) -> None:
    to = [f"26097700{number:04}" for number in range(count)]
    answer = gateway.post("/api/v1/sms/send-bulk", {"to": to, "message": "Hello"})
    assert answer.status_code == 200, answer.text


def told(gateway: Gateway) -> list[int]:
    """Give what was left each time that the account was told."""
    events: list[dict[str, Any]] = gateway.get("/api/v1/events").json()["data"]
    return [event["data"]["available"] for event in events if event["type"] == "balance.low"]


@pytest.mark.slow
def test_who_names_nothing_to_change_is_told_what_can_be(gateway: Gateway) -> None:
    answer = gateway.http.request("PUT", "/api/v1/account", json={}, headers=gateway.bearer)
    assert answer.status_code == 422
    assert "default_sender_id, low_balance_credits, quiet_all, quiet_hours" in answer.text


def test_it_is_told_once_for_each_fall(gateway: Gateway) -> None:
    assert choose(gateway, 990) == 990
    send(gateway, 10)
    assert told(gateway) == [], "990 are no fewer than 990"
    send(gateway)
    send(gateway)
    assert told(gateway) == [989]
    grant(gateway.system, gateway.account, 1)
    send(gateway)
    assert told(gateway) == [989], "there were not 990 again"
    grant(gateway.system, gateway.account, 102)
    send(gateway, 102)
    assert told(gateway) == [989, 988]


def test_who_has_chosen_nothing_is_not_told(gateway: Gateway) -> None:
    send(gateway, 500)
    send(gateway, 500)
    assert choose(gateway, 1) == 1
    assert told(gateway) == [], "what was chosen is about what is taken later"
    assert gateway.balance() == 0


def test_the_last_message_of_the_largest_bulk_still_knows_what_paid_for_it(
    gateway: Gateway,
) -> None:
    choose(gateway, 600)
    send(gateway, RECIPIENTS_MAX)
    assert told(gateway) == [1_000 - RECIPIENTS_MAX]
    last = gateway.get("/api/sms/logs").json()["data"]["data"][0]["id"]
    ledger = gateway.get(f"/api/v1/messages/{last}").json()["data"]["ledger"]
    assert [one["event"] for one in ledger] == ["CreditWallet.Reserved", "Message.Queued"]


def test_what_was_chosen_is_shown_and_can_be_given_up(gateway: Gateway) -> None:
    assert choose(gateway, "5") == 5
    assert gateway.get("/api/v1/account").json()["data"]["low_balance_credits"] == 5
    assert choose(gateway, CREDITS_MAX) == CREDITS_MAX
    for never in (None, "", 0):
        choose(gateway, 2_000)
        assert choose(gateway, never) is None
    send(gateway)
    assert told(gateway) == []


def test_a_refused_change_changes_nothing(gateway: Gateway) -> None:
    choose(gateway, 7)
    body = {"low_balance_credits": 8, "quiet_hours": "never"}
    answer = gateway.http.request("PUT", "/api/v1/account", json=body, headers=gateway.bearer)
    assert answer.status_code == 422
    assert gateway.get("/api/v1/account").json()["data"]["low_balance_credits"] == 7


@pytest.mark.parametrize("credits", [-1, CREDITS_MAX + 1, 1.5, "many", True, [5], {"a": 5}, "٣"])
def test_what_is_no_number_of_credits_is_refused(gateway: Gateway, credits: object) -> None:
    answer = ask_for(gateway, credits)
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["low_balance_credits"]

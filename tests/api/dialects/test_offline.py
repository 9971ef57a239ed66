"""What clients hear while SIMs are away, the store is down, or too much is waiting (decision 8)."""

from dataclasses import replace
from typing import Any, cast

import pytest

from application.system import System
from domain.errors import NgomaError, OutcomeUnknown, Overloaded, StoreDown
from domain.values import Network
from tests.api.conftest import NUMBERS, Gateway, StartGateway, told

MTN, AIRTEL = NUMBERS[Network.MTN], NUMBERS[Network.AIRTEL]


@pytest.fixture
def half_online(start_gateway: StartGateway) -> Gateway:
    """Give a gateway whose MTN SIMs are away."""
    gateway = start_gateway(online=False)
    gateway.bring_online(Network.AIRTEL, Network.ZAMTEL)
    return gateway


def test_a_send_to_an_offline_network_is_queued_and_says_so(half_online: Gateway) -> None:
    answer = half_online.send(to=MTN)
    assert answer.status_code == 503
    assert "retry-after" not in answer.headers
    body = told(answer)
    assert "do not send it again" in body.pop("message")
    assert body.pop("message_id").startswith("MSG-")
    assert body == {
        "status": "error",
        "code": "GATEWAY_UNAVAILABLE",
        "queued": True,
        "recipient": MTN,
        "credits_used": 1,
        "credits_remaining": 999,
    }
    assert half_online.balance() == 999
    assert half_online.send(to=AIRTEL).status_code == 200


def test_under_a_key_it_is_an_acceptance_that_is_replayed(half_online: Gateway) -> None:
    key = {"Idempotency-Key": "once"}
    first = half_online.send(to=MTN, headers=key)
    half_online.bring_online(Network.MTN)
    again = half_online.send(to=MTN, headers=key)
    assert again.status_code == first.status_code == 503
    assert told(again) == told(first)
    assert again.headers["idempotent-replayed"] == "true"


def test_a_bulk_names_its_offline_networks(half_online: Gateway) -> None:
    answer = half_online.bulk([MTN, AIRTEL])
    assert answer.status_code == 200
    assert answer.json()["offline"] == ["mtn"]


def test_a_bulk_without_any_network_is_queued_and_says_so(half_online: Gateway) -> None:
    answer = half_online.bulk([MTN, "x", "260966000001", MTN])
    assert answer.status_code == 503
    assert "retry-after" not in answer.headers
    body = answer.json()
    assert (body["status"], body["code"]) == ("error", "GATEWAY_UNAVAILABLE")
    assert body["queued"] is True
    assert len(body["messages"]) == 2
    assert len(body["rejected"]) == 1
    assert (body["credits_used"], body["duplicates"], body["offline"]) == (2, 1, ["mtn"])
    assert body["batch_id"].startswith("batch_")
    assert half_online.balance() == 998


# -- nothing was accepted -------------------------------------------------------------------------


class Failing:
    """A committer that refuses everything with one error, or settles it so."""

    def __init__(self, error: NgomaError | Exception) -> None:
        self.error = error

    def submit(self, command: object, done: Any) -> None:
        raise self.error


def failing(error: Exception) -> Any:
    def change(system: System) -> System:
        return replace(system, committer=cast("Any", Failing(error)))

    return change


def test_overload_accepts_nothing(start_gateway: StartGateway) -> None:
    gateway = start_gateway(change=failing(Overloaded(retry_after_s=3)))
    for answer in (gateway.send(), gateway.bulk([MTN])):
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "3"
        assert answer.json()["code"] == "RATE_LIMITED"
        assert answer.json()["queued"] is False
    answer = gateway.post("/api/v1/sms/send", {"to": MTN, "message": "x"})
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "3"
    assert set(told(answer)) == {"status", "message"}


def test_a_store_that_is_down_accepts_nothing(start_gateway: StartGateway) -> None:
    gateway = start_gateway(change=failing(StoreDown("connection to 10.0.0.7 refused")))
    for answer in (gateway.send(), gateway.bulk([MTN])):
        assert answer.status_code == 500
        assert answer.json()["code"] == "INTERNAL_ERROR"
        assert answer.json()["queued"] is False
        assert "10.0.0.7" not in answer.text
    answer = gateway.post("/api/v1/sms/send", {"to": MTN, "message": "x"})
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "10.0.0.7" not in answer.text


def test_an_unknown_outcome_says_what_to_do(start_gateway: StartGateway) -> None:
    gateway = start_gateway(change=failing(OutcomeUnknown("the database went away")))
    answer = gateway.send()
    assert answer.status_code == 500
    assert set(told(answer)) == {"status", "code", "message"}
    assert "not known whether" in answer.json()["message"]
    assert "Idempotency-Key" in answer.json()["message"]
    answer = gateway.post("/api/v1/sms/send", {"to": MTN, "message": "x"})
    assert answer.status_code == 500
    assert "retry-after" not in answer.headers
    assert "Idempotency-Key" in answer.json()["message"]


def test_a_fault_of_ours_says_nothing_of_the_inside(
    start_gateway: StartGateway, caplog: pytest.LogCaptureFixture
) -> None:
    gateway = start_gateway(change=failing(ZeroDivisionError("secret 4711")))
    answer = gateway.send()
    assert answer.status_code == 500
    assert told(answer) == {
        "status": "error",
        "code": "INTERNAL_ERROR",
        "message": "An unexpected error occurred.",
    }
    (noted,) = [record for record in caplog.records if record.name == "ngoma.api"]
    assert noted.getMessage() == "An endpoint failed."
    assert vars(noted)["request_id"] == answer.json()["request_id"]
    assert (vars(noted)["account"], vars(noted)["key_id"]) == (gateway.account, gateway.key[:8])


def test_a_fleet_that_cannot_be_read_accepts_nothing(start_gateway: StartGateway) -> None:
    gateway = start_gateway()

    def down() -> None:
        raise StoreDown("no leases")

    gateway.system.store.leases = down  # type: ignore[method-assign, assignment]
    gateway.forget_fleet()
    answer = gateway.send()
    assert (answer.status_code, answer.json()["queued"]) == (500, False)


def test_reads_say_that_the_store_is_down(start_gateway: StartGateway) -> None:
    gateway = start_gateway()
    gateway.send()

    def down(*_: object) -> None:
        raise StoreDown("away")

    gateway.system.store.snapshot = down  # type: ignore[method-assign, assignment]
    gateway.system.store.tail = down  # type: ignore[method-assign, assignment]
    answer = gateway.http.get("/api/balance", params={"api_key": gateway.key})
    assert answer.status_code == 500
    assert set(told(answer)) == {"status", "code", "message"}
    answer = gateway.get("/api/v1/sms/status/msg_1")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0

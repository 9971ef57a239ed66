"""Idempotency keys through real HTTP, in both dialects (contract decision 7)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, cast

import httpx
import pytest

from application.system import System
from tests.api.conftest import Client, Gateway, StartGateway

KEY = {"Idempotency-Key": "order-42"}
TO = "260977000000"


def send_feltech(gateway: Gateway, key: str = "order-42", **fields: Any) -> httpx.Response:
    body = {"to": TO, "message": "Hello", **fields}
    return gateway.post("/api/v1/sms/send", body, Idempotency_Key=key)


def test_the_same_request_is_accepted_once(gateway: Gateway) -> None:
    first = gateway.send(headers=KEY)
    again = gateway.send(headers=KEY)
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert again.content == first.content
    assert again.status_code == first.status_code == 200
    assert gateway.balance() == 999


def test_the_key_may_be_quoted(gateway: Gateway) -> None:
    first = gateway.send(headers=KEY)
    again = gateway.send(headers={"Idempotency-Key": '"order-42"'})
    assert again.json() == first.json()
    assert gateway.balance() == 999


def test_the_recipient_may_be_written_otherwise(gateway: Gateway) -> None:
    first = gateway.send(headers=KEY, to="0977000000")
    again = gateway.send(headers=KEY, to="+260 977 000 000")
    assert again.json() == first.json()


def test_the_other_dialect_replays_in_its_own_form(own_gateway: Gateway) -> None:
    first = own_gateway.send(headers=KEY)
    again = send_feltech(own_gateway)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == {"status": "success", "message_id": "msg_1"}
    assert (
        own_gateway.get("/api/v1/messages/msg_1").json()["data"]["reference"]
        == (first.json()["message_id"])
    )
    assert own_gateway.balance() == 999


def test_a_replay_needs_no_credits(start_gateway: StartGateway) -> None:
    gateway = start_gateway(credits=1)
    first = gateway.send(headers=KEY)
    assert gateway.balance() == 0
    again = gateway.send(headers=KEY)
    assert again.status_code == 200
    assert again.json() == first.json()


def test_a_bulk_is_replayed_whole(own_gateway: Gateway) -> None:
    numbers = ["260977000001", "x", "260966000002", "260977000001"]
    first = own_gateway.bulk(numbers, headers=KEY)
    again = own_gateway.bulk(numbers, headers=KEY)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == first.json()
    other = own_gateway.post(
        "/api/v1/sms/send-bulk",
        {"to": ["0977000001", "0966000002"], "message": "Hello"},
        Idempotency_Key="order-42",
    )
    assert other.headers["idempotent-replayed"] == "true"
    assert other.json()["batch_id"] == first.json()["batch_id"]
    assert other.json()["log_ids"] == [1, 2]
    assert own_gateway.balance() == 998


def test_another_command_under_the_key_is_refused(gateway: Gateway) -> None:
    gateway.send(headers=KEY)
    for fields in ({"message": "Other"}, {"to": "260966000000"}, {"sender_id": "Other"}):
        answer = gateway.send(headers=KEY, **fields)
        assert answer.status_code == 422
        assert answer.json()["code"] == "IDEMPOTENCY_CONFLICT"
        answer = send_feltech(gateway, message="Other")
        assert answer.status_code == 422
        assert set(answer.json()["errors"]) == {"Idempotency-Key"}
    assert gateway.bulk([TO], headers=KEY).json()["code"] == "IDEMPOTENCY_CONFLICT"
    assert gateway.balance() == 999


def test_the_same_key_of_another_account_is_another_key(gateway: Gateway, other_key: str) -> None:
    gateway.send(headers=KEY)
    answer = gateway.send(headers=KEY, api_key=other_key, message="Other")
    assert answer.status_code == 200
    assert "idempotent-replayed" not in answer.headers


def test_a_refusal_is_not_kept(start_gateway: StartGateway) -> None:
    gateway = start_gateway(credits=1)
    assert gateway.send(headers=KEY, message="a" * 161).status_code == 402
    assert gateway.send(headers=KEY, message="short").status_code == 200


@pytest.mark.parametrize("key", ["", '""', "a b", "x" * 256, "caf\u00e9", '"a b"'])
def test_a_malformed_key_is_refused(gateway: Gateway, key: str) -> None:
    answer = gateway.send(headers={"Idempotency-Key": key.encode("latin-1")})
    assert answer.status_code == 400
    assert answer.json()["code"] == "INVALID_PARAMS"
    assert gateway.balance() == 1_000


@pytest.mark.parametrize("key", ["x", "x" * 255, "a\"b'c", '"', "!#%~"])
def test_every_visible_ascii_key_is_accepted(gateway: Gateway, key: str) -> None:
    first = gateway.send(headers={"Idempotency-Key": key})
    assert first.status_code == 200
    assert gateway.send(headers={"Idempotency-Key": key}).json() == first.json()


def test_many_at_once_are_charged_once(gateway: Gateway) -> None:
    def send(_: int) -> httpx.Response:
        with Client(str(gateway.http.base_url)) as client:
            body = {"api_key": gateway.key, "to": TO, "message": "Hello"}
            return client.post_json("/api", body, KEY)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(send, range(24)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1
    assert gateway.balance() == 999


def test_no_answer_in_time_is_in_progress(start_gateway: StartGateway) -> None:
    class Stalled:
        def submit(self, command: object, done: object) -> None:
            """Never settle."""

    def stall(system: System) -> System:
        return replace(system, committer=cast("Any", Stalled()), accept_wait_s=0.05)

    gateway = start_gateway(change=stall)
    answer = gateway.send(headers=KEY)
    assert answer.status_code == 409
    assert answer.json()["code"] == "IDEMPOTENCY_IN_PROGRESS"
    answer = send_feltech(gateway)
    assert answer.status_code == 409
    assert set(answer.json()) == {"status", "message"}

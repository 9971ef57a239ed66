"""Taking messages back by HTTP, one and a whole bulk, and how a bulk stands."""

from typing import Any

import httpx
import pytest

from domain.causes import OwnCause
from domain.reports import Accepted
from tests.api.conftest import Gateway, StartGateway
from tests.support.outcomes import SILENCE
from tests.support.staff import open_session

NUMBERS = [f"26096{place:07}" for place in range(6)]
SENT = Accepted(7)


def cancel(gateway: Gateway, message: str) -> httpx.Response:
    return gateway.post(f"/api/v1/messages/{message}/cancel", {})


def bulk(gateway: Gateway, count: int = 6) -> str:
    answer = gateway.bulk(NUMBERS[:count])
    assert answer.status_code == 200, answer.text
    return str(answer.json()["batch_id"])


def standing(gateway: Gateway, batch: str) -> dict[str, Any]:
    answer = gateway.get(f"/api/v1/batches/{batch}")
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


# -- one message ----------------------------------------------------------------------------------


def test_a_waiting_message_is_taken_back_and_refunded_once(gateway: Gateway) -> None:
    sent = gateway.send(message="x" * 200).json()["message_id"]
    assert gateway.balance() == 998
    answers = [cancel(gateway, sent), cancel(gateway, sent)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    data = answers[0].json()["data"]
    assert (data["delivery_status"], data["state"]) == ("failed", "cancelled")
    assert data["credits_refunded"] == 2
    assert gateway.balance() == 1_000
    (entry,) = gateway.logs()["logs"]
    assert (entry["status"], entry["failure"]["code"]) == ("FAILED", str(OwnCause.CANCELLED))
    told = gateway.get(f"/api/v1/messages/{sent}").json()["data"]["timeline"][-1]
    assert told["actor"] == f"account:{gateway.account}"


def test_what_has_left_is_not_taken_back_and_the_answer_says_why(own_gateway: Gateway) -> None:
    own_gateway.send()
    own_gateway.try_to_send(1, SENT)
    own_gateway.send()
    own_gateway.try_to_send(2, SILENCE)
    own_gateway.send(message="x" * 200)
    own_gateway.try_to_send(3, SENT)
    for number, why in enumerate(
        ("it was sent.", "may have been sent.", "a SIM is sending it."), start=1
    ):
        answer = cancel(own_gateway, f"msg_{number}")
        assert answer.status_code == 409
        assert answer.json()["message"].endswith(why)
    assert own_gateway.balance() == 996


def test_a_key_that_may_only_read_takes_nothing_back(gateway: Gateway) -> None:
    gateway.send()
    sent = gateway.logs()["logs"][0]["message_id"]
    made = gateway.post("/api/v1/keys", {"name": "reader", "scopes": ["read"]})
    headers = {"Authorization": f"Bearer {made.json()['api_key']}"}
    answer = gateway.http.post_json(f"/api/v1/messages/{sent}/cancel", {}, headers)
    assert answer.status_code == 403
    assert gateway.balance() == 999


def test_a_person_in_a_session_takes_back(gateway: Gateway) -> None:
    sent = gateway.send().json()["message_id"]
    headers = {"Authorization": f"Bearer {open_session(gateway.system, gateway.account)}"}
    answer = gateway.http.post(f"/api/v1/messages/{sent}/cancel", headers=headers)
    assert answer.status_code == 200, answer.text
    assert gateway.balance() == 1_000


# -- a bulk ----------------------------------------------------------------------------------


def test_a_bulk_says_how_its_messages_stand(own_gateway: Gateway) -> None:
    batch = bulk(own_gateway)
    own_gateway.send()
    own_gateway.try_to_send(1, SENT)
    own_gateway.try_to_send(2, SENT)
    own_gateway.report_delivery(2)
    own_gateway.try_to_send(3, SILENCE)
    cancel(own_gateway, "msg_4")
    assert standing(own_gateway, batch) == {
        "batch_id": batch,
        "accepted": 6,
        "queued": 3,
        "sent": 2,
        "delivered": 1,
        "failed": 0,
        "cancelled": 1,
        "credits_used": 6,
        "credits_refunded": 1,
    }
    assert standing(own_gateway, batch.removeprefix("batch_"))["batch_id"] == batch


def test_what_still_waits_of_a_bulk_is_taken_back(own_gateway: Gateway) -> None:
    batch = bulk(own_gateway)
    own_gateway.try_to_send(1, SENT)
    own_gateway.try_to_send(3, SILENCE)
    answer = own_gateway.post(f"/api/v1/batches/{batch}/cancel", {})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["cancelled_now"] == 4
    assert body["data"] == standing(own_gateway, batch)
    data = body["data"]
    assert (data["queued"], data["sent"], data["cancelled"]) == (1, 1, 4)
    assert (data["credits_used"], data["credits_refunded"]) == (6, 4)
    assert own_gateway.balance() == 998
    again = own_gateway.post(f"/api/v1/batches/{batch}/cancel", {}).json()
    assert (again["cancelled_now"], again["data"]) == (0, data)
    assert own_gateway.balance() == 998


def test_a_large_bulk_is_taken_back_in_a_few_saves(start_gateway: StartGateway) -> None:
    gateway = start_gateway(credits=250)
    batch = gateway.bulk([f"26096{place:07}" for place in range(250)]).json()["batch_id"]
    assert gateway.balance() == 0
    assert gateway.post(f"/api/v1/batches/{batch}/cancel", {}).json()["cancelled_now"] == 250
    assert gateway.balance() == 250


@pytest.mark.parametrize("path", ["", "/cancel"])
def test_a_bulk_of_others_is_unknown(gateway: Gateway, other_key: str, path: str) -> None:
    batch = bulk(gateway)
    method, headers = ("POST" if path else "GET"), {"Authorization": f"Bearer {other_key}"}
    answer = gateway.http.request(method, f"/api/v1/batches/{batch}{path}", headers=headers)
    assert answer.status_code == 404
    assert standing(gateway, batch)["queued"] == 6

"""A message keeps the request that it came by, as the log has it, and no words of a client."""

import logging
from typing import Any

import pytest

from tests.api.conftest import Gateway
from tests.support.logged import logged

TO = "260977000000"
UUID = "8C1F2AB4-d0e7-4a11-9c55-0a1b2c3d4e5f"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def message_of(gateway: Gateway, message_id: str, key: str | None = None) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {key or gateway.key}"}
    answer = gateway.http.get(f"/api/v1/messages/{message_id}", headers=headers)
    found: dict[str, Any] = answer.json()["data"]
    return found


def test_a_message_is_found_by_the_request_that_its_client_was_told(gateway: Gateway) -> None:
    for headers in ({}, {"X-Request-Id": UUID}, {"X-Request-Id": TRACE}):
        sent = gateway.send(headers=headers)
        told = sent.headers["x-request-id"]
        assert told == headers.get("X-Request-Id", told)
        assert message_of(gateway, sent.json()["message_id"])["request_id"] == told


def test_all_messages_of_a_bulk_and_those_of_a_key_for_tests_have_theirs(gateway: Gateway) -> None:
    bulk = gateway.bulk([TO, "260966000000"])
    seen = {message_of(gateway, one["message_id"])["request_id"] for one in bulk.json()["messages"]}
    assert seen == {bulk.headers["x-request-id"]}
    body = {"name": "try out", "mode": "test"}
    key = gateway.http.post("/api/v1/keys", json=body, headers=gateway.bearer).json()["api_key"]
    sent = gateway.send(api_key=key)
    found = message_of(gateway, sent.json()["message_id"], key)
    assert found["request_id"] == sent.headers["x-request-id"]


def test_a_repeat_leaves_a_message_with_its_first_request(gateway: Gateway) -> None:
    first, again = (gateway.send(headers={"Idempotency-Key": "request-ids"}) for _ in range(2))
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    found = message_of(gateway, again.json()["message_id"])
    assert found["request_id"] == first.headers["x-request-id"]


@pytest.mark.parametrize("words", ["call-260977123456-back", TRACE[1:], f"{TRACE}0", f"x{UUID}"])
def test_the_words_of_a_client_stay_in_the_access_log_beside_what_the_message_has(
    own_gateway: Gateway,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    words: str,
) -> None:
    caplog.set_level(logging.INFO, "ngoma.access")
    sent = own_gateway.send(headers={"X-Request-Id": words})
    assert sent.headers["x-request-id"] == words
    kept = message_of(own_gateway, sent.json()["message_id"])["request_id"]
    assert kept != words
    (line,) = [line for line in logged(capfd, 2).splitlines() if words in line]
    assert f'"request_id":"{words}","noted_id":"{kept}"' in line
    events = own_gateway.system.store.events_after(0, limit=1_000)
    assert all(words not in str(stored.state) for _, stored in events)

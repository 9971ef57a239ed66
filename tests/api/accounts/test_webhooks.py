"""An account says where it is told of its events, tries that, and sees how it goes."""

from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from tests.api.conftest import Gateway, StartGateway
from tests.support.receiver import receiving

URL = "https://example.com/ngoma"
PATH = "/api/v1/webhook"


def put(gateway: Gateway, **body: Any) -> httpx.Response:
    return gateway.http.put(PATH, json=body, headers=gateway.bearer)


def delete(gateway: Gateway) -> httpx.Response:
    return gateway.http.delete(PATH, headers=gateway.bearer)


def test_it_is_set_shown_changed_and_removed(gateway: Gateway) -> None:
    assert gateway.get(PATH).status_code == 404
    made = put(gateway, url=URL).json()["data"]
    assert made["secret"].startswith("whsec_")
    assert (made["url"], made["events"], made["state"]) == (URL, [], "active")
    assert made["delivered"] == made["newest"] == 0
    changed = put(gateway, url=URL + "/2", events=["message.failed", "message.sent"]).json()["data"]
    assert changed["secret"] is None
    assert changed["events"] == ["message.sent", "message.failed"]
    assert gateway.get(PATH).json()["data"] == changed
    assert delete(gateway).status_code == 200
    assert gateway.get(PATH).status_code == 404
    assert delete(gateway).status_code == 404
    assert put(gateway, url=URL).json()["data"]["secret"] not in {None, made["secret"]}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": 7},
        {"url": "http://example.com/"},
        {"url": "https://user:pass@example.com/"},
        {"url": "https://example.com/#here"},
        {"url": "https://exa mple.com/"},
        {"url": "https://example.com:0/"},
        {"url": "https://example.com/" + "x" * 2_048},
        {"url": URL, "events": ["message.read"]},
        {"url": URL, "events": "message.sent"},
    ],
)
def test_what_cannot_be_used_is_refused(gateway: Gateway, body: dict[str, Any]) -> None:
    assert put(gateway, **body).status_code == 422


def test_a_secret_is_rotated_and_the_old_one_signs_for_a_day(gateway: Gateway) -> None:
    made = put(gateway, url=URL).json()["data"]
    rotated = gateway.post(f"{PATH}/rotate", {}).json()["data"]
    assert rotated["secret"] != made["secret"]
    assert gateway.get(PATH).json()["data"]["old_secret_until"] == rotated["old_secret_until"]


def test_replaying_goes_back(gateway: Gateway) -> None:
    put(gateway, url=URL)
    assert gateway.post(f"{PATH}/replay", {}).status_code == 422
    assert gateway.post(f"{PATH}/replay", {"after": -1}).status_code == 422
    assert gateway.post(f"{PATH}/replay", {"after": 0}).json()["data"]["delivered"] == 0


def test_a_test_reaches_nothing_within(gateway: Gateway) -> None:
    put(gateway, url="https://localhost:1/")
    tried = gateway.post(f"{PATH}/test", {}).json()["data"]
    assert (tried["taken"], tried["error"]) == (False, "ADDRESS_REFUSED")


def test_a_test_is_signed_as_what_comes_later(start_gateway: StartGateway) -> None:
    gateway = start_gateway(webhooks_allow_private=("127.0.0.0/8",))
    with receiving() as receiver:
        secret = put(gateway, url=receiver.url).json()["data"]["secret"]
        tried = gateway.post(f"{PATH}/test", {}).json()["data"]
        assert (tried["taken"], tried["http_status"]) == (True, 204)
        (one,) = receiver.came
        headers = {name: one.headers[name] for name in one.headers if "webhook" in name}
        event = Webhook(secret).verify(one.body, headers)
        assert (event["type"], event["id"]) == ("webhook.test", tried["event"])
        receiver.status = 500
        again = gateway.post(f"{PATH}/test", {}).json()["data"]
        assert (again["taken"], again["http_status"]) == (False, 500)


def test_there_are_no_attempts_before_the_first(gateway: Gateway) -> None:
    assert gateway.get(f"{PATH}/attempts").json() == {"status": "success", "data": []}
    assert gateway.get(f"{PATH}/attempts", limit=0).status_code == 422

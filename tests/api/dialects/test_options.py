"""What a send may ask for besides recipients and text: in all four sends of both dialects."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import httpx
import pytest

from domain.contents import ContentKind
from domain.message import Message, message_id
from domain.values import SECOND, Instant
from tests.api.conftest import Gateway, StartGateway

DAY_S = 24 * 3600
TO = "260977000000"
SENDS = ["wilcybertek", "wilcybertek bulk", "feltech", "feltech bulk"]


def send(gateway: Gateway, call: str, headers: Any = None, **fields: Any) -> httpx.Response:
    """Send by one of the four calls."""
    dialect, _, is_bulk = call.partition(" ")
    if dialect == "wilcybertek":
        more = {"headers": headers or {}, **fields}
        return gateway.bulk([TO], **more) if is_bulk else gateway.send(**more)
    path = "/api/v1/sms/send-bulk" if is_bulk else "/api/v1/sms/send"
    named = {name.replace("-", "_"): value for name, value in (headers or {}).items()}
    body = {"to": [TO] if is_bulk else TO, "message": "Hello", **fields}
    return gateway.post(path, body, **named)


def iso(at: Instant) -> str:
    return datetime.fromtimestamp(at / SECOND, UTC).isoformat()


def newest(gateway: Gateway) -> dict[str, Any]:
    """Give the timeline of the account's newest message."""
    number = gateway.get("/api/sms/logs").json()["data"]["data"][0]["id"]
    told: dict[str, Any] = gateway.get(f"/api/v1/messages/{number}").json()["data"]
    return told


def seconds_between(first: str, last: str) -> float:
    return (datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds()


@pytest.mark.parametrize("call", SENDS)
def test_all_sends_take_all_options(gateway: Gateway, call: str) -> None:
    at = Instant(gateway.system.clock.now() + 3 * DAY_S * SECOND)
    answer = send(
        gateway,
        call,
        lane="OTP",
        validity_minutes=90,
        send_at=iso(at),
        client_reference="order 42/é",
        category="promotional",
    )
    assert answer.status_code == 200, answer.text
    told = newest(gateway)
    assert (told["lane"], told["category"]) == ("otp", "promotional")
    assert told["client_reference"] == "order 42/é"
    assert datetime.fromisoformat(told["send_at"]).timestamp() == pytest.approx(at / SECOND)
    assert seconds_between(told["send_at"], told["expires_at"]) == 90 * 60
    assert told["summary"] == f"It waits for its time: {told['send_at']}."
    assert told["send_at"] in told["timeline"][0]["description"]


@pytest.mark.parametrize("call", SENDS)
def test_without_options_all_is_as_ever(gateway: Gateway, call: str) -> None:
    nothing = {"lane": "", "validity_minutes": None, "send_at": " ", "client_reference": ""}
    assert send(gateway, call, **nothing).status_code == 200
    told = newest(gateway)
    lane = "bulk" if "bulk" in call else "normal"
    assert (told["lane"], told["category"], told["send_at"]) == (lane, "transactional", None)
    assert told["client_reference"] is None
    assert seconds_between(told["timeline"][0]["at"], told["expires_at"]) == DAY_S


def test_a_one_time_password_waits_ten_minutes_by_itself(gateway: Gateway) -> None:
    assert send(gateway, "wilcybertek", lane="otp").status_code == 200
    told = newest(gateway)
    assert seconds_between(told["timeline"][0]["at"], told["expires_at"]) == 600


BAD = [
    ("lane", "urgent"),
    ("lane", 1),
    ("lane", ["otp"]),
    ("validity_minutes", 0),
    ("validity_minutes", 72 * 60 + 1),
    ("validity_minutes", 1.5),
    ("validity_minutes", True),
    ("validity_minutes", "an hour"),
    ("send_at", "tomorrow"),
    ("send_at", "2026-12-01T08:00:00"),
    ("send_at", 1_765_000_000),
    ("send_at", {"at": 1}),
    ("client_reference", "x" * 101),
    ("client_reference", "a\nb"),
    ("client_reference", "a\u200bb"),
    ("client_reference", "\ud800"),
    ("client_reference", 42),
    ("category", "advertising"),
]


@pytest.mark.parametrize("call", SENDS)
def test_what_cannot_be_used_is_refused_by_name(gateway: Gateway, call: str) -> None:
    for field, value in BAD:
        answer = send(gateway, call, **{field: value})
        body = answer.json()
        if call.startswith("wilcybertek"):
            assert (answer.status_code, body["code"]) == (400, "INVALID_PARAMS"), (field, value)
            assert field in body["message"]
        else:
            assert answer.status_code == 422, (field, value)
            assert list(body["errors"]) == [field]
    assert gateway.balance() == 1_000


def test_a_time_is_at_most_20_days_ahead_in_any_zone(gateway: Gateway) -> None:
    def asked(days: float) -> httpx.Response:
        lusaka = timezone(timedelta(hours=2))
        at = datetime.fromtimestamp(gateway.system.clock.now() / SECOND, lusaka)
        return gateway.send(send_at=(at + timedelta(days=days)).isoformat())

    assert asked(19.99).status_code == 200
    late = asked(20.01)
    assert late.status_code == 400
    assert late.json()["message"] == "The send_at is more than 20 days ahead."


def test_a_time_in_the_past_is_now(gateway: Gateway) -> None:
    assert gateway.send(send_at="2020-01-01T00:00Z").status_code == 200
    told = newest(gateway)
    assert told["send_at"] is None
    assert seconds_between(told["timeline"][0]["at"], told["expires_at"]) == DAY_S


def test_the_longest_validity_counts_from_the_time_of_sending(gateway: Gateway) -> None:
    at = Instant(gateway.system.clock.now() + 19 * DAY_S * SECOND)
    assert gateway.send(send_at=iso(at), validity_minutes=str(72 * 60)).status_code == 200
    told = newest(gateway)
    assert seconds_between(told["send_at"], told["expires_at"]) == 3 * DAY_S


def test_options_may_come_in_a_form(gateway: Gateway) -> None:
    fields = {"api_key": gateway.key, "to": TO, "message": "Hello"}
    options = {"lane": "otp", "validity_minutes": "5", "client_reference": "7"}
    assert gateway.http.post("/api", data={**fields, **options}).status_code == 200
    told = newest(gateway)
    assert (told["lane"], told["client_reference"]) == ("otp", "7")


# -- the client's own name ----------------------------------------------------------------------


def test_logs_and_status_show_the_clients_reference(own_gateway: Gateway) -> None:
    own_gateway.send(client_reference="order-1")
    own_gateway.bulk(["0977000001", "0966000002"], client_reference="sale")
    own_gateway.send()
    shown = [entry["client_reference"] for entry in own_gateway.logs()["logs"]]
    assert shown == [None, "sale", "sale", "order-1"]
    log = own_gateway.get("/api/sms/logs").json()["data"]["data"]
    assert [entry["client_reference"] for entry in log] == shown
    status = own_gateway.get("/api/v1/sms/status/msg_1").json()["data"]
    assert status["client_reference"] == "order-1"
    assert own_gateway.get("/api/v1/sms/status/msg_4").json()["data"]["client_reference"] is None


def test_the_log_of_events_has_a_seal_of_the_reference_and_not_the_reference(
    own_gateway: Gateway,
) -> None:
    own_gateway.send(client_reference="zebra crossing")
    (queued,) = own_gateway.system.reader.events(message_id(1))
    assert isinstance(queued, Message.Queued)
    assert queued.client_reference is not None
    assert len(queued.client_reference) == 64
    row = own_gateway.system.store.content(ContentKind.CLIENT_REFERENCE, 1)
    assert row is not None
    assert row.body == "zebra crossing"
    for _, event in own_gateway.system.store.events_after(0, limit=1_000):
        assert b"zebra" not in event.state


# -- the same request again -----------------------------------------------------------------------

OPTIONS: list[dict[str, Any]] = [
    {"lane": "otp"},
    {"validity_minutes": 60},
    {"send_at": "2020-01-01T00:00Z"},
    {"client_reference": "order-1"},
    {"category": "promotional"},
]


@pytest.mark.parametrize("call", SENDS)
def test_options_are_part_of_what_a_key_stands_for(gateway: Gateway, call: str) -> None:
    for place, options in enumerate(OPTIONS):
        key = {"Idempotency-Key": f"{call} {place}".replace(" ", "-")}
        first = send(gateway, call, key, **options)
        assert first.status_code == 200, first.text
        again = send(gateway, call, key, **options)
        assert again.headers["idempotent-replayed"] == "true"
        assert again.json() == first.json()
        assert send(gateway, call, key).status_code == 422
    assert gateway.balance() == 1_000 - len(OPTIONS)


def test_a_replay_still_is_one_when_its_time_has_come(gateway: Gateway) -> None:
    key = {"Idempotency-Key": "later"}
    at = iso(Instant(gateway.system.clock.now() + SECOND // 2))
    first = gateway.send(headers=key, send_at=at)
    while gateway.system.clock.now() < datetime.fromisoformat(at).timestamp() * SECOND:
        assert gateway.balance() == 999
    again = gateway.send(headers=key, send_at=at)
    assert (again.status_code, again.json()) == (200, first.json())


def test_what_a_lane_is_by_itself_may_be_said(gateway: Gateway) -> None:
    key = {"Idempotency-Key": "said"}
    first = gateway.send(headers=key, lane="normal", category="transactional")
    assert gateway.send(headers=key).json() == first.json()


def test_after_a_503_the_same_request_has_the_same_options(start_gateway: StartGateway) -> None:
    gateway = start_gateway(online=False)
    plain = gateway.send()
    assert plain.status_code == 503
    for options in OPTIONS:
        first = gateway.send(**options)
        assert first.status_code == 503
        assert first.json()["message_id"] != plain.json()["message_id"]
        again = gateway.send(**options)
        assert again.headers["idempotent-replayed"] == "true"
        assert again.json()["message_id"] == first.json()["message_id"]
    assert gateway.send().json()["message_id"] == plain.json()["message_id"]
    assert gateway.balance() == 1_000 - 1 - len(OPTIONS)


def test_what_is_sent_later_needs_no_sim_now(start_gateway: StartGateway) -> None:
    gateway = start_gateway(online=False)
    at = iso(Instant(gateway.system.clock.now() + 3600 * SECOND))
    for call in SENDS:
        answer = send(gateway, call, send_at=at)
        assert answer.status_code == 200, answer.text
        assert answer.json().get("offline", []) == []

"""An account's quiet hours over HTTP: seen, changed, and what sends answer in them."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import httpx
import pytest

from domain.values import SECOND, Instant
from tests.api.conftest import Gateway, StartGateway
from tests.api.dialects.test_options import SENDS, newest, seconds_between, send

LUSAKA = timezone(timedelta(hours=2))


def around_now(gateway: Gateway, *, before: int = 1, after: int = 1) -> dict[str, str]:
    """Give hours that lie around this moment (in hours before and after it)."""
    now = datetime.fromtimestamp(gateway.system.clock.now() / SECOND, LUSAKA)
    times = (now - timedelta(hours=before), now + timedelta(hours=after))
    return dict(zip(("from", "to"), (f"{time:%H:%M}" for time in times), strict=True))


def change(gateway: Gateway, **fields: Any) -> httpx.Response:
    return gateway.http.request("PUT", "/api/v1/account", json=fields, headers=gateway.bearer)


def shown(gateway: Gateway) -> tuple[Any, Any]:
    account = gateway.get("/api/v1/account").json()["data"]
    return account["quiet_hours"], account["quiet_all"]


def test_an_account_sees_and_changes_its_quiet_hours(own_gateway: Gateway) -> None:
    assert shown(own_gateway) == (None, False)
    hours = {"from": "20:00", "to": "07:00"}
    answer = change(own_gateway, quiet_hours=hours)
    assert (answer.status_code, answer.json()["data"]["quiet_hours"]) == (200, hours)
    assert shown(own_gateway) == (hours, False)
    assert change(own_gateway, quiet_all=True).status_code == 200
    assert shown(own_gateway) == (hours, True)
    assert change(own_gateway, default_sender_id=None).status_code == 200
    assert shown(own_gateway) == (hours, True)
    assert change(own_gateway, quiet_hours=None, quiet_all="false").status_code == 200
    assert shown(own_gateway) == (None, False)


def test_they_may_come_in_a_form(own_gateway: Gateway) -> None:
    fields = {"quiet_hours": "22:00-06:30", "quiet_all": "true"}
    own_gateway.http.request("PUT", "/api/v1/account", data=fields, headers=own_gateway.bearer)
    assert shown(own_gateway) == ({"from": "22:00", "to": "06:30"}, True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("quiet_hours", {"from": "20:00"}),
        ("quiet_hours", {"from": "20:00", "to": "25:00"}),
        ("quiet_hours", "night"),
        ("quiet_hours", 7),
        ("quiet_all", "sometimes"),
        ("quiet_all", 1),
        ("quiet_all", None),
    ],
)
def test_what_cannot_be_is_refused_by_name_and_nothing_changes(
    gateway: Gateway, field: str, value: object
) -> None:
    answer = change(gateway, **{"default_sender_id": None, field: value})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    assert shown(gateway) == (None, False)


@pytest.mark.parametrize("call", SENDS)
@pytest.mark.slow
def test_a_promotion_says_until_when_it_waits(own_gateway: Gateway, call: str) -> None:
    hours = around_now(own_gateway)
    change(own_gateway, quiet_hours=hours)
    assert send(own_gateway, call).status_code == 200
    assert newest(own_gateway)["held_until"] is None
    answer = send(own_gateway, call, category="promotional", validity_minutes=90)
    assert answer.status_code == 200, answer.text
    told = newest(own_gateway)
    ends = datetime.fromisoformat(told["held_until"]).astimezone(LUSAKA)
    assert f"{ends:%H:%M}" == hours["to"]
    assert told["summary"] == (
        f"It waits for the end of its account's quiet hours: {told['held_until']}."
    )
    assert seconds_between(told["held_until"], told["expires_at"]) == 90 * 60


def test_each_message_of_a_personalised_bulk_waits(own_gateway: Gateway) -> None:
    change(own_gateway, quiet_hours=around_now(own_gateway))
    messages = [{"to": f"097700000{n}", "message": f"Hello {n}" * n * 20} for n in (1, 2)]
    body = {"messages": messages, "category": "promotional"}
    answer = own_gateway.post("/api/v1/sms/send-bulk", body)
    assert answer.status_code == 200, answer.text
    numbers = answer.json()["log_ids"]
    held = [own_gateway.get(f"/api/v1/messages/{n}").json()["data"] for n in numbers]
    assert [each["charge"]["segments"] for each in held] == [1, 2]
    assert all(each["held_until"] for each in held)
    assert held[0]["expires_at"] == held[1]["expires_at"]


def test_what_waits_for_the_morning_needs_no_sim_now(start_gateway: StartGateway) -> None:
    gateway = start_gateway(online=False)
    change(gateway, quiet_hours=around_now(gateway))
    for call in SENDS:
        answer = send(gateway, call, category="promotional")
        assert answer.status_code == 200, answer.text
        assert answer.json().get("offline", []) == []
        assert "online" not in newest(gateway)["timeline"][0]["description"]
        assert send(gateway, call).status_code == (503 if call.startswith("wil") else 200)


def test_a_replay_is_one_whatever_the_hours_are_now(own_gateway: Gateway) -> None:
    key = {"Idempotency-Key": "a-sale"}
    first = own_gateway.send(headers=key, category="promotional")
    change(own_gateway, quiet_hours=around_now(own_gateway))
    again = own_gateway.send(headers=key, category="promotional")
    assert (again.headers["idempotent-replayed"], again.json()) == ("true", first.json())
    assert newest(own_gateway)["held_until"] is None


def test_a_time_of_sending_that_lies_in_them_is_put_off(own_gateway: Gateway) -> None:
    change(own_gateway, quiet_hours=around_now(own_gateway, before=-2, after=4))
    at = Instant(own_gateway.system.clock.now() + 3 * 3600 * SECOND)
    iso = datetime.fromtimestamp(at / SECOND, UTC).isoformat()
    assert send(own_gateway, "feltech", category="promotional", send_at=iso).status_code == 200
    told = newest(own_gateway)
    assert 3_500 < seconds_between(told["send_at"], told["held_until"]) <= 3_600

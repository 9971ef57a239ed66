"""Test mode: a key for tests behaves as any other, and nothing of it is real."""

from typing import Any

import httpx
import pytest

from application.invariants.whole import read_whole
from application.messages.rehearsing import Proceed
from application.ports.queries import MessageFilter
from application.retention.erasure import RETENTION, Erased, EraseMessages
from domain.message import Extent
from domain.mode import Mode, log_of
from domain.public_ids import iso_time, wilcybertek_id
from domain.values import SECOND, Instant
from domain.wallet import wallet_id
from tests.api.conftest import Gateway, StartGateway, limited

ORDINARY = "0971234567"
SENT, DELIVERED, FAILED, DOUBT, UNPAID, OFFLINE = (f"097000000{n}" for n in range(1, 7))


@pytest.fixture
def key(gateway: Gateway) -> str:
    """Give a key for tests."""
    body = {"name": "try out", "mode": "test"}
    made = gateway.http.post("/api/v1/keys", json=body, headers=bearer(gateway.key))
    assert made.status_code == 201
    assert made.json()["key"]["mode"] == "test"
    assert "test" not in made.json(), "it was a live key that asked"
    given: str = made.json()["api_key"]
    return given


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def send(gateway: Gateway, key: str, to: str, **fields: Any) -> httpx.Response:
    headers = fields.pop("headers", {})
    body = {"api_key": key, "to": to, "message": "Hello", **fields}
    return gateway.http.post("/api", json=body, headers=headers)


def send_feltech(gateway: Gateway, key: str, to: str, **fields: Any) -> httpx.Response:
    body = {"to": to, "message": "Hello", **fields}
    return gateway.http.post("/api/v1/sms/send", json=body, headers=bearer(key))


def ask(gateway: Gateway, key: str, path: str, **query: str) -> Any:
    answered = gateway.http.get(path, headers=bearer(key), params=query)
    return answered.json()


def let_pass(gateway: Gateway, seconds: int) -> None:
    """Do what the worker does for test messages that are due after some seconds."""
    system = gateway.system
    assert system.queries.reached(system.store.head(), timeout_s=10, projection="message_log")
    now = Instant(system.clock.now() + seconds * SECOND)
    due = system.queries.due_rehearsals(now, limit=1_000)
    system.committer.execute(Proceed(due, at=now), timeout_s=10)


def status_of(gateway: Gateway, key: str, message_id: str) -> str:
    found = ask(gateway, key, f"/api/v1/sms/status/{message_id}")
    assert found["test"] is True
    word: str = found["data"]["delivery_status"]
    return word


def test_a_test_message_is_answered_as_a_real_one_and_says_that_it_is_a_test(
    gateway: Gateway, key: str
) -> None:
    real, test = send(gateway, gateway.key, ORDINARY), send(gateway, key, ORDINARY)
    assert (real.status_code, test.status_code) == (200, 200)
    assert test.json().pop("test") is True
    assert "test" not in real.json()
    assert real.json().keys() | {"test"} == test.json().keys()
    assert send_feltech(gateway, key, ORDINARY).json()["test"] is True


def test_a_test_message_moves_no_credit_and_writes_no_event_of_the_wallet(
    gateway: Gateway, key: str
) -> None:
    wallet = wallet_id(gateway.account)
    before = gateway.system.store.position_of(wallet)
    sent = [send(gateway, key, to).json() for to in (SENT, DELIVERED, FAILED, DOUBT)]
    let_pass(gateway, 2)
    let_pass(gateway, 60)
    assert [one["credits_used"] for one in sent] == [1, 1, 1, 1]
    assert {one["credits_remaining"] for one in sent} == {1_000}
    assert gateway.system.store.position_of(wallet) == before
    balance = ask(gateway, key, "/api/balance")
    assert (balance["balance"], balance["test"]) == (1_000, True)


@pytest.mark.parametrize(
    ("to", "after_a_second", "at_last", "delivery"),
    [
        (ORDINARY, "sent", "sent", None),
        (SENT, "sent", "sent", None),
        (DELIVERED, "sent", "sent", "delivered"),
        (FAILED, "failed", "failed", None),
        (DOUBT, "pending", "failed", None),
        (OFFLINE, "pending", "sent", None),
    ],
)
def test_the_number_says_what_becomes_of_a_test_message(
    gateway: Gateway, key: str, to: str, after_a_second: str, at_last: str, delivery: str | None
) -> None:
    message_id = send(gateway, key, to).json()["message_id"]
    assert status_of(gateway, key, message_id) == "pending"
    let_pass(gateway, 2)
    assert status_of(gateway, key, message_id) == after_a_second
    let_pass(gateway, 120)
    assert status_of(gateway, key, message_id) == at_last
    (row,) = ask(gateway, key, "/api/logs")["logs"]
    assert row["delivery"] == delivery
    assert (row["failure"] is not None) == (at_last == "failed")


def test_one_number_answers_402_and_another_that_the_gateway_is_offline(
    gateway: Gateway, key: str
) -> None:
    unpaid = send(gateway, key, UNPAID)
    assert unpaid.status_code == 402
    refusal = unpaid.json()
    assert (refusal["required"], refusal["available"], refusal["test"]) == (1, 0, True)
    assert send_feltech(gateway, key, UNPAID).status_code == 402
    offline = send(gateway, key, OFFLINE)
    assert offline.status_code == 503
    assert offline.json()["test"] is True
    again = send(gateway, key, OFFLINE)
    assert again.json()["message_id"] == offline.json()["message_id"], "decision 8 holds here too"
    assert ask(gateway, key, "/api/logs")["total"] == 1


def test_tests_have_a_log_of_their_own(gateway: Gateway, key: str) -> None:
    real = send(gateway, gateway.key, ORDINARY).json()["message_id"]
    test = send(gateway, key, ORDINARY).json()["message_id"]
    assert [row["message_id"] for row in ask(gateway, key, "/api/logs")["logs"]] == [test]
    mine = ask(gateway, gateway.key, "/api/logs")
    assert [row["message_id"] for row in mine["logs"]] == [real]
    for whose, others in ((key, real), (gateway.key, test)):
        for path in ("/api/v1/sms/status/", "/api/v1/messages/"):
            found = gateway.http.get(f"{path}{others}", headers=bearer(whose))
            assert found.status_code == 404
    refused = gateway.http.get(
        "/api/sms/logs", headers=bearer(gateway.key), params={"mode": "test"}
    )
    assert refused.status_code == 403
    assert ask(gateway, key, "/api/sms/logs", search="hello")["data"]["total"] == 1


def test_a_bulk_of_tests_goes_by_each_number(gateway: Gateway, key: str) -> None:
    to = [SENT, FAILED, DELIVERED, ORDINARY]
    body = {"to": to, "message": "Hello"}
    bulk = gateway.http.post("/api/v1/sms/send-bulk", json=body, headers=bearer(key)).json()
    assert (bulk["queued"], bulk["test"]) == (4, True)
    let_pass(gateway, 2)
    stands = ask(gateway, key, f"/api/v1/batches/{bulk['batch_id']}")["data"]
    assert (stands["sent"], stands["delivered"], stands["failed"]) == (3, 1, 1)
    hidden = gateway.http.get(f"/api/v1/batches/{bulk['batch_id']}", headers=bearer(gateway.key))
    assert hidden.status_code == 404
    to.append(UNPAID)
    refused = gateway.http.post("/api/v1/sms/send-bulk", json=body, headers=bearer(key))
    assert refused.status_code == 402


def test_an_idempotency_key_holds_for_tests_and_is_another_one_than_the_same_for_real(
    gateway: Gateway, key: str
) -> None:
    headers = {"Idempotency-Key": "order-5"}
    first = send(gateway, key, ORDINARY, headers=headers)
    again = send(gateway, key, ORDINARY, headers=headers)
    real = send(gateway, gateway.key, ORDINARY, headers=headers)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json()["message_id"] == first.json()["message_id"] != real.json()["message_id"]
    assert "Idempotent-Replayed" not in real.headers
    conflict = send(gateway, key, DELIVERED, headers=headers)
    assert (conflict.status_code, conflict.json()["test"]) == (422, True)


def test_a_test_that_waits_for_its_time_can_be_taken_back(gateway: Gateway, key: str) -> None:
    later = iso_time(Instant(gateway.system.clock.now() + 3_600 * SECOND))
    message_id = send_feltech(gateway, key, ORDINARY, send_at=later).json()["message_id"]
    let_pass(gateway, 60)
    assert status_of(gateway, key, message_id) == "pending"
    path = f"/api/v1/messages/{message_id}/cancel"
    assert gateway.http.post(path, headers=bearer(gateway.key)).status_code == 404
    taken = gateway.http.post(path, headers=bearer(key))
    assert taken.json()["data"]["state"] == "cancelled"
    told = ask(gateway, key, f"/api/v1/messages/{message_id}")
    assert [step["event"] for step in told["data"]["timeline"]] == ["Queued", "Cancelled"]
    assert told["data"]["ledger"] == []
    assert "nothing was charged" in told["data"]["summary"]


def test_a_key_for_tests_changes_nothing_and_reads_nothing_that_is_not_of_tests(
    gateway: Gateway, key: str
) -> None:
    http, own = gateway.http, bearer(key)
    refused = [
        http.post("/api/v1/keys", json={"name": "more"}, headers=own),
        http.post("/api/sender-ids", json={"name": "Shop", "use_case": "news"}, headers=own),
        http.post("/api/v1/topups", json={"amount_ngwee": 5_000, "msisdn": SENT}, headers=own),
        *(
            http.get(path, headers=own)
            for path in ("/api/v1/account", "/api/v1/inbound", "/api/v1/events")
        ),
        http.get("/api/v1/statement", headers=own),
    ]
    assert {one.status_code for one in refused} == {403}
    assert {one.json()["test"] for one in refused} == {True}
    assert http.get("/api/sender-ids", headers=own).status_code == 200


def test_errors_of_tests_are_those_of_real_sends_and_say_so(gateway: Gateway, key: str) -> None:
    for to, fields in ((ORDINARY, {"message": "x" * 1_601}), ("12", {}), ("", {})):
        real, test = send(gateway, gateway.key, to, **fields), send(gateway, key, to, **fields)
        assert test.status_code == real.status_code >= 400
        assert test.json() == {**real.json(), "test": True}


def test_the_feed_tells_of_tests_and_says_that_they_are(gateway: Gateway, key: str) -> None:
    message_id = send_feltech(gateway, key, DELIVERED).json()["message_id"]
    let_pass(gateway, 2)
    told = ask(gateway, gateway.key, "/api/v1/events")["data"]
    assert [one["type"] for one in told] == ["message.sent", "message.delivered"]
    assert {one["data"]["message_id"] for one in told} == {message_id}
    assert {one["test"] for one in told} == {True}
    assert [one["sequence"] for one in told] == [1, 2]


def test_no_invariant_of_the_log_sees_a_test(gateway: Gateway, key: str) -> None:
    for to in (DELIVERED, FAILED, DOUBT):
        send(gateway, key, to)
    let_pass(gateway, 2)
    let_pass(gateway, 60)
    found = read_whole(gateway.system.store, lambda position, head: None)
    assert found.violations == []


def test_what_a_test_said_is_erased_as_what_a_message_said(gateway: Gateway, key: str) -> None:
    message_id = send(gateway, key, SENT).json()["message_id"]
    waiting = erase_tests(gateway)
    let_pass(gateway, 2)
    done = erase_tests(gateway)
    assert (waiting.erased, waiting.left_open) == (0, 1), "it was still to be sent"
    assert (done.erased, done.left_open) == (1, 0)
    (row,) = ask(gateway, key, "/api/logs")["logs"]
    assert (row["message_id"], row["recipient"], row["message"]) == (message_id, None, None)
    assert erase_tests(gateway).erased == 0


def erase_tests(gateway: Gateway) -> Erased:
    """Erase what the tests of the account said."""
    system, log = gateway.system, log_of(gateway.account, Mode.TEST)
    assert system.queries.reached(system.store.head(), timeout_s=10, projection="message_log")
    numbers = [number for _, number in system.queries.messages_of(log, after=0, limit=10)]
    at = system.clock.now()
    command = EraseMessages(numbers, what=Extent.ALL, actor=RETENTION, reason=None, at=at)
    return system.committer.execute(command, timeout_s=10)


def test_staff_who_list_messages_see_no_tests(gateway: Gateway, key: str) -> None:
    real, test = send(gateway, gateway.key, ORDINARY), send(gateway, key, ORDINARY)
    system = gateway.system
    assert system.queries.reached(system.store.head(), timeout_s=10, projection="message_log")
    listed = system.queries.messages(MessageFilter(before=10**12, limit=2))
    numbers = {wilcybertek_id(row.number, row.queued_at) for row in listed}
    assert real.json()["message_id"] in numbers
    assert test.json()["message_id"] not in numbers


def test_tests_are_limited_apart_from_sends_and_in_both_dialects(
    start_gateway: StartGateway,
) -> None:
    gateway = start_gateway(limits=limited(single=2))
    body = {"name": "try out", "mode": "test"}
    made = gateway.http.post("/api/v1/keys", json=body, headers=bearer(gateway.key))
    key = made.json()["api_key"]
    answers = [send_feltech(gateway, key, ORDINARY) for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert answers[-1].json()["test"] is True
    assert send(gateway, gateway.key, ORDINARY).status_code == 200


def test_a_replaced_key_for_tests_is_one_for_tests(gateway: Gateway, key: str) -> None:
    path = f"/api/v1/keys/{key[:8]}/regenerate"
    made = gateway.http.post(path, headers=bearer(gateway.key)).json()
    assert made["key"]["mode"] == "test"
    assert send(gateway, made["api_key"], ORDINARY).json()["test"] is True
    listed = ask(gateway, gateway.key, "/api/v1/keys")["data"]
    assert [one["mode"] for one in listed] == ["live", "test"]
    bad = gateway.http.post(
        "/api/v1/keys", json={"name": "x", "mode": "both"}, headers=bearer(gateway.key)
    )
    assert (bad.status_code, list(bad.json()["errors"])) == (422, ["mode"])

"""Which of several faults is answered: contract decision 14, each check beaten by the one before.

Every request carries one more fault than the next; the answer must be that of the first.
"""

import json
from typing import Any

import httpx
import pytest

from application.accounts import SetSuspension
from application.books.actors import Actor
from domain.rate_limits import Limits
from domain.values import Network
from tests.api.conftest import Gateway, StartGateway, limited, told

WRONG = "A1B2C3D4E5F6G7H8I9J0K1L2M3N4O5P6"
TO, OTHER = "260977000000", "260966000000"
LONG = "a" * 1_601


def outcome(answer: httpx.Response) -> tuple[int, Any]:
    body = answer.json()
    return answer.status_code, body.get("code") or sorted(body.get("errors", {})) or None


def suspend(gateway: Gateway, *, suspended: bool = True) -> None:
    at = gateway.system.clock.now()
    gateway.system.committer.execute(
        SetSuspension(gateway.account, suspended=suspended, actor=Actor("t"), reason="r", at=at)
    )


def test_wilcybertek_from_the_body_to_the_length(start_gateway: StartGateway) -> None:
    gateway = start_gateway(limits=limited(single=1))
    key = gateway.key
    gateway.send()  # uses up the limit
    ladder: list[tuple[Any, tuple[int, str]]] = [
        ("{" + " " * 1024 * 1024, (413, "PAYLOAD_TOO_LARGE")),
        ("{broken", (400, "INVALID_PARAMS")),
        ({"message": "\0"}, (400, "MISSING_PARAMS")),
        ({"api_key": WRONG, "message": "\0"}, (401, "INVALID_KEY")),
        ({"api_key": key, "message": "\0"}, (429, "RATE_LIMITED")),
    ]
    for body, expected in ladder:
        content = body if isinstance(body, str) else json.dumps(body)
        assert outcome(gateway.http.post("/api", content=content)) == expected


@pytest.mark.parametrize("bulk", [False, True])
def test_wilcybertek_from_the_fields_to_the_credits(
    start_gateway: StartGateway, bulk: bool
) -> None:
    gateway = start_gateway(credits=1)
    kept = {"Idempotency-Key": "kept"}

    def send(to: Any, message: Any, headers: dict[str, str] | None = None, **fields: Any) -> Any:
        if bulk:
            to = to if to is None else [to]
            return outcome(gateway.bulk(to, message=message, headers=headers or {}, **fields))
        return outcome(gateway.send(to=to, message=message, headers=headers or {}, **fields))

    assert send(TO, "first", kept)[0] == 200
    suspend(gateway)
    bad_key = {"Idempotency-Key": "a b"}
    assert send(None, "\0", bad_key, sender_id="@") == (400, "MISSING_PARAMS")
    assert send("x", "\0", sender_id="@") == (400, "INVALID_PARAMS")
    assert send("x", LONG, sender_id="@") == (400, "INVALID_PARAMS")
    assert send("x", LONG, bad_key) == (400, "INVALID_PARAMS")
    assert send("x", LONG, kept) == (400, "INVALID_RECIPIENT")
    assert send(TO, LONG, kept) == (422, "MESSAGE_TOO_LONG")
    assert send(TO, "first", kept)[0] == 200
    assert send(TO, "other", kept) == (422, "IDEMPOTENCY_CONFLICT")
    assert send(TO, "other") == (403, "ACCOUNT_SUSPENDED")
    suspend(gateway, suspended=False)
    assert send(TO, "other") == (402, "INSUFFICIENT_CREDITS")


def test_the_repeat_of_decision_8_comes_before_the_credits(start_gateway: StartGateway) -> None:
    gateway = start_gateway(credits=1, online=False)
    first = gateway.send()
    assert told(gateway.send()) == told(first)
    assert outcome(gateway.send(message="other")) == (402, "INSUFFICIENT_CREDITS")
    suspend(gateway)
    assert outcome(gateway.send()) == (403, "ACCOUNT_SUSPENDED")


def test_feltech_from_the_size_to_the_length(start_gateway: StartGateway) -> None:
    gateway = start_gateway(limits=limited(ip=8), online=False)
    gateway.bring_online(Network.MTN)

    def send(body: Any, key: str | None = gateway.key) -> Any:
        content = body if isinstance(body, str) else json.dumps(body)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return outcome(gateway.http.post("/api/v1/sms/send", content=content, headers=headers))

    everything = {"to": "x", "message": LONG, "sender_id": "@"}
    assert send("{" + " " * 1024 * 1024, None) == (413, None)
    assert send("{broken", None) == (422, ["body"])
    assert send(everything, None) == (401, None)
    assert send(everything, WRONG) == (401, None)
    assert send({**everything, "to": ""}) == (422, ["to"])
    assert send(everything) == (422, ["sender_id"])
    assert send({"to": "x", "message": LONG, "sender_id": "NotMine"}) == (422, ["to"])
    assert send({"to": TO, "message": LONG, "sender_id": "NotMine"}) == (422, ["message"])
    assert send({"to": TO, "message": "x", "sender_id": "NotMine"}) == (422, ["sender_id"])
    assert send("{broken", None) == (429, None)
    assert send("{" + " " * 1024 * 1024, None) == (413, None)


def test_feltech_from_the_replay_to_the_credits(start_gateway: StartGateway) -> None:
    gateway = start_gateway(credits=1)

    def send(message: str, key: str | None = None, **fields: Any) -> Any:
        headers = {"Idempotency_Key": key} if key else {}
        body = {"to": TO, "message": message, **fields}
        return outcome(gateway.post("/api/v1/sms/send", body, **headers))

    assert send("first", "kept") == (200, None)
    suspend(gateway)
    assert send("first", "kept") == (200, None)
    assert send("other", "kept", sender_id="NotMine") == (422, ["Idempotency-Key"])
    assert send("other", sender_id="NotMine") == (403, None)
    suspend(gateway, suspended=False)
    assert send("other", sender_id="NotMine") == (422, ["sender_id"])
    assert send("other") == (402, None)


def test_an_account_limit_comes_after_the_key_and_before_the_fields(
    start_gateway: StartGateway,
) -> None:
    gateway = start_gateway(limits=Limits(bulk=1, failed_key=0, failed_ip=0))
    assert gateway.bulk([TO]).status_code == 200
    assert outcome(gateway.bulk([], api_key=WRONG)) == (401, "INVALID_KEY")
    assert outcome(gateway.bulk([])) == (429, "RATE_LIMITED")

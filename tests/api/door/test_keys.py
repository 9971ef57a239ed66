"""Keys at the door: where they are found, how fast they end, and what failures cost."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, cast

import httpx
import pytest

from api.door.caller import Caller
from api.door.door import Door
from application.accounts import IssueKey, RevokeKey, SetSuspension
from application.accounts.keyring import KeyRing
from application.books.actors import Actor
from application.system import System
from domain.errors import Overloaded
from tests.api.conftest import NO_LIMITS, Client, Gateway, StartGateway, limited, metrics_of
from tests.support.logged import logged
from tests.support.system import create_account

TO = "260977000000"
WRONG = "A1B2C3D4E5F6G7H8I9J0K1L2M3N4O5P6"


def revoke(gateway: Gateway, key: str) -> None:
    system = gateway.system
    system.committer.execute(
        RevokeKey(gateway.account, key[:8], actor=Actor("test"), at=system.clock.now())
    )


def second_key(gateway: Gateway) -> str:
    key, new_key = gateway.system.keyring.make("second")
    at = gateway.system.clock.now()
    gateway.system.committer.execute(
        IssueKey(gateway.account, new_key, revoke=None, actor=Actor("test"), at=at)
    )
    return key


# -- places -----------------------------------------------------------------------------------


def test_every_place_of_a_key_works_in_both_dialects(gateway: Gateway) -> None:
    key = gateway.key
    places: list[dict[str, Any]] = [
        {"headers": {"Authorization": f"Bearer {key}"}},
        {"headers": {"Authorization": f"bearer   {key}"}},
        {"headers": {"X-API-Key": key}},
        {"params": {"api_key": key}},
    ]
    for place in places:
        for path in ("/api/balance", "/api/logs", "/api/sms/logs", "/api/v1/balance"):
            assert gateway.http.get(path, **place).status_code == 200, (path, place)
    body = {"to": TO, "message": "Hello"}
    for place in [*places, {}]:
        sent = {**body, "api_key": key} if place == {} else body
        for path in ("/api", "/api/v1/sms/send"):
            assert gateway.http.post(path, json=sent, **place).status_code == 200, (path, place)


@pytest.mark.parametrize("around", ["{}\n", "\r\n{}\t", " {} ", "\u00a0{}"])
def test_white_space_around_a_key_does_not_count(gateway: Gateway, around: str) -> None:
    key = around.format(gateway.key)
    for path in ("/api/balance", "/api/v1/balance"):
        assert gateway.http.get(path, params={"api_key": key}).status_code == 200
    for path in ("/api", "/api/v1/sms/send"):
        sent = {"api_key": key, "to": TO, "message": "Hello"}
        assert gateway.http.post(path, json=sent).status_code == 200
        assert gateway.http.post(path, data=sent).status_code == 200


def test_the_dialects_own_place_counts(gateway: Gateway, other_key: str) -> None:
    both = {"to": TO, "message": "Hello", "api_key": gateway.key}
    headers = {"Authorization": f"Bearer {other_key}"}
    wilcybertek = gateway.http.post("/api", json=both, headers=headers)
    assert wilcybertek.json()["credits_remaining"] == 999
    gateway.http.post("/api/v1/sms/send", json=both, headers=headers)
    assert gateway.balance() == 999
    wrong = {"Authorization": f"Bearer {WRONG}"}
    assert gateway.http.post("/api", json=both, headers=wrong).status_code == 200
    assert gateway.http.post("/api/v1/sms/send", json=both, headers=wrong).status_code == 401
    query = {"api_key": gateway.key}
    assert gateway.http.get("/api/balance", params=query, headers=wrong).status_code == 200
    assert gateway.http.get("/api/v1/balance", params=query, headers=wrong).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer"}, {"Authorization": "Basic eDp5"}, {"X-API-Key": ""}],
)
def test_without_a_key(gateway: Gateway, headers: dict[str, str]) -> None:
    body = {"to": TO, "message": "Hello"}
    answer = gateway.http.post("/api", json=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "MISSING_PARAMS")
    answer = gateway.http.post("/api/v1/sms/send", json=body, headers=headers)
    assert answer.status_code == 401
    assert set(answer.json()) == {"status", "message"}


@pytest.mark.parametrize("key", [WRONG, "short", "x" * 5_000, 42, ["x"], "\ud83d" * 32, "é" * 32])
def test_a_wrong_key_is_401(gateway: Gateway, key: Any) -> None:
    answer = gateway.send(api_key=key)
    assert answer.status_code == 401
    assert answer.json() == {
        "status": "error",
        "code": "INVALID_KEY",
        "message": "The provided API key is invalid or inactive.",
    }
    answer = gateway.http.post_json("/api/v1/sms/send", {"api_key": key, "to": TO, "message": "x"})
    assert answer.status_code == 401


def test_one_character_off_is_401(gateway: Gateway) -> None:
    for place in (0, 7, 8, 20, 27, 28, 31):
        other = "A" if gateway.key[place] != "A" else "B"
        key = gateway.key[:place] + other + gateway.key[place + 1 :]
        assert gateway.send(api_key=key).status_code == 401
    assert gateway.send(api_key=gateway.key.lower()).status_code == 401


# -- the end of a key -------------------------------------------------------------------------


def test_nothing_is_accepted_with_a_revoked_key(gateway: Gateway) -> None:
    key = second_key(gateway)
    assert gateway.send(api_key=key).status_code == 200
    revoke(gateway, key)
    assert gateway.send(api_key=key).status_code == 401
    wanted = {"api_key": key, "name": "Late", "use_case": "x"}
    assert gateway.http.post("/api/sender-ids", json=wanted).status_code == 401
    assert gateway.send().status_code == 200
    assert gateway.balance() == 998


@pytest.mark.slow
def test_reads_stop_within_a_second(gateway: Gateway) -> None:
    key = second_key(gateway)
    read: dict[str, Any] = {"params": {"api_key": key}}
    assert gateway.http.get("/api/balance", **read).status_code == 200
    revoke(gateway, key)
    time.sleep(1.05)
    for path in ("/api/balance", "/api/logs", "/api/sms/logs", "/api/v1/balance"):
        assert gateway.http.get(path, **read).status_code == 401
    answer = gateway.http.post("/api/v1/sms/preview", json={"api_key": key, "message": "x"})
    assert answer.status_code == 401


def test_a_suspended_account_reads_but_does_not_send(gateway: Gateway) -> None:
    system = gateway.system
    gateway.send()
    system.committer.execute(
        SetSuspension(
            gateway.account, suspended=True, actor=Actor("t"), reason="r", at=system.clock.now()
        )
    )
    answer = gateway.send()
    assert (answer.status_code, answer.json()["code"]) == (403, "ACCOUNT_SUSPENDED")
    assert gateway.bulk([TO]).status_code == 403
    answer = gateway.post("/api/v1/sms/send", {"to": TO, "message": "x"})
    assert answer.status_code == 403
    assert set(answer.json()) == {"status", "message"}
    assert gateway.balance() == 999
    assert gateway.logs()["total"] == 1


# -- failures are counted -----------------------------------------------------------------------


def test_a_wrong_key_is_soon_429(start_gateway: StartGateway) -> None:
    gateway = start_gateway(limits=limited(failed_ip=100, failed_key=3))
    statuses = [gateway.send(api_key=WRONG).status_code for _ in range(5)]
    assert statuses == [401, 401, 401, 429, 429]
    answer = gateway.send(api_key=WRONG)
    assert answer.json()["code"] == "RATE_LIMITED"
    assert int(answer.headers["retry-after"]) > 0
    answer = gateway.http.get("/api/v1/balance", headers={"X-API-Key": WRONG})
    assert answer.status_code == 429
    assert gateway.send(api_key="B" + WRONG[1:]).status_code == 401


def test_an_address_that_tries_many_keys_is_soon_429(start_gateway: StartGateway) -> None:
    gateway = start_gateway(limits=limited(failed_ip=4, failed_key=100))
    keys = [f"{n:08}" + WRONG[8:] for n in range(6)]
    assert [gateway.send(api_key=key).status_code for key in keys] == [401] * 4 + [429] * 2


def test_a_good_key_is_never_slowed_by_others_failures(start_gateway: StartGateway) -> None:
    gateway = start_gateway(limits=limited(failed_ip=2, failed_key=2))
    impostor = gateway.key[:8] + WRONG[8:]
    for _ in range(6):
        gateway.send(api_key=impostor)
    assert gateway.send(api_key=impostor).status_code == 429
    assert gateway.send().status_code == 200  # not known to this process before
    assert gateway.send().status_code == 200


def test_a_revoked_key_that_is_tried_on_is_not_hashed_for_ever(
    start_gateway: StartGateway,
) -> None:
    gateway = start_gateway(limits=limited(failed_ip=100, failed_key=3))
    key = second_key(gateway)
    revoke(gateway, key)
    statuses = [gateway.send(api_key=key).status_code for _ in range(5)]
    assert statuses == [401, 401, 401, 429, 429]
    assert gateway.send().status_code == 200


def test_a_wrong_check_never_reaches_the_hash(own_gateway: Gateway) -> None:
    def fail(*_: object) -> None:
        raise AssertionError

    # The real hash would refuse it too: only that it is never asked can be shown.
    own_gateway.system.keyring.verify = fail  # type: ignore[method-assign, assignment]
    assert own_gateway.send(api_key=WRONG).status_code == 401


# -- hashing ----------------------------------------------------------------------------------


class SlowKeyRing:
    """A key ring that takes its time and counts."""

    def __init__(self, keyring: KeyRing) -> None:
        self._keyring = keyring
        self.hashed = 0
        self.may_end = threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._keyring, name)

    def verify(self, key: str) -> Any:
        self.hashed += 1
        self.may_end.wait(5)
        return self._keyring.verify(key)


def door(system: System, keyring: SlowKeyRing, **settings: Any) -> Door:
    changed = replace(system, keyring=cast("Any", keyring), **settings)
    return Door(changed)


def test_a_new_key_is_hashed_once_however_often_it_comes(gateway: Gateway) -> None:
    keyring = SlowKeyRing(gateway.system.keyring)
    keyring.may_end.set()
    door_ = door(gateway.system, keyring)

    async def come_at_once() -> set[int]:
        caller = Caller("10.0.0.1", gateway.key)
        entering = [door_.admit_writer(caller) for _ in range(200)]
        return {principal.account for principal in await asyncio.gather(*entering)}

    assert asyncio.run(come_at_once()) == {gateway.account}
    assert keyring.hashed == 1
    door_.close()


def test_too_many_new_keys_at_once_are_overload(gateway: Gateway) -> None:
    keyring = SlowKeyRing(gateway.system.keyring)
    door_ = door(gateway.system, keyring, hashing_threads=1, hashing_waiting_max=2)
    new = [second_key(gateway) for _ in range(5)]

    async def come_at_once() -> list[Any]:
        callers = [Caller("10.0.0.1", key) for key in new]
        entering = [asyncio.create_task(door_.admit_writer(caller)) for caller in callers]
        await asyncio.sleep(0.05)
        keyring.may_end.set()
        return list(await asyncio.gather(*entering, return_exceptions=True))

    results = asyncio.run(come_at_once())
    assert sum(isinstance(result, Overloaded) for result in results) == 2
    door_.close()


def test_keys_of_many_clients_at_once(gateway: Gateway) -> None:
    created = [create_account(gateway.system, name=f"A{n}", credits=1) for n in range(12)]

    def send(key: str) -> httpx.Response:
        with Client(str(gateway.http.base_url)) as client:
            return client.post("/api", json={"api_key": key, "to": TO, "message": "Hello"})

    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(send, [key for _, key in created]))
    assert [answer.status_code for answer in answers] == [200] * 12


# -- secrets ------------------------------------------------------------------------------------


def test_a_key_reaches_no_answer_log_or_metric(
    start_gateway: StartGateway,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    gateway = start_gateway(limits=NO_LIMITS)
    for logger in ("ngoma", "uvicorn", "litestar"):
        caplog.set_level("DEBUG", logger)
    key, wrong = gateway.key, gateway.key[:-1] + "?"
    texts = [
        gateway.send().text,
        gateway.send(api_key=wrong).text,
        gateway.send(message=None).text,
        gateway.http.get("/api/logs", params={"api_key": key, "status": "x"}).text,
        gateway.http.get(f"/api/{key}", params={"api_key": key}).text,
        metrics_of(gateway.system),
        caplog.text,
        logged(capfd, requests=5),
    ]
    for text in texts:
        for secret in (key, wrong, key[8:28]):
            assert secret not in text

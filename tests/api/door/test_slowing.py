"""Guessing passwords gets slow and never locks anybody out; sends go on all the while."""

import asyncio
import threading
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, as_completed, wait
from dataclasses import replace
from itertools import islice
from typing import Any, cast

import pytest

from adapters.limits import make_limiter
from api.door.slowing import REFUSED_S, WAITING_EACH_MAX, WAITING_MAX, Slowing, Subject
from application.system import System
from domain.errors import InvalidKey, Overloaded
from tests.api.conftest import Client, Gateway, StartGateway
from tests.api.people import PASSWORD, log_in, register

ACCOUNT = Subject("login", "account", 3)
OTHER = Subject("login", "another", 3)
ADDRESS = Subject("login_ip", "10.0.0.1", 10)


class Rig:
    """Slowing whose waits are written down instead of waited."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.attempts = Slowing(make_limiter(None), sleep=self._sleep)
        self.may_go: asyncio.Event | None = None

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        if self.may_go is not None and seconds != REFUSED_S:
            await self.may_go.wait()

    async def fail(self, *subjects: Subject) -> None:
        async def wrong() -> None:
            raise InvalidKey

        with pytest.raises(InvalidKey):
            await self.attempts.run(subjects or (ACCOUNT,), wrong)

    async def succeed(self, *subjects: Subject) -> str:
        async def right() -> str:
            return "in"

        return await self.attempts.run(subjects or (ACCOUNT,), right)


def test_after_three_failures_each_try_waits_twice_as_long_up_to_four_seconds() -> None:
    rig = Rig()

    async def guess() -> None:
        for _ in range(9):
            await rig.fail()

    asyncio.run(guess())
    assert rig.waits == [0.25, 0.5, 1.0, 2.0, 4.0, 4.0]


def test_the_right_password_works_after_any_number_of_failures() -> None:
    rig = Rig()

    async def guess() -> str:
        for _ in range(150):
            await rig.fail()
        return await rig.succeed()

    assert asyncio.run(guess()) == "in"
    assert max(rig.waits) == 4.0


def test_successes_slow_nobody() -> None:
    rig = Rig()

    async def come_often() -> None:
        for _ in range(20):
            await rig.succeed()

    asyncio.run(come_often())
    assert rig.waits == []


def test_another_account_is_not_slowed_but_the_address_is_after_ten() -> None:
    rig = Rig()

    async def guess() -> list[int]:
        counts = []
        for _ in range(10):
            await rig.fail(ACCOUNT, ADDRESS)
        counts.append(len(rig.waits))
        await rig.succeed(OTHER)
        counts.append(len(rig.waits))
        await rig.succeed(OTHER, ADDRESS)
        return [*counts, len(rig.waits)]

    assert asyncio.run(guess()) == [7, 7, 8]


def test_tries_at_once_wait_as_those_one_by_one() -> None:
    rig = Rig()

    async def guess_at_once() -> None:
        await asyncio.gather(*(rig.fail() for _ in range(20)))

    asyncio.run(guess_at_once())
    assert len(rig.waits) == 17
    assert rig.attempts._under_way == {}


@pytest.mark.parametrize(
    ("subjects", "waiting"),
    [
        ([Subject("login", f"{n}", 0) for n in range(WAITING_MAX + 5)], WAITING_MAX),
        ([Subject("login_ip", "one", 0)] * (WAITING_EACH_MAX + 5), WAITING_EACH_MAX),
    ],
    ids=["of many", "of one"],
)
def test_too_many_that_wait_are_overload(subjects: list[Subject], waiting: int) -> None:
    rig = Rig()

    async def flood() -> list[Any]:
        rig.may_go = asyncio.Event()
        tries = [asyncio.create_task(rig.succeed(subject)) for subject in subjects]
        while sum(task.done() for task in tries) < 5:
            await asyncio.sleep(0)
        rig.may_go.set()
        return list(await asyncio.gather(*tries, return_exceptions=True))

    results = asyncio.run(asyncio.wait_for(flood(), 20))
    assert sum(isinstance(result, Overloaded) for result in results) == 5
    assert rig.waits.count(REFUSED_S) == 5  # not at once, or a flood would be back at once
    assert results.count("in") == waiting


def test_known_and_unknown_addresses_are_counted_alike(own_gateway: Gateway) -> None:
    person = register(own_gateway)
    names = (person.email, "nobody@example.test")
    for name in names:
        for spelling in (name, name.upper(), f" {name} "):
            assert log_in(own_gateway, spelling, "wrong").status_code == 401
    limiter = own_gateway.system.limiter
    logins = own_gateway.system.logins

    async def failures(name: str) -> int:
        quota = await limiter.look("login", logins.digests.email(name), 100)
        return quota.limit - quota.remaining

    assert [asyncio.run(failures(name)) for name in names] == [3, 3]
    assert log_in(own_gateway, person.email).status_code == 200


class SlowHasher:
    """Hashes passwords only when the test lets it."""

    def __init__(self, hasher: Any) -> None:
        self._hasher = hasher
        self.may_end = threading.Event()

    def hash(self, secret: str) -> str:
        return str(self._hasher.hash(secret))

    def verify(self, stored: str, secret: str) -> bool:
        self.may_end.wait(30)
        return bool(self._hasher.verify(stored, secret))


def test_sends_go_on_while_logins_are_flooded(start_gateway: StartGateway) -> None:
    hashers: list[SlowHasher] = []

    def slowed(system: System) -> System:
        hashers.append(SlowHasher(system.logins.hasher))
        logins = replace(system.logins, hasher=cast("Any", hashers[0]))
        return replace(system, logins=logins, password_threads=2, password_waiting_max=3)

    gateway = start_gateway(change=slowed)
    person = register(gateway)

    def try_login(number: int) -> int:
        with Client(str(gateway.http.base_url)) as client:
            body = {"email": f"{number}@example.test", "password": "wrong"}
            answer = client.post("/api/v1/auth/login", json=body)
            if answer.status_code == 503:
                assert answer.headers["retry-after"]
            return answer.status_code

    with ThreadPoolExecutor(6) as threads:
        flood = [threads.submit(try_login, number) for number in range(6)]
        refused, waiting = wait(flood, timeout=20, return_when=FIRST_COMPLETED)
        assert [future.result() for future in refused] == [503]
        assert gateway.send().status_code == 200  # with a key that this process hashes first
        assert person.ask_by_key("GET", "/api/v1/balance").status_code == 200
        assert person.ask("GET", "/api/v1/account").status_code == 200
        hashers[0].may_end.set()
        assert [future.result() for future in waiting] == [401] * 5
    assert log_in(gateway, person.email).status_code == 200


@pytest.mark.parametrize("attacked", ["x{}@example.test", "0@example.test"])
@pytest.mark.slow
def test_a_flood_of_wrong_logins_from_one_line_keeps_no_right_login_out(
    start_gateway: StartGateway, attacked: str
) -> None:
    hashers: list[SlowHasher] = []

    def slowed(system: System) -> System:
        hashers.append(SlowHasher(system.logins.hasher))
        logins = replace(system.logins, hasher=cast("Any", hashers[0]))
        return replace(system, logins=logins, password_threads=1, password_waiting_max=4)

    gateway = start_gateway(change=slowed, trusted_proxies=("127.0.0.1",))
    people = [register(gateway, f"{n}@example.test") for n in range(3)]

    def try_login(email: str, password: str, address: str) -> int:
        with Client(str(gateway.http.base_url)) as client:
            return client.post(
                "/api/v1/auth/login",
                json={"email": email, "password": password},
                headers={"X-Forwarded-For": address},
            ).status_code

    with ThreadPoolExecutor(12) as threads:
        flood = [
            threads.submit(try_login, attacked.format(n), "wrong", f"2001:db8:0:1::{n:x}")
            for n in range(1, 9)
        ]
        assert [one.result() for one in islice(as_completed(flood, 20), 3)] == [503] * 3
        right = [
            threads.submit(try_login, person.email, PASSWORD, f"2001:db8:{n + 1}::1")
            for n, person in enumerate(people)
        ]
        while sum(one.done() for one in flood) < 6:
            time.sleep(0.01)  # between two looks
        hashers[0].may_end.set()
        assert [one.result() for one in right] == [200] * 3
        assert sorted(one.result() for one in flood) == [401] * 2 + [503] * 6


def test_guesses_elsewhere_do_not_slow_who_was_right_here_before(
    start_gateway: StartGateway,
) -> None:
    gateway = start_gateway(trusted_proxies=("127.0.0.1",))
    person = register(gateway)

    def log_in_from(address: str, password: str) -> None:
        gateway.http.post(
            "/api/v1/auth/login",
            json={"email": person.email, "password": password},
            headers={"X-Forwarded-For": address},
        )

    log_in_from("198.51.100.7", PASSWORD)
    for n in range(5):
        log_in_from(f"203.0.113.{n}", "wrong")

    async def failures(policy: str, name: str) -> int:
        return (await gateway.system.limiter.look(policy, name, 100)).remaining

    account = gateway.system.digests.email(person.email)
    assert asyncio.run(failures("login", account)) == 95
    assert asyncio.run(failures("login_here", f"{account} from 198.51.100.7")) == 100
    log_in_from("198.51.100.7", "wrong")
    assert asyncio.run(failures("login", account)) == 95
    assert asyncio.run(failures("login_here", f"{account} from 198.51.100.7")) == 99

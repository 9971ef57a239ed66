"""Answers that cost nothing go out at a pace; whoever asks for something is not held up by it."""

import asyncio
import time

import pytest

from api.http.pacing import CLIENTS_MAX, EACH_S, FREE, LONGEST_S, Pacing
from api.http.proxies import Addresses
from api.http.wire import Scope
from application.ports import Asker
from tests.api.conftest import Gateway

ATTACKER, OTHER, PROXY = "203.0.113.9", "203.0.113.10", "10.0.0.1"


class Answers:
    """Answers that wait by a clock that stands still."""

    def __init__(self) -> None:
        self.waited_s: list[float] = []
        self.pacing = Pacing(Addresses((PROXY,)), sleep=self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self.waited_s.append(seconds)

    async def give(self, peer: str, path: str, status: int, *, count: int = 1) -> float:
        """Give so many answers; say how long the last one waited."""
        scope: Scope = {
            "path": path,
            "client": (peer, 1),
            "query_string": b"",
            "ngoma.headers": {},
            "ngoma.asker": Asker(),
            "ngoma.is_head": False,
            "ngoma.request_id": b"1",
            "ngoma.noted_id": b"1",
        }
        self.waited_s = []
        for _ in range(count):
            if (pause := self.pacing.pause(scope, status)) is not None:
                await pause
        return self.waited_s[-1] if self.waited_s else 0.0


def test_a_client_has_so_many_at_once_and_after_that_one_at_a_time() -> None:
    async def ask() -> None:
        answers = Answers()
        assert await answers.give(ATTACKER, "/readyz", 200, count=FREE) == 0
        waited_s = await answers.give(ATTACKER, "/nowhere", 404, count=10)
        assert 5 * EACH_S < waited_s <= 10 * EACH_S
        assert await answers.give(ATTACKER, "/api", 429, count=1_000) <= LONGEST_S
        assert await answers.give(OTHER, "/readyz", 200) == 0

    asyncio.run(ask())


def test_what_was_done_and_what_a_proxy_checks_itself_is_answered_at_once() -> None:
    async def ask() -> None:
        answers = Answers()
        await answers.give(ATTACKER, "/readyz", 200, count=2 * FREE)
        for status in (200, 201, 402, 422, 503):
            assert await answers.give(ATTACKER, "/api", status) == 0
        assert await answers.give(PROXY, "/readyz", 200, count=2 * FREE) == 0

    asyncio.run(ask())


def test_no_more_than_so_many_clients_are_remembered() -> None:
    async def ask() -> None:
        answers = Answers()
        await answers.give(ATTACKER, "/readyz", 200, count=2 * FREE)
        for number in range(CLIENTS_MAX):
            await answers.give(f"10.1.{number // 256}.{number % 256}", "/readyz", 200)
        assert await answers.give(ATTACKER, "/readyz", 200) == 0

    asyncio.run(ask())


@pytest.mark.slow
def test_the_gateway_paces_its_answers(gateway: Gateway) -> None:
    begun_s = time.monotonic()
    for _ in range(FREE + 50):
        assert gateway.http.get("/nowhere").status_code == 404
    assert time.monotonic() - begun_s >= 49 * EACH_S

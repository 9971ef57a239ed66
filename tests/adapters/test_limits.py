"""Request limits by the library: alone, shared through Redis, and while Redis is away."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.limits import make_limiter
from adapters.limits.library import ASK_AGAIN_S
from adapters.limits.windows import COUNTERS_MAX, LocalWindows, Window
from application.ports import Quota, RateLimiter
from tests.support.proxy import TcpProxy
from tests.support.servers import ThrowawayRedis

REDIS_GONE = "redis://127.0.0.1:1/0"


async def hits(
    limiter: RateLimiter, count: int, *, subject: str = "1", limit: int = 3
) -> list[Quota]:
    return [await limiter.hit("single", subject, limit) for _ in range(count)]


def allowed(quotas: list[Quota]) -> list[bool]:
    return [quota.is_allowed for quota in quotas]


def test_the_libraries_are_of_the_versions_this_was_written_for() -> None:
    assert version("limits").split(".")[0] == "5"
    assert version("redis").split(".")[0] == "8"


# -- counting -----------------------------------------------------------------------------------


async def counts_up_to_the_limit(limiter: RateLimiter) -> None:
    quotas = await hits(limiter, 5)
    assert allowed(quotas) == [True, True, True, False, False]
    assert [quota.remaining for quota in quotas] == [2, 1, 0, 0, 0]
    assert all(quota.limit == 3 and 1 <= quota.reset_s <= 61 for quota in quotas)


async def counts_subjects_and_policies_apart(limiter: RateLimiter) -> None:
    await hits(limiter, 3)
    assert allowed(await hits(limiter, 1, subject="2")) == [True]
    assert (await limiter.hit("bulk", "1", 3)).is_allowed


async def looks_without_counting(limiter: RateLimiter) -> None:
    for _ in range(10):
        assert (await limiter.look("single", "1", 1)).is_allowed
    assert allowed(await hits(limiter, 2, limit=1)) == [True, False]
    assert not (await limiter.look("single", "1", 1)).is_allowed


async def keeps_the_count_when_the_limit_changes(limiter: RateLimiter) -> None:
    await hits(limiter, 3)
    assert allowed(await hits(limiter, 3, limit=5)) == [True, True, False]


BEHAVIOURS: list[Callable[[RateLimiter], Awaitable[None]]] = [
    counts_up_to_the_limit,
    counts_subjects_and_policies_apart,
    looks_without_counting,
    keeps_the_count_when_the_limit_changes,
]


def run_with(limiter: RateLimiter, behaves: Callable[[RateLimiter], Awaitable[Any]]) -> Any:
    async def scenario() -> Any:
        try:
            return await behaves(limiter)
        finally:
            await limiter.close()

    return asyncio.run(scenario())


@pytest.mark.parametrize("behaves", BEHAVIOURS, ids=lambda behaves: behaves.__name__)
def test_alone(behaves: Callable[[RateLimiter], Any]) -> None:
    run_with(make_limiter(None), behaves)


@pytest.mark.parametrize("behaves", BEHAVIOURS, ids=lambda behaves: behaves.__name__)
def test_in_redis(behaves: Callable[[RateLimiter], Any], fresh_redis_url: str) -> None:
    run_with(make_limiter(fresh_redis_url), behaves)


@pytest.mark.parametrize("behaves", BEHAVIOURS, ids=lambda behaves: behaves.__name__)
def test_without_redis(behaves: Callable[[RateLimiter], Any]) -> None:
    run_with(make_limiter(REDIS_GONE), behaves)


def test_many_at_once_in_many_processes_share_one_limit(fresh_redis_url: str) -> None:
    async def scenario() -> int:
        limiters = [make_limiter(fresh_redis_url) for _ in range(4)]
        counted = await asyncio.gather(*(hits(limiter, 25, limit=40) for limiter in limiters))
        await asyncio.gather(*(limiter.close() for limiter in limiters))
        return sum(sum(allowed(quotas)) for quotas in counted)

    assert asyncio.run(scenario()) == 40


# -- the window ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("window", "remaining", "reset_s"),
    [
        (Window(0, 0.0, 0, 120.0), 10, 61),
        (Window(0, 0.0, 10, 90.0), 0, 31),
        (Window(10, 60.0, 0, 120.0), 0, 1),
        (Window(10, 30.0, 0, 90.0), 5, 1),
        (Window(10, 33.0, 5, 93.0), 0, 4),
        (Window(1, 40.0, 10, 100.0), 0, 41),
    ],
)
def test_what_is_left_and_when_more_is(window: Window, remaining: int, reset_s: int) -> None:
    quota = window.quota(10, is_allowed=None)
    assert (quota.remaining, quota.reset_s) == (remaining, reset_s)


@given(
    previous=st.integers(0, 300),
    current=st.integers(0, 300),
    left_s=st.floats(0.01, 60.0),
)
def test_who_waits_as_told_is_let_through(previous: int, current: int, left_s: float) -> None:
    limit = 120
    window = Window(previous, left_s if previous else 0.0, current, left_s + 60)
    quota = window.quota(limit, is_allowed=None)
    if quota.remaining:
        return
    waited = float(quota.reset_s)
    if waited <= left_s:
        later = Window(previous, left_s - waited, current, left_s + 60 - waited)
    else:
        later = Window(current, max(60 - (waited - left_s), 0), 0, 120)
    assert later.quota(limit, is_allowed=None).remaining > 0


def test_memory_is_bounded() -> None:
    async def scenario() -> LocalWindows:
        windows = LocalWindows()
        for number in range(COUNTERS_MAX + 10):
            await windows.incr(f"{number}", 120)
        return windows

    windows = asyncio.run(scenario())
    assert len(windows.storage) <= COUNTERS_MAX
    assert len(windows.expirations) == len(windows.storage)
    assert f"{COUNTERS_MAX + 9}" in windows.storage


def test_what_has_expired_is_swept() -> None:
    async def scenario() -> LocalWindows:
        windows = LocalWindows()
        await windows.incr("old", -1)
        windows._sweep_at = 0
        await windows.incr("new", 120)
        return windows

    assert list(asyncio.run(scenario()).storage) == ["new"]


# -- Redis goes away ----------------------------------------------------------------------------


def test_a_redis_that_refuses_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    asyncio.run(hits(make_limiter(REDIS_GONE), 50, limit=100))
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "counts requests alone" in caplog.text


def test_a_redis_that_hangs_costs_a_tenth_of_a_second_once(
    fresh_redis_url: str, tcp_proxy: Callable[[str], TcpProxy]
) -> None:
    proxy = tcp_proxy(fresh_redis_url)

    async def scenario() -> tuple[list[bool], float]:
        limiter = make_limiter(proxy.url_for(fresh_redis_url))
        assert allowed(await hits(limiter, 1, subject="warm")) == [True]
        proxy.blackhole()
        started = time.monotonic()
        quotas = await hits(limiter, 10)
        took_s = time.monotonic() - started
        await limiter.close()
        return allowed(quotas), took_s

    let_through, took_s = asyncio.run(scenario())
    assert let_through == [True] * 3 + [False] * 7
    assert took_s < 0.5


def test_redis_is_asked_again_after_five_seconds(own_redis: ThrowawayRedis) -> None:
    async def scenario() -> None:
        now_s = 100.0
        limiter = make_limiter(own_redis.url, monotonic_s=lambda: now_s)
        assert allowed(await hits(limiter, 3, limit=4)) == [True] * 3
        own_redis.kill9()
        assert allowed(await hits(limiter, 6, limit=4)) == [True] * 4 + [False] * 2
        own_redis.start()
        assert allowed(await hits(limiter, 1, limit=4)) == [False]
        now_s += ASK_AGAIN_S
        assert allowed(await hits(limiter, 2, limit=4))[0] is True
        await limiter.close()

    asyncio.run(scenario())

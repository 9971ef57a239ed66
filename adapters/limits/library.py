"""Request limits by the ``limits`` library: in Redis where there is one, else in this process."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

from adapters.limits.counters import ANSWER_S, Counters, Shared
from adapters.limits.windows import WINDOW_S, LocalWindows, Window
from adapters.outage import Outage
from application.ports import Quota

ASK_AGAIN_S: Final = 5.0
"""How long Redis is left alone after it did not answer."""


class LibraryRateLimiter:
    """Counts in Redis; while Redis is away, in this process: never an error, never unlimited."""

    def __init__(
        self,
        shared: Shared | None,
        *,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._shared = shared
        self._local = LocalWindows()
        self.outage = Outage(
            "Redis",
            pause_s=ASK_AGAIN_S,
            meanwhile="each process counts requests alone",
            monotonic_s=monotonic_s,
        )

    async def hit(self, policy: str, subject: str, per_minute: int) -> Quota:
        """Count a request of ``subject`` under ``policy`` and say whether it may pass."""
        return await self._ask(policy, subject, per_minute, counts=True)

    async def look(self, policy: str, subject: str, per_minute: int) -> Quota:
        """Say whether a request would pass, without counting it."""
        return await self._ask(policy, subject, per_minute, counts=False)

    async def close(self) -> None:
        """Let go of the connections to Redis, on the event loop that used them."""
        if self._shared is not None:
            await self._shared.close()

    async def _ask(self, policy: str, subject: str, per_minute: int, *, counts: bool) -> Quota:
        key = f"{policy}/{subject}"  # without the limit, so that a new limit keeps the count
        if self._shared is not None and self.outage.may_try():
            try:
                async with asyncio.timeout(ANSWER_S):
                    quota = await _quota(self._shared.counters, key, per_minute, counts=counts)
            except (self._shared.away, OSError) as error:  # TimeoutError is an OSError
                self.outage.failed(error)
            else:
                self.outage.answered()
                return quota
        return await _quota(self._local, key, per_minute, counts=counts)


def make_limiter(
    redis_url: str | None, *, monotonic_s: Callable[[], float] = time.monotonic
) -> LibraryRateLimiter:
    """Make the limiter of this process; without a URL nothing is shared. Nothing is opened yet."""
    if redis_url is None:
        return LibraryRateLimiter(None, monotonic_s=monotonic_s)
    from adapters.limits.shared import shared_counters  # noqa: PLC0415 - lazy

    return LibraryRateLimiter(shared_counters(redis_url), monotonic_s=monotonic_s)


async def _quota(counters: Counters, key: str, per_minute: int, *, counts: bool) -> Quota:
    is_counted = counts and await counters.acquire_sliding_window_entry(key, per_minute, WINDOW_S)
    window = Window(*await counters.get_sliding_window(key, WINDOW_S))
    return window.quota(per_minute, is_allowed=is_counted if counts else None)

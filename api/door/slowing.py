"""Slows logins down after failures, for each account and each address; it never locks anybody."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from application.ports import RateLimiter
from domain.errors import InvalidKey, Overloaded

FREE_FAILURES: Final = 3
"""Failures of an account in a minute after which its logins wait."""
FREE_ADDRESS_FAILURES: Final = 10
"""The same of an address, which may be many people's."""
FREE_SITE_FAILURES: Final = 50
"""The same of an IPv6 /48."""
FIRST_WAIT_S: Final = 0.25
LONGEST_WAIT_S: Final = 4.0
REFUSED_S: Final = 1.5
"""After which a login is refused that may not even wait: who tries in a circle makes no work."""
COUNTED_MAX: Final = 100
"""Failures in a minute after which more are not counted: the wait is at its longest long before."""
WAITING_MAX: Final = 256
"""Logins of this process that may wait at the same time."""
WAITING_EACH_MAX: Final = WAITING_MAX // 4
"""The same of one address: nobody's guesses take the places of all others."""
WAITING_ACCOUNT_MAX: Final = WAITING_MAX // 2
"""The same of one account, more than one address can take."""

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose failures count together: an account's or an address's, after so many free ones."""

    policy: str
    name: str
    free: int
    waiting_max: int = WAITING_EACH_MAX


class Slowing:
    """Counts failures in the shared windows, and those under way in this process."""

    def __init__(
        self, limiter: RateLimiter, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._limiter = limiter
        self._sleep = sleep
        self._waiting = 0
        self._under_way: Counter[Subject] = Counter()

    async def run(self, subjects: Sequence[Subject], attempt: Callable[[], Awaitable[R]]) -> R:
        """Look at an attempt once its subjects' failures let it.

        An attempt that is still under way counts as one that failed: who tries many passwords
        at once waits as long as who tries them one by one.

        Raises:
            InvalidKey: it failed.
            Overloaded: too many wait already, or too many of one subject.
        """
        if any(self._under_way[subject] >= subject.waiting_max for subject in subjects):
            await self._sleep(REFUSED_S)
            raise Overloaded
        self._under_way.update(subjects)
        try:
            await self._wait(max([await self._wait_s(subject) for subject in subjects]))
            return await attempt()
        except InvalidKey:
            for subject in subjects:
                await self._limiter.hit(subject.policy, subject.name, COUNTED_MAX)
            raise
        finally:
            self._under_way.subtract(subjects)
            for subject in subjects:
                if not self._under_way[subject]:
                    del self._under_way[subject]

    async def _wait_s(self, subject: Subject) -> float:
        others = self._under_way[subject] - 1
        quota = await self._limiter.look(subject.policy, subject.name, COUNTED_MAX)
        over = quota.limit - quota.remaining + others - subject.free
        return min(FIRST_WAIT_S * 2 ** min(over, 10), LONGEST_WAIT_S) if over >= 0 else 0.0

    async def _wait(self, wait_s: float) -> None:
        if not wait_s:
            return
        if self._waiting >= WAITING_MAX:
            await self._sleep(REFUSED_S)
            raise Overloaded
        self._waiting += 1
        try:
            await self._sleep(wait_s)
        finally:
            self._waiting -= 1

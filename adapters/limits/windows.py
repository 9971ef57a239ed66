"""The arithmetic of a sliding window of one minute, and its counters in this process's memory."""

import time
from dataclasses import dataclass
from math import floor
from typing import Final

from limits.aio.storage import MemoryStorage

from application.ports import Quota

WINDOW_S: Final = 60
COUNTERS_MAX: Final = 100_000
"""Counters kept in memory; beyond it the oldest go."""
SWEEP_EVERY_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Window:
    """What was counted in the minute before this one and in this one; lifetimes in seconds.

    A counter lives for two minutes: one as the current, one as the previous, whose count
    weighs less and less.
    """

    previous: int
    previous_ttl_s: float
    current: int
    current_ttl_s: float

    def quota(self, per_minute: int, *, is_allowed: bool | None) -> Quota:
        """Give where the caller stands; ``is_allowed`` None asks whether one more would be.

        ``reset_s`` is when one more request becomes free, so who waits that long may pass.
        """
        used = self._carried + self.current
        remaining = max(per_minute - used, 0)
        return Quota(
            limit=per_minute,
            remaining=remaining,
            reset_s=floor(self._wait_s(min(used, per_minute) - 1)) + 1,
            is_allowed=remaining > 0 if is_allowed is None else is_allowed,
        )

    @property
    def _carried(self) -> int:
        return floor(self.previous * self.previous_ttl_s / WINDOW_S)

    def _wait_s(self, wanted: int) -> float:
        """Give how long it takes, without more requests, until at most ``wanted`` count."""
        turn_s = max(self.current_ttl_s - WINDOW_S, 0.0)
        carried = wanted - self.current
        if self.previous and carried >= 0:
            drop_s = self.previous_ttl_s - WINDOW_S * (carried + 1) / self.previous
            return min(max(drop_s, 0.0), turn_s)
        if self.current <= max(wanted, 0):
            return turn_s
        return turn_s + WINDOW_S - WINDOW_S * (wanted + 1) / self.current


class LocalWindows(MemoryStorage):
    """The library's counters in memory, bounded, and swept seldom.

    The library starts a task that looks at every counter, for each request that it counts.
    """

    def __init__(self) -> None:
        super().__init__()
        self._sweep_at = 0.0

    async def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count; nothing in here waits, so no lock is needed on the one event loop."""
        now = time.time()
        if now >= self._sweep_at or len(self.storage) >= COUNTERS_MAX:
            self._sweep(now)
        count = self.storage[key] + amount
        self.storage[key] = count
        if count == amount:
            self.expirations[key] = now + expiry
        return count

    def _sweep(self, now: float) -> None:
        self._sweep_at = now + SWEEP_EVERY_S
        for key in [key for key, end in self.expirations.items() if end <= now]:
            self._forget(key)
        excess = len(self.storage) - COUNTERS_MAX // 2
        if len(self.storage) >= COUNTERS_MAX:
            for key in list(self.storage)[:excess]:
                self._forget(key)

    def _forget(self, key: str) -> None:
        self.storage.pop(key, None)
        self.expirations.pop(key, None)

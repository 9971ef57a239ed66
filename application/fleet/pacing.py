"""How fast a SIM may send, and how long it rests after trouble."""

import math
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from application.fleet.quota import DayUse

MINUTE_S: Final = 60.0


class TokenBucket:
    """``capacity`` tokens at most, ``capacity`` more in each ``period_s``; 0 is no limit.

    After a quiet period a whole bucketful may go at once. ``take`` may go into debt, so that a
    message in parts is not cut off in the middle; the debt is waited for before the next.
    """

    def __init__(self, capacity: int, period_s: float, *, monotonic_s: Callable[[], float]) -> None:
        if capacity < 0:
            msg = "a limit is 0 (none) or more"
            raise ValueError(msg)
        self._capacity = capacity
        self._rate = capacity / period_s
        self._monotonic_s = monotonic_s
        self._tokens = float(capacity)
        self._counted_at_s = monotonic_s()

    def ready_in_s(self) -> float:
        """Give the seconds until there is a token; 0.0 when there is one."""
        if not self._capacity:
            return 0.0
        self._count()
        missing = 1.0 - self._tokens
        return 0.0 if missing <= 1e-9 else missing / self._rate

    def take(self) -> None:
        """Take one token."""
        if self._capacity:
            self._count()
            self._tokens -= 1.0

    def _count(self) -> None:
        now_s = self._monotonic_s()
        gained = max(0.0, now_s - self._counted_at_s) * self._rate
        self._tokens = min(float(self._capacity), self._tokens + gained)
        self._counted_at_s = now_s


class SlidingWindow:
    """At most ``limit`` tokens in any ``period_s``, wherever it begins."""

    def __init__(self, limit: int, period_s: float, *, monotonic_s: Callable[[], float]) -> None:
        self._limit = limit
        self._period_s = period_s
        self._monotonic_s = monotonic_s
        self._taken_s: deque[float] = deque()

    def has_room(self, count: int) -> bool:
        """Whether so many may be taken; what can never fit may when nothing else was."""
        now_s = self._monotonic_s()
        while self._taken_s and self._taken_s[0] <= now_s - self._period_s:
            self._taken_s.popleft()
        return not self._taken_s or len(self._taken_s) + count <= self._limit

    def learn(self, taken: Iterable[tuple[float, int]]) -> None:
        """Take over what was taken, whoever did: for each how many seconds ago, and how many."""
        now_s = self._monotonic_s()
        self._taken_s.clear()
        for age_s, count in sorted(taken, reverse=True):
            self._taken_s.extend([now_s - age_s] * count)

    def take(self, count: int) -> None:
        """Take them."""
        self._taken_s.extend([self._monotonic_s()] * count)


class Pacer:
    """What one SIM may send: segments a minute, and segments a day."""

    def __init__(
        self, *, segments_per_minute: int, day: DayUse, monotonic_s: Callable[[], float]
    ) -> None:
        self._minute = TokenBucket(segments_per_minute, MINUTE_S, monotonic_s=monotonic_s)
        self.day = day

    def message_ready_in_s(self) -> float:
        """Give the seconds until a message may begin."""
        return max(self._minute.ready_in_s(), self.day.ready_in_s)

    def segment_ready_in_s(self) -> float:
        """Give the seconds until the next segment of a message that has begun: the day's limit
        does not cut a message in two."""
        return self._minute.ready_in_s()

    def take(self) -> None:
        """Count one segment that begins."""
        self._minute.take()
        self.day.take()


class BackOff:
    """Ever longer rests: the next of ``steps_s`` at each call; the last one repeats."""

    def __init__(self, steps_s: Sequence[float]) -> None:
        if not steps_s or not all(math.isfinite(step) and step >= 0 for step in steps_s):
            msg = "a back-off has at least one step, and none is negative"
            raise ValueError(msg)
        self._steps_s = tuple(steps_s)
        self._taken = 0

    def next_s(self) -> float:
        """Give how long to rest this time."""
        step_s = self._steps_s[min(self._taken, len(self._steps_s) - 1)]
        self._taken += 1
        return step_s

    def reset(self) -> None:
        """All is well again: the next rest is the shortest."""
        self._taken = 0

"""How far erasing may have come: up to now, and by no more than two days in each day.

A clock that is days ahead, and believed all the same, can so erase one day too early in each day.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from application.books.committer import Committer
from application.ports import Clock, ClockMark, Store
from application.retention.marking import mark_now
from application.retention.vouching import NoteClock
from domain.days import DAY_S
from domain.values import SECOND, Instant

FIRST_S: Final = 2 * DAY_S
"""How far a process moves it at most when it begins."""
PACE: Final = 2
"""How much faster than time it may go on."""


class Horizon:
    """The time as of which things have served their time; kept in the store. One thread."""

    def __init__(
        self,
        *,
        store: Store,
        committer: Committer,
        clock: Clock,
        begun_at: Callable[[], Instant | None],
    ) -> None:
        """``begun_at`` gives the newest time in the store when this process began, if any."""
        self._store = store
        self._committer = committer
        self._clock = clock
        self._begun_at = begun_at
        self._moved_at_s: float | None = None

    def move(self) -> Instant:
        """Move it on, never past now, and give where it is.

        Raises:
            NgomaError: the store cannot do it now.
        """
        mark = mark_now(ClockMark.RETENTION, clock=self._clock)
        now_s = self._clock.monotonic_s()
        moved_s = FIRST_S if self._moved_at_s is None else PACE * (now_s - self._moved_at_s)
        reached = min(mark.at, self._last(mark.at) + round(moved_s * SECOND))
        mark = replace(mark, at=Instant(reached))
        self._committer.execute(NoteClock(mark, at=self._clock.now()))
        self._moved_at_s = now_s
        return mark.at

    def _last(self, now: Instant) -> Instant:
        """Give where it was; a store that has none had nothing erased by this rule yet."""
        for mark in self._store.clock_marks():
            if mark.writer == ClockMark.RETENTION:
                return mark.at
        return self._begun_at() or now

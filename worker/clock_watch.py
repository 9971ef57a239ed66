"""Whether this host's clock can be believed: while it cannot, nothing expires (design 6.7).

What is believed is where the clock stands against the time since the host began to count, which
nobody can set. A process begins with what the store says: where this host's clock stood before, or
a time shortly after the newest that anybody wrote. What is off that is a fault, which ends when
the clock is back, when it ran on evenly for an hour, or when a person vouches for it.
"""

import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final, NamedTuple

import orjson

from application.books.alarms import Alarms
from application.ports import Clock, ClockMark, Store
from application.retention.marking import mark_now
from domain.errors import StoreDown
from domain.lateness import HEARD_S, NOTE_EVERY_S
from domain.values import SECOND, Instant

JUMP_S: Final = 300
"""A step of the wall clock against the monotonic one that is too large to be a correction."""
SKEW_S: Final = 1
"""How far another host's clock may be ahead when it writes an event."""
VOUCHED_S: Final = 3_600
"""How long a clock runs on evenly before it is believed; corrections of it add up for as long."""
LOOK_S: Final = 1.0
"""How old the knowledge of what other hosts noted may be."""
NEWEST_EVENTS: Final = 100
"""The newest events, whose times are looked at where no clock was noted yet."""
ALARM: Final = "clock"
REMEDY: Final = (
    "nothing expires and nothing is erased until it is right again, has run on evenly for an hour,"
    " or `ngoma clock vouch` says that it is right"
)


class Stand(NamedTuple):
    """Where a clock may stand: seconds of its time before the monotonic zero."""

    at_s: float
    back_s: float = JUMP_S
    forward_s: float = JUMP_S

    def allows(self, stands_s: float) -> bool:
        """Whether a clock may stand there."""
        return -self.back_s <= stands_s - self.at_s <= self.forward_s


class Heard(NamedTuple):
    """What another host noted last, when by the monotonic clock we heard of it."""

    mark: ClockMark
    at_s: float
    is_fresh: bool
    """It was noted under our eyes."""

    @property
    def stands_s(self) -> float:
        """Where the clock of that host stands, as a clock of this host would."""
        return self.mark.at / SECOND - self.at_s


class Off(NamedTuple):
    """A clock that does not stand where it is believed."""

    stands_s: float
    by_s: float
    """How far from where it is believed: before zero is behind."""
    since_s: float
    """By the monotonic clock."""
    words: str
    is_step: bool
    """It was believed in this process, and then set."""


class ClockWatch:
    """One for each process. Callable from any thread."""

    def __init__(
        self,
        *,
        clock: Clock,
        store: Store,
        alarms: Alarms,
        host: str = "",
        note: Callable[[ClockMark], object] = lambda _: None,
    ) -> None:
        """``note`` stores a mark, sooner or later."""
        self._clock = clock
        self._store = store
        self._alarms = alarms
        self._host = host
        self._note = note
        self._lock = threading.Lock()
        self._believed: list[Stand] = []
        self._believed_at_s = float("-inf")
        self._off: Off | None = None
        self._passed: Off | None = None
        self._is_settled: Callable[[], bool] | None = None
        self._has_run = False
        self._vouched_at: Instant | None = None
        self._heard: dict[str, Heard] = {}
        self._looked_at_s = float("-inf")
        self._note_at_s = float("-inf")
        self._has_begun = False
        self._before: ClockMark | None = None
        self.begun_at: Instant | None = None
        """The newest time in the store when this process began; None when there was none."""
        with suppress(StoreDown):
            self._begin()

    def fault(self) -> str | None:
        """Say what is wrong with the clock, None when it can be believed; an alarm says it too.

        Raises:
            StoreDown: what other hosts noted cannot be read.
        """
        fault = self.doubt()
        if fault is None:
            self._alarms.clear(ALARM)
        else:
            self._alarms.set(ALARM, f"{fault}; {REMEDY}")
        return fault

    def doubt(self) -> str | None:
        """Say the same, without an alarm.

        Raises:
            StoreDown: what other hosts noted cannot be read.
        """
        with self._lock:
            if not self._has_begun:
                self._begin()
            now_s = self._clock.monotonic_s()
            if now_s - self._looked_at_s >= LOOK_S:
                self._listen(self._store.clock_marks(), now_s)
                self._looked_at_s = now_s
            other = self._differs(now_s)
            return self._where(now_s, is_alone=other is None) or other or self._unsettled()

    @property
    def off(self) -> Off | None:
        """Say where this host's own clock stands, None where it is believed."""
        with self._lock:
            return self._off

    def wait_until(self, is_settled: Callable[[], bool]) -> None:
        """Believe a clock that was off only once what it dated is settled, too."""
        self._is_settled = is_settled

    def take_passed(self) -> Off | None:
        """Give how the clock was off that is believed now, once; None when it was not."""
        with self._lock:
            passed, self._passed = self._passed, None
            return passed

    def step(self) -> None:
        """Look, and while the clock is believed note now and then what time it is.

        Raises:
            StoreDown: the store cannot be read.
        """
        now_s = self._clock.monotonic_s()
        fault = self.fault()
        if self._before is not None:
            self._note(self._before)
            self._before = None
        if fault is None and now_s >= self._note_at_s:
            self._note_at_s = now_s + NOTE_EVERY_S
            self._note(mark_now(self._host, clock=self._clock))

    # -- where the clock stands ------------------------------------------------------------------

    def _begin(self) -> None:
        """Believe what this store was left with; all, when nothing was ever written."""
        marks = [m for m in self._store.clock_marks() if m.writer != ClockMark.RETENTION]
        times = [mark.at for mark in marks] or self._newest_events()
        if times:
            self.begun_at = max(times)
            if not marks:
                self._before = ClockMark(ClockMark.BEFORE, self.begun_at, Instant(0))
            stood_s = self.begun_at / SECOND - self._clock.monotonic_s()
            self._believed = [Stand(stood_s, back_s=SKEW_S)]
        else:
            self._believe(self._stands_s())
        for mark in marks:
            if mark.writer == ClockMark.OPERATOR:
                self._vouched_at = mark.at
            if mark.writer in {self._host, ClockMark.OPERATOR}:
                self._believed.append(Stand(mark.booted_at / SECOND))
        self._has_begun = True

    def _newest_events(self) -> list[Instant]:
        """Give the times of some events; they say nothing once clocks are noted.

        Whoever has a wrong clock writes events all the same, but no mark.
        """
        after = max(0, self._store.head() - NEWEST_EVENTS)
        found = self._store.events_after(after, limit=NEWEST_EVENTS)
        return [Instant(int(orjson.loads(stored.state)["timestamp"])) for _, stored in found]

    def _where(self, now_s: float, *, is_alone: bool) -> str | None:
        stands_s = self._stands_s()
        if any(stand.allows(stands_s) for stand in self._believed):
            is_old = now_s - self._believed_at_s >= VOUCHED_S
            if self._off is not None or not self._has_run or is_old:
                self._believe(stands_s)
            return None
        if self._off is None or abs(stands_s - self._off.stands_s) > JUMP_S:
            by_s = min((stands_s - stand.at_s for stand in self._believed), key=abs)
            self._off = Off(stands_s, by_s, now_s, self._words(by_s), self._has_run)
        elif is_alone and now_s - self._off.since_s >= VOUCHED_S:
            self._believe(stands_s)
            return None
        return self._off.words

    def _unsettled(self) -> str | None:
        if self._is_settled is None or (self._passed is None and self._is_settled()):
            return None
        return "what the clock dated while it was off is not settled yet"

    def _believe(self, stands_s: float) -> None:
        self._passed = self._off or self._passed
        self._believed = [Stand(stands_s)]
        self._believed_at_s = self._clock.monotonic_s()
        self._off = None
        self._has_run = True

    def _words(self, by_s: float) -> str:
        if self._has_run:
            return f"the clock was set {'forward' if by_s > 0 else 'back'} by {_span(by_s)}"
        than = "later" if by_s > 0 else "earlier"
        return f"the clock is {_span(by_s)} {than} than the newest time in the store"

    def _stands_s(self) -> float:
        return self._clock.now() / SECOND - self._clock.monotonic_s()

    # -- what others say -------------------------------------------------------------------------

    def _listen(self, marks: Iterable[ClockMark], now_s: float) -> None:
        for mark in marks:
            if mark.writer == ClockMark.OPERATOR and mark.at != self._vouched_at:
                self._vouched_at = mark.at
                if abs(mark.at - self._clock.now()) <= JUMP_S * SECOND:
                    self._heard.clear()
                    self._believe(self._stands_s())
            if mark.writer in {
                self._host,
                ClockMark.OPERATOR,
                ClockMark.BEFORE,
                ClockMark.RETENTION,
            }:
                continue
            known = self._heard.get(mark.writer)
            if known is None or known.mark != mark:
                self._heard[mark.writer] = Heard(mark, now_s, known is not None)

    def _differs(self, now_s: float) -> str | None:
        """Say by how much another host that runs now differs; who is right is not known."""
        for writer, heard in self._heard.items():
            ahead_s = self._stands_s() - heard.stands_s
            if heard.is_fresh and abs(ahead_s) > JUMP_S and now_s - heard.at_s < HEARD_S:
                way = "ahead of" if ahead_s > 0 else "behind"
                return f"the clock is {_span(ahead_s)} {way} that of host {writer}"
        return None


def _span(seconds: float) -> str:
    """Say how long, in the largest unit of which there are two."""
    seconds = abs(seconds)
    for unit, unit_s in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * unit_s - 1:
            return f"{round(seconds / unit_s)} {unit}"
    return f"{round(seconds)} seconds"

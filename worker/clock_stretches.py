"""Notes in the log what a clock dated that was behind, so that nothing of it ends too early.

A stretch begins when the clock is doubted, and nothing that was dated in it expires or is erased
while it lasts. Once the clock is believed it is known by how much it had been behind: it stands
ahead of where it stood then. A clock that was set forward and is believed there was behind before,
as one is that begins without a battery and is set right by the network.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from application.books.commands import Command
from application.books.reader import Reader
from application.ports import Clock
from application.retention.doubted import DoubtTimes, SettleTimes
from domain.doubted_times import DOUBTED_TIMES, DoubtedTimes
from domain.stretch import Stretch
from domain.values import SECOND, Instant
from worker.clock_watch import JUMP_S, VOUCHED_S, ClockWatch, Off

MARGIN_S: Final = 60
"""A step is noticed a second late, and by another process of the host later still."""
LONGEST_S: Final = 2 * VOUCHED_S
"""When the end of a stretch is expected, by the clock that is doubted."""
ADOPTED_S: Final = 10
"""How long a stretch lasts on under a believed clock before another process of its host ends it."""


@dataclass(slots=True)
class _Stretch:
    """What this process knows of a stretch of its host."""

    stood_s: float
    """Where the clock stood that dated what is in it."""
    from_at: Instant
    until_at: Instant
    was_behind: bool
    """It goes on until the clock is believed; else it was over as it began, by a step forward."""
    is_noted: bool = False
    behind_s: float | None = None
    """How far the clock had been behind, once it is believed."""

    def is_within(self, noted: Sequence[int] | None) -> bool:
        """Whether what is noted of its host holds it, so far."""
        return noted is not None and noted[0] <= self.from_at and self.until_at <= noted[1]


class ClockStretches:
    """One for each process, stepped after its watch."""

    def __init__(
        self,
        *,
        watch: ClockWatch,
        clock: Clock,
        reader: Reader,
        host: str,
        submit: Callable[[Command[None]], object],
    ) -> None:
        """``submit`` has a command run, sooner or later: it is given again until it was."""
        self._watch = watch
        self._clock = clock
        self._reader = reader
        self._host = host
        self._submit = submit
        self._own: _Stretch | None = None
        self._since_at = clock.now()
        """When the clock began to stand where it does, or this process to look."""
        self._seen_s: dict[str, float] = {}
        watch.wait_until(lambda: self._own is None)

    def step(self) -> None:
        """Begin or end a stretch of this host, and end what others do not end.

        Raises:
            StoreDown: the log cannot be read.
        """
        times = self._reader.find(DoubtedTimes, DOUBTED_TIMES)
        lasting = times.lasting if times else {}
        if self._own is not None and self._own.is_noted and self._host not in lasting:
            self._end(self._own)
        off = self._watch.off
        for seen in (self._watch.take_passed(), off):  # it may have been off between two steps
            if seen is not None and (seen.by_s < 0 or seen.is_step):
                self._own = self._begun(seen, self._own)
        own = self._own
        if own is not None:
            own.is_noted = own.is_within(lasting.get(self._host))
            if not own.is_noted:
                self._note(own)
            elif off is None:
                self._settle(own)
        if off is None:
            self._settle_left(set(lasting))

    def _begun(self, off: Off, own: _Stretch | None) -> _Stretch:
        now = Instant(round((off.stands_s + self._clock.monotonic_s()) * SECOND))
        if off.by_s > 0:
            return own or _Stretch(
                off.stands_s - off.by_s,
                _moved(self._since_at, -MARGIN_S),
                _moved(now, MARGIN_S - off.by_s),
                was_behind=False,
            )
        from_at, until_at = _moved(now, -MARGIN_S), _moved(now, MARGIN_S)
        if own is None:
            return _Stretch(off.stands_s, from_at, until_at, was_behind=True)
        own.stood_s = min(own.stood_s, off.stands_s)
        own.from_at, own.until_at = min(own.from_at, from_at), max(own.until_at, until_at)
        own.was_behind = True
        return own

    def _note(self, own: _Stretch) -> None:
        until_at = _moved(own.until_at, LONGEST_S) if own.was_behind else own.until_at
        now = self._clock.now()
        self._submit(DoubtTimes(self._host, from_at=own.from_at, until_at=until_at, at=now))

    def _settle(self, own: _Stretch) -> None:
        now = self._clock.now()
        behind_s = now / SECOND - self._clock.monotonic_s() - own.stood_s
        own.behind_s = behind_s if behind_s > JUMP_S else 0.0
        settled = Stretch(own.from_at, own.until_at, round(own.behind_s * SECOND), None)
        self._submit(SettleTimes(self._host, settled, at=now))

    def _end(self, own: _Stretch) -> None:
        """Forget a stretch that was settled, and know since when the clock has stood so."""
        if own.was_behind and own.behind_s == 0:
            self._since_at = own.from_at  # it is believed where it was doubted
        elif own.behind_s and not own.was_behind:
            self._since_at = self._clock.now()
        self._own = None

    def _settle_left(self, lasting: set[str]) -> None:
        """End what nobody ends: its process is gone, or its clock has been off for an hour."""
        now_s = self._clock.monotonic_s()
        self._seen_s = {host: self._seen_s.get(host, now_s) for host in lasting}
        for host, seen_s in self._seen_s.items():
            if now_s - seen_s >= (ADOPTED_S if host == self._host else VOUCHED_S):
                now = self._clock.now()
                self._submit(SettleTimes(host, None, at=now))


def _moved(at: Instant, by_s: float) -> Instant:
    return Instant(at + round(by_s * SECOND))

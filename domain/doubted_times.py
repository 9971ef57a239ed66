"""When hosts' clocks were doubted: which times were written too early then, and by how much.

Validity, retention and the answers under keys are spans of real time. What a clock dated that was
behind has not waited as long as it seems.
"""

from typing import Final, Self
from uuid import UUID

from domain.events import Aggregate, aggregate_id
from domain.stretch import NOBODY_KNOWS, Stretch
from domain.values import Instant

STRETCHES_MAX: Final = 100
"""Kept one by one; of more the oldest become one, which counts what is in between as well."""


class DoubtedTimes(Aggregate):
    """The stretches of all hosts; one in all, made when it is first needed."""

    TOPIC = "DoubtedTimes"

    class Event(Aggregate.Event):
        """Base of its events."""

        TOPIC = "DoubtedTimes.Event"

    class Opened(Event, Aggregate.Created):
        """A clock is doubted for the first time: this host's."""

        TOPIC = "DoubtedTimes.Opened"
        host: str

    class Doubted(Event):
        """What a host dated between these two times may be dated too early: nothing of it ends."""

        TOPIC = "DoubtedTimes.Doubted"
        host: str
        from_at: int
        until_at: int

        def apply(self, times: "DoubtedTimes") -> None:
            times.lasting = {**times.lasting, self.host: [self.from_at, self.until_at]}

    class Settled(Event):
        """The host's clock is believed: what it dated between these times was behind by this much.

        ``behind`` is in microseconds, 0 when the clock had been right.
        """

        TOPIC = "DoubtedTimes.Settled"
        host: str
        from_at: int
        until_at: int
        behind: int

        def apply(self, times: "DoubtedTimes") -> None:
            times.lasting = {host: at for host, at in times.lasting.items() if host != self.host}
            if self.behind:
                newest = [self.from_at, self.until_at, self.behind, int(self.at)]
                times.settled = _bounded([*times.settled, newest])

    def __init__(self, host: str) -> None:
        self.first_host = host
        self.lasting: dict[str, list[int]] = {}
        self.settled: list[list[int]] = []

    @classmethod
    def open(cls, host: str, *, at: Instant) -> Self:
        """Begin the list."""
        return cls._create(cls.Opened, id=DOUBTED_TIMES, timestamp=at, host=host)

    def doubt(self, host: str, *, from_at: Instant, until_at: Instant, at: Instant) -> None:
        """Begin a stretch of a host, or widen the one that lasts."""
        lasting = self.lasting.get(host, [from_at, until_at])
        first, last = min(from_at, lasting[0]), max(until_at, lasting[1])
        if self.lasting.get(host) != [first, last]:
            self._record(self.Doubted, at=at, host=host, from_at=first, until_at=last)

    def settle(self, host: str, found: Stretch | None, *, at: Instant) -> None:
        """End the stretch of a host, if one lasts; None says no more of it than was expected."""
        if host not in self.lasting:
            return
        from_at, until_at = self.lasting[host]
        found = found or Stretch(from_at, until_at, NOBODY_KNOWS, None)
        self._record(
            self.Settled,
            at=at,
            host=host,
            from_at=min(from_at, found.from_at),
            until_at=min(at, found.until_at),
            behind=found.behind,
        )

    @property
    def stretches(self) -> list[Stretch]:
        """All of them, those that last first."""
        lasting = [
            Stretch(from_at, until_at, NOBODY_KNOWS, None)
            for from_at, until_at in self.lasting.values()
        ]
        return lasting + [Stretch(*one) for one in self.settled]

    def counts_from(self, at: Instant) -> Instant | None:
        """Give when what is dated ``at`` was at the latest; None while nobody knows."""
        found = [stretch.counts_from(at) for stretch in self.stretches]
        known = [each for each in found if each is not None]
        return max(known, default=at) if len(known) == len(found) else None


DOUBTED_TIMES: Final[UUID] = aggregate_id("doubted_times", "all")


def _bounded(settled: list[list[int]]) -> list[list[int]]:
    if len(settled) <= STRETCHES_MAX:
        return settled
    first, second, *others = settled
    lows, highs = zip(first[:1], second[:1], strict=True), zip(first[1:], second[1:], strict=True)
    return [[*map(min, lows), *map(max, highs)], *others]

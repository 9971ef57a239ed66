"""What a SIM began on a day in Lusaka, against its quota: learnt from the log, then counted on."""

from dataclasses import dataclass, replace
from typing import Final

from application.ports import Clock
from domain.days import counts_for, day_of, until_midnight_s
from domain.values import Instant


@dataclass(frozen=True, slots=True)
class DayQuota:
    """At most ``limit`` segments on ``day`` (0: any number), of which ``begun`` have begun."""

    limit: int = 0
    day: int = 0
    begun: int = 0

    def is_used_up(self, at: Instant) -> bool:
        """Whether no message may begin; a clock that went back does not bring back a day."""
        return self.limit > 0 and self.begun >= self.limit and counts_for(self.day, day_of(at))

    def after_one(self, at: Instant) -> "DayQuota":
        """Give what it is once another segment has begun."""
        day = day_of(at)
        if counts_for(self.day, day):
            return replace(self, begun=self.begun + 1)
        return replace(self, day=day, begun=1)


NO_QUOTA: Final = DayQuota()


class DayUse:
    """The count of whoever holds a SIM.

    Nothing begins without the SIM's live lease, so what the log knows when the lease is taken is
    all that others began; from there on its holder counts.
    """

    def __init__(self, limit: int, clock: Clock) -> None:
        self._clock = clock
        self.quota = DayQuota(limit)

    def learn(self, day: int, begun: int) -> None:
        """Take over what the log knows of a day."""
        self.quota = DayQuota(self.quota.limit, day, begun)

    def take(self) -> None:
        """Count a segment that begins now; without a limit nobody asks."""
        if self.quota.limit:
            self.quota = self.quota.after_one(self._clock.now())

    @property
    def ready_in_s(self) -> float:
        """Seconds until a message may begin: 0.0, or what is left of the day."""
        now = self._clock.now()
        return float(until_midnight_s(now)) if self.quota.is_used_up(now) else 0.0

"""A stretch of times that a clock wrote which was behind: what they count from instead."""

from typing import Final, NamedTuple

from domain.days import DAY_S
from domain.values import SECOND, Instant

NOBODY_KNOWS: Final = 100 * 365 * DAY_S * SECOND
"""By how much a clock was behind, when nobody can say: its times count from the end on."""


class Stretch(NamedTuple):
    """Times from ``from_at`` to ``until_at`` were written by a clock that was doubted."""

    from_at: int
    until_at: int
    behind: int
    """Microseconds; ``NOBODY_KNOWS`` as long as it lasts."""
    settled_at: int | None
    """When it ended, by the right time; None while it lasts."""

    def holds(self, at: int) -> bool:
        """Whether it may have been written in this stretch."""
        return self.from_at <= at <= self.until_at

    def counts_from(self, at: Instant) -> Instant | None:
        """Give when what is dated ``at`` was at the latest; None while nobody knows.

        Later by as much as the clock was behind, but not later than when that was known.
        """
        if not self.holds(at):
            return at
        if self.settled_at is None:
            return None
        return Instant(max(at, min(at + self.behind, self.settled_at)))

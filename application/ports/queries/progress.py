"""Questions about the read models themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ProjectionStatus:
    """Where a projection stands; ``error`` names the event at which it stopped."""

    name: str
    position: int
    head: int
    error: str | None
    is_rebuilding: bool = False
    """Whether it is, or has to be, built anew: it answers nobody meanwhile."""

    @property
    def lag(self) -> int:
        """Positions between it and the end of the log, on whichever side of it."""
        return abs(self.head - self.position)


class ProgressQueries(Protocol):
    """The read models themselves."""

    def projections(self) -> Sequence[ProjectionStatus]:
        """Say where each projection stands."""

    def reached(self, position: int, *, timeout_s: float, projection: str) -> bool:
        """Wait until ``projection`` has handled log position ``position``; False at the limit."""

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

    @property
    def lag(self) -> int:
        """Positions between it and the end of the log."""
        return max(self.head - self.position, 0)


class ProgressQueries(Protocol):
    """The read models themselves."""

    def projections(self) -> Sequence[ProjectionStatus]:
        """Say where each projection stands."""

    def reached(self, position: int, *, timeout_s: float, projection: str) -> bool:
        """Wait until ``projection`` has handled log position ``position``; False at the limit."""

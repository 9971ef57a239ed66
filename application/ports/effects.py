"""Where those who act on the log stand in it, and what they could not handle; kept with the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.values import Instant


@dataclass(frozen=True, slots=True)
class BadEvent:
    """An event that a follower could not handle, and went on from."""

    follower: str
    position: int
    reason: str
    """The event's topic and the kind of exception: nothing personal."""
    at: Instant


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a follower with effects stands: everything up to ``position`` is behind it."""

    follower: str
    position: int


class EffectPositions(Protocol):
    """Positions that outlive the read models, each moved by the one runner that leads.

    Callable from any thread. Each method is one transaction, and raises ``StoreDown`` when the
    database does not answer.
    """

    def begin(self, follower: str, *, at: int) -> int:
        """Give where a follower stands; a new one stands at position ``at``."""

    def lead(self, follower: str, holder: str, *, now: Instant, until: Instant) -> int | None:
        """Lead until ``until``, and give the position; None while another holder leads.

        A term that ends later than any sane one could is no obstacle: its holder's clock was
        wrong.
        """

    def advance(
        self,
        follower: str,
        holder: str,
        *,
        after: int,
        to: int,
        until: Instant,
        bad: Sequence[BadEvent] = (),
    ) -> bool:
        """Move from ``after`` to ``to``, note bad events, and lead on until ``until``.

        False, and nothing of it, when somebody else leads or the position is another.
        """

    def release(self, follower: str, holder: str) -> None:
        """Lead no more, so that another may at once."""

    def standings(self) -> Sequence[Standing]:
        """Give every follower that has begun, by name."""

    def bad_events(self, follower: str, *, limit: int) -> Sequence[BadEvent]:
        """Give what a follower could not handle, oldest first."""

    def count_bad(self, follower: str) -> int:
        """Count what a follower could not handle."""

    def forget_bad(self, follower: str, position: int) -> None:
        """Forget a bad event: it is handled now."""

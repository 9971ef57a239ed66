"""Questions about numbers that get no promotions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.values import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressionRow:
    """A number that is suppressed; None is what was erased, or never was."""

    number: int
    account: int
    """0 where it holds for all."""
    msisdn: str | None
    since: Instant
    inbound: int | None
    """The message that asked for it; None where staff did."""
    actor: str | None
    reason: str | None


class SuppressionQueries(Protocol):
    """Numbers that get no promotions."""

    def suppressions(
        self, account: int | None, *, before: int, limit: int
    ) -> Sequence[SuppressionRow]:
        """List those that hold for an account, or all there are (None), newest first."""

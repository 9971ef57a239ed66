"""Questions about top-ups."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class TopUpRow:
    """Which payment a top-up is, and where it stands; the rest is in the log."""

    number: int
    account: int
    payment: str
    """The payment's id, in hex."""
    state: str


class TopUpQueries(Protocol):
    """Top-ups."""

    def top_ups(
        self, account: int | None, states: Sequence[str], *, before: int, limit: int
    ) -> Sequence[TopUpRow]:
        """List top-ups of an account, or of all (None), newest first; no states are all."""

    def top_up(self, number: int) -> TopUpRow | None:
        """Find one."""

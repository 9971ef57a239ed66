"""Questions about what staff looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.values import Instant


@dataclass(frozen=True, slots=True)
class LookRow:
    """One look that is on record: who saw what of whose, when and why."""

    number: int
    at: Instant
    actor: str
    what: str
    """A word from the code."""
    subject: int | None
    """The number of what was seen."""
    account: int | None
    """Whose it is; None where it is nobody's or everybody's."""
    reason: str | None


class LookQueries(Protocol):
    """What staff looked at."""

    def looks(self, account: int | None, *, before: int, limit: int) -> Sequence[LookRow]:
        """List looks below a number, newest first; ``account`` None is at anybody's."""

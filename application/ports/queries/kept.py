"""Questions about what has to be forgotten in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from domain.stretch import Stretch
from domain.values import Instant


class Kept(StrEnum):
    """What is kept of a message's content, as long as anything is."""

    ALL = "all"
    NUMBER = "number"


class Place(NamedTuple):
    """Where a message stands among those whose content is kept."""

    queued_at: Instant
    number: int


@dataclass(frozen=True, slots=True)
class ErasedRow:
    """What one actor erased in one day: of so many messages, or accounts."""

    place: int
    """Where it stands among all; of two days the later one's is higher."""
    day: int
    """Days since 1970-01-01 in Lusaka."""
    what: str
    """"text", "all" of messages, or "account"."""
    actor: str
    """"retention" when its time was over, else who did it."""
    count: int
    last_at: Instant
    reason: str | None
    """The last one that was given."""


class KeptQueries(Protocol):
    """What has to be forgotten in time."""

    def expired_answers(
        self, now: Instant, *, limit: int, spared: Sequence[Stretch] = ()
    ) -> Sequence[int]:
        """List the numbers of stored answers (contents of kind ``submission``) past their time.

        Those that were dated in a stretch of ``spared`` count later by as much.
        """

    def ended_repeatables(self, before: Instant, *, limit: int) -> Sequence[int]:
        """List first numbers of acceptances, answered 503 up to ``before``, that have ended.

        Only what the projection ``dispatch`` has seen counts: let it catch up first.
        """

    def kept_contents(
        self,
        kept: Kept,
        *,
        before: Instant,
        after: Place | None,
        limit: int,
        spared: Sequence[Stretch] = (),
    ) -> Sequence[Place]:
        """List messages accepted up to ``before`` of whose content this much is kept, by age.

        Those that were dated in a stretch of ``spared`` count later by as much.
        """

    def erased(self, what: str | None, *, before: int, limit: int) -> Sequence[ErasedRow]:
        """List what was erased, the newest first, below a place; ``what`` None is everything."""

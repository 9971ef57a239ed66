"""Questions about what has to be forgotten in time."""

from collections.abc import Sequence
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

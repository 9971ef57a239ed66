"""The tags of the log: one row for each save, beside its events, under the writer's key."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from application.ports.changes import Change
from domain.proof.stored import RawEvent

SAVED: Final = "saved"
"""How the gateway came to events: it wrote them in the same transaction."""
ADOPTED: Final = "adopted"
"""It found them: since then they are as they were, and who wrote them is not known."""
COUNT_MAX: Final = 1_000_000
"""Events of one save; no save comes near it."""


@dataclass(frozen=True, slots=True)
class WriterTag(Change):
    """A tag of the events that follow on the position ``after``, ``count`` of them."""

    number: int
    """1, 2, 3 … without a gap."""
    how: str
    """``SAVED`` or ``ADOPTED``."""
    key: str
    """The id of the key that made it."""
    after: int
    """The end of the log before them."""
    originator: str
    """Of the first of them, in hex."""
    version: int
    count: int
    mac: bytes

    @property
    def can_be(self) -> bool:
        """Whether it is a tag at all: an embedded database takes anything into any column."""
        numbers = (self.number, self.after, self.version, self.count)
        return (
            all(type(number) is int for number in numbers)
            and 0 < self.count <= COUNT_MAX
            and type(self.mac) is bytes
            and self.how in {SAVED, ADOPTED}
        )


@dataclass(frozen=True, slots=True)
class TagsForgotten(Change):
    """All tags go: other ones take their place in the same save."""

    number: int = 0
    """After this one."""


class TaggedLog(Protocol):
    """The log as it is stored, and its tags. Callable from any thread; raises ``StoreDown``.

    An event that can be read was committed with its tag: who reads events first and tags
    afterwards finds the tags of them all.
    """

    def raw_after(self, position: int, *, limit: int) -> Sequence[RawEvent]:
        """Read the log after a position, oldest first."""

    def tags_after(self, number: int, *, limit: int) -> Sequence[WriterTag]:
        """Read tags after the one with this number, in order."""

    def tag_behind(self, position: int) -> WriterTag | None:
        """Give the last tag whose events begin at this position or before it."""

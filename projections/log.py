"""The event log as projections follow it, and how they know that it is still the same one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from domain.events import Event

Events = Sequence[tuple[int, "Event"]]
"""Events of the log in order, with their positions."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Which store a log is in, and which generation of it: a restore begins a new one."""

    store: str
    generation: int


class Point(NamedTuple):
    """A place in a log: the position of an event, and the mark of that event.

    A mark is a digest of all that is stored of an event, so that no other one has the same. An
    older copy of a store, put back, gives its positions anew: only marks tell the two histories
    apart. The beginning is position 0 with an empty mark.
    """

    position: int
    mark: str


BEGINNING = Point(0, "")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some events in a row."""

    before: str
    """The mark of the event at the position after which they begin; empty when none is there."""
    events: Events
    last: str
    """The mark of the last one; empty when there are none."""

    @property
    def end(self) -> Point:
        """The point of the last event; there must be one."""
        return Point(self.events[-1][0], self.last)


class Log(Protocol):
    """The event log, to be followed."""

    def origin(self) -> Origin:
        """Say which store this is the log of."""

    def head(self) -> int:
        """Give the position of the newest event; 0 when there is none."""

    def mark(self, position: int) -> str:
        """Give the mark of the event at a position; empty when none is there."""

    def read(self, after: int, limit: int) -> Stretch:
        """Give at most ``limit`` events after a position.

        Raises:
            ValueError, TypeError, LookupError, AttributeError, TopicError: an event among them
                cannot be decoded. Anything else means that the store does not answer.
        """

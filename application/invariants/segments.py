"""Invariant N8 of the log: the segments of SIMs, set against what was sold.

N8  a segment that is submitted, in doubt or failed was begun before, by that SIM, and ends once;
    a message is sold when as many of its segments were submitted as it has
"""

from application.invariants.violation import Violations
from domain.events import Event
from domain.message import Message
from domain.sim_segments import SegmentBook


class SegmentChecker:
    """Feed it the log in order."""

    def __init__(self, found: Violations) -> None:
        self._found = found
        self._book = SegmentBook()
        self._topics = frozenset(self._book.topics)

    def feed(self, position: int, event: Event) -> None:
        """Check the next event of the log."""
        if not isinstance(event, Message.Event):
            return
        topic = type(event).TOPIC
        if topic in self._topics and (wrong := self._book.feed(topic, event)) is not None:
            self._found.add("N8", position, wrong)

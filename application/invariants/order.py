"""Invariant I10 of the log: its order.

I10  versions of each aggregate run 1..n; positions rise (holes are allowed)
"""

from uuid import UUID

from application.invariants.by_number import ByNumber
from application.invariants.violation import Violations
from domain.events import Event
from domain.message import Message, message_id


class OrderChecker:
    """Feed it the log in order."""

    def __init__(self, found: Violations) -> None:
        self._found = found
        self._position = 0
        self._versions: dict[UUID, int] = {}
        self._message_versions = ByNumber()

    def feed(self, position: int, event: Event) -> None:
        """Check the next event of the log."""
        if position <= self._position:
            self._broken(position, f"position {position} follows {self._position}")
        self._position = position
        key, version = event.originator_id, event.originator_version
        number = getattr(event, "number", 0)
        if isinstance(event, Message.Event):
            expected = self._message_versions[number] + 1
            self._message_versions[number] = version
            if key != message_id(number):
                self._broken(position, f"an event of message {number} stands in another's stream")
        else:
            expected = self._versions.get(key, 0) + 1
            self._versions[key] = version
        if version != expected:
            name = type(event).TOPIC  # type: ignore[attr-defined]  # every event has one
            self._broken(position, f"{name} has version {version}, {expected} was next")

    def _broken(self, position: int, what: str) -> None:
        self._found.add("I10", position, what)

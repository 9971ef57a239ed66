"""Invariant N7 of the log: a brake bites at once.

N7  no attempt starts by a SIM between its Quarantined and its Released
"""

from application.invariants.violation import Violations
from domain.events import Event
from domain.message import Message
from domain.sim import Sim


class BrakeChecker:
    """Feed it the log in order: the order in which the log's lock let them decide."""

    def __init__(self, found: Violations) -> None:
        self._found = found
        self._quarantined: set[int] = set()

    def feed(self, position: int, event: Event) -> None:
        """Check the next event of the log."""
        match event:
            case Message.AttemptStarted() if event.sim in self._quarantined:
                what = f"message {event.number} started on SIM {event.sim}, which is in quarantine"
                self._found.add("N7", position, what)
            case Sim.Quarantined():
                self._quarantined.add(event.number)
            case Sim.Released():
                self._quarantined.discard(event.number)
            case _:
                pass

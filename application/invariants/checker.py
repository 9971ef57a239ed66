"""All invariants of the log itself, in one pass: order, credits, and what was done by hand."""

from collections.abc import Mapping

from application.invariants.credits import CreditChecker, Purse
from application.invariants.manual import ManualChecker
from application.invariants.order import OrderChecker
from application.invariants.violation import Violation, Violations
from domain.events import Event
from domain.tariff import TARIFFS, Tariff
from domain.values import Instant


class InvariantChecker:
    """Feed it the log in order; ``violations`` says what is broken so far."""

    def __init__(self, *, tariffs: Mapping[str, Tariff] = TARIFFS, alone_max: int = 0) -> None:
        """``alone_max`` is what one person may move in a day alone (I13); 0 is no limit."""
        self._found = Violations()
        self._order = OrderChecker(self._found)
        self._credits = CreditChecker(self._found, tariffs=tariffs)
        self._manual = ManualChecker(self._found, alone_max=alone_max)
        self._at: Instant | None = None

    @property
    def violations(self) -> list[Violation]:
        """What is broken, in the order of finding it."""
        return self._found.all()

    @property
    def purses(self) -> Mapping[int, Purse]:
        """What each account's events add up to."""
        return self._credits.purses

    @property
    def open_messages(self) -> list[int]:
        """Numbers of the messages that are neither sent nor ended, oldest first."""
        return self._credits.open_messages

    def feed(self, position: int, event: Event) -> None:
        """Check the next event of the log."""
        if event.at != self._at:
            self.settle()
        self._at = event.at
        for checker in (self._order, self._credits, self._manual):
            checker.feed(position, event)

    def settle(self) -> None:
        """Check what may only be open within one save; for whoever knows that it has ended."""
        self._credits.settle()
        self._manual.settle()

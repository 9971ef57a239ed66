"""Watching a store's log: every new event through the invariant checker."""

from typing import cast

from application.books.codec import event_mapper
from application.invariants import InvariantChecker, Violation
from application.ports import Store
from domain.events import Event

PAGE_EVENTS = 1_000


class LogWatch:
    """Reads a store's log from where it left off, and checks what it reads."""

    def __init__(self, store: Store) -> None:
        self.checker = InvariantChecker()
        self.events: list[tuple[int, Event]] = []
        self._store = store
        self._mapper = event_mapper()
        self._position = 0

    def follow(self) -> list[Event]:
        """Check what is new, which ends with whole saves, and give it."""
        new: list[Event] = []
        while True:
            page = self._store.events_after(self._position, limit=PAGE_EVENTS)
            for position, stored in page:
                event = cast("Event", self._mapper.to_domain_event(stored))
                self.checker.feed(position, event)
                self.events.append((position, event))
                new.append(event)
                self._position = position
            if len(page) < PAGE_EVENTS:
                self.checker.settle()
                return new


def violations_in(store: Store) -> list[Violation]:
    """Check a whole log, of which nothing is being written."""
    watch = LogWatch(store)
    watch.follow()
    return watch.checker.violations

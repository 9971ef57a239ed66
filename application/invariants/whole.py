"""A whole log, read once from its beginning: what is broken, and which messages are open."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, cast

from application.books.codec import event_mapper
from application.invariants.checker import InvariantChecker
from application.invariants.violation import Violation
from application.ports import Store
from domain.events import Event

PAGE: Final = 2_000


@dataclass(frozen=True, slots=True)
class WholeLog:
    """What a log says of itself; ``violations`` is bounded."""

    events: int
    position: int
    violations: Sequence[Violation]
    open_messages: Sequence[int]


def read_whole(store: Store, advance: Callable[[int, int], None]) -> WholeLog:
    """Read and check the log of a store that nobody writes.

    ``advance`` is told the position and the end of the log.

    Raises:
        StoreDown: the log cannot be read.
    """
    checker, mapper = InvariantChecker(), event_mapper()
    head, position, events = store.head(), 0, 0
    while page := store.events_after(position, limit=PAGE):
        for at, stored in page:
            checker.feed(at, cast("Event", mapper.to_domain_event(stored)))
            position = at
        events += len(page)
        advance(position, head)
    checker.settle()
    return WholeLog(events, position, checker.violations, checker.open_messages)

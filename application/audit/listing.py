"""Events as they are stored, for eyes: filtered, and with all their fields."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final
from uuid import UUID

import orjson
from eventsourcing.persistence import StoredEvent

from application.audit.posting import Advance, UnreadableEvent
from application.books.codec import AGGREGATES
from application.ports import Store
from domain.errors import InvalidRequest
from domain.events import Event
from domain.values import Instant

PAGE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Listed:
    """One event. Its fields are what the log has: numbers, ids and digests of contents."""

    position: int
    at: Instant
    topic: str
    aggregate: UUID
    version: int
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events are wanted; ``account`` is that of a customer."""

    topics: Sequence[str] = ()
    aggregate: UUID | None = None
    account: int | None = None

    def takes(self, listed: Listed) -> bool:
        """Whether an event of one of the topics is wanted."""
        if self.aggregate is not None and listed.aggregate != self.aggregate:
            return False
        if self.account is None:
            return True
        whose = "number" if listed.topic.startswith("Account.") else "account"
        return bool(listed.fields.get(whose) == self.account)


def topics_named(names: Sequence[str]) -> Sequence[str]:
    """Give the topics that are named, whole (CreditWallet.TopUp) or by their aggregate.

    Raises:
        InvalidRequest: no event has such a topic.
    """
    known = {
        str(aggregate.TOPIC): [
            str(vars(event)["TOPIC"])
            for event in vars(aggregate).values()
            if isinstance(event, type) and issubclass(event, Event) and "TOPIC" in vars(event)
        ]
        for aggregate in AGGREGATES
    }
    every = set(chain.from_iterable(known.values()))
    found: list[str] = []
    for name in names:
        if name not in known and name not in every:
            msg = f"No event has the topic {name}: see docs/reference/events.md."
            raise InvalidRequest(msg, field="topic")
        found += known.get(name, [name])
    return found


def listed_events(
    store: Store,
    wanted: Filter,
    *,
    after: int,
    until: int,
    advance: Advance = lambda _position, _end: None,
) -> Iterator[Listed]:
    """List the events after one position and up to another, oldest first.

    Raises:
        UnreadableEvent: one is no JSON object with a time.
        StoreDown: the log cannot be read.
    """
    while after < until:
        page = store.events_after(after, limit=PAGE, topics=wanted.topics)
        for position, stored in page:
            if position > until:
                break
            found = _listed(position, stored)
            if wanted.takes(found):
                yield found
        after = page[-1][0] if page else until
        advance(min(after, until), until)


def _listed(position: int, stored: StoredEvent) -> Listed:
    try:
        fields = orjson.loads(stored.state)
        at = Instant(fields.pop("timestamp"))
        fields.pop("originator_topic", None)
    except (ValueError, LookupError, AttributeError, TypeError) as error:
        msg = f"the event at position {position} cannot be read: {type(error).__name__}"
        raise UnreadableEvent(msg) from error
    aggregate = stored.originator_id
    if not isinstance(aggregate, UUID):
        aggregate = UUID(aggregate)
    return Listed(position, at, stored.topic, aggregate, stored.originator_version, fields)

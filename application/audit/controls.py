"""What an auditor looks through: credits that are held for long, and what people did by hand."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Final

import msgspec

from application.audit.listing import Filter, Listed, listed_events
from application.audit.posting import PAGE, Advance, UnreadableEvent
from application.books.codec import AGGREGATES
from application.ports import Store
from domain.auditor_read import AuditorRead
from domain.events import Event
from domain.message import Message
from domain.values import Instant
from domain.wallet import CreditWallet


@dataclass(frozen=True, slots=True)
class Hold:
    """Credits reserved for a message that is neither sent nor refunded."""

    number: int
    account: int
    network: str
    credits: int
    since: Instant
    position: int
    """Of the event that queued it."""


class _Queued(msgspec.Struct, gc=False):
    number: int
    account: int
    network: str
    credits: int
    timestamp: int


class _Ended(msgspec.Struct, gc=False):
    number: int


_QUEUED: Final = msgspec.json.Decoder(_Queued)
_ENDED: Final = msgspec.json.Decoder(_Ended)


def holds(
    store: Store,
    *,
    until: int,
    before: Instant,
    advance: Advance = lambda _position, _end: None,
) -> list[Hold]:
    """List the holds, as of a position, that began before a moment; the oldest first.

    Raises:
        UnreadableEvent: the log has an event that is not what its topic says.
        StoreDown: the log cannot be read.
    """
    queued = Message.Queued.TOPIC
    topics = (queued, Message.Sent.TOPIC, CreditWallet.Refunded.TOPIC)
    open_: dict[int, tuple[int, _Queued]] = {}
    after = 0
    while after < until:
        page = store.states_after(after, limit=PAGE, topics=topics)
        for position, topic, state in page:
            if position > until:
                break
            try:
                if topic == queued:
                    found = _QUEUED.decode(state)
                    open_[found.number] = position, found
                else:
                    open_.pop(_ENDED.decode(state).number, None)
            except msgspec.MsgspecError as error:
                msg = f"the event at position {position} is no {topic}"
                raise UnreadableEvent(msg) from error
        after = page[-1][0] if page else until
        advance(min(after, until), until)
    return [
        Hold(
            *(one.number, one.account, one.network, one.credits),
            since=Instant(one.timestamp),
            position=position,
        )
        for position, one in open_.values()
        if one.timestamp < before
    ]


def by_hand(
    store: Store,
    *,
    after: int,
    until: int,
    account: int | None = None,
    advance: Advance = lambda _position, _end: None,
) -> Iterator[Listed]:
    """List what people did between two positions, oldest first; looks are listed elsewhere.

    What an account does with what is its own is not by hand.

    Raises:
        UnreadableEvent: the log has an event that is no JSON object with a time.
        StoreDown: the log cannot be read.
    """
    wanted = Filter(_with_actor(), account=account)
    for found in listed_events(store, wanted, after=after, until=until, advance=advance):
        actor = found.fields.get("actor")
        if actor is not None and actor != f"account:{found.fields.get('account')}":
            yield found


def _with_actor() -> list[str]:
    """Give the topics of the events that say who gave the command."""
    kinds: list[Any] = [
        event
        for aggregate in AGGREGATES
        if aggregate is not AuditorRead
        for event in vars(aggregate).values()
        if isinstance(event, type) and issubclass(event, Event) and "TOPIC" in vars(event)
    ]
    return [
        str(vars(kind)["TOPIC"])
        for kind in kinds
        if "actor" in {field.name for field in fields(kind)}
    ]

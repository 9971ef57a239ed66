"""Posts events as they are stored: decoded for their postings alone, and not as aggregates' events.

Only the topics that have a rule are read, and of each no more is made than a struct with its
fields, which is what the rules of ``domain/ledger`` ask. That is several times as fast as making
the events of the domain, and posts the same.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final, NamedTuple, get_type_hints
from uuid import UUID

import msgspec
from eventsourcing.persistence import StoredEvent

from application.books.codec import event_mapper
from application.ports import Store, StoreUnusable
from domain.events import Event
from domain.ledger import RULES, TAKES_LOTS, Holdings, Lot, Posting, Rule

PAGE: Final = 2_000
"""Events read at once."""

Advance = Callable[[int, int], None]
"""Is told the position that was reached, and the last one."""

_LIBRARY: Final = {"originator_id", "originator_version", "originator_topic", "timestamp"}
_NOBODY: Final = UUID(int=0)


class UnreadableEvent(StoreUnusable):
    """The log has an event that is not what its topic says."""


class Entry(NamedTuple):
    """What the event at ``position`` posts."""

    position: int
    topic: str
    event: Any
    """Its fields, and ``at``."""
    lines: list[Posting]
    lots: Sequence[Lot]
    """The lots that it brought."""


_new = tuple.__new__  # as for a posting


class _Light(NamedTuple):
    decode: Callable[[bytes], Any]
    rule: Rule
    takes_lots: bool


class Poster:
    """Posts the events of a log in their order, and keeps what lots customers have."""

    def __init__(self, *, rules: Mapping[type[Event], Rule] = RULES) -> None:
        self._light = {
            str(vars(kind)["TOPIC"]): _Light(_decoder(kind), rule, kind in TAKES_LOTS)
            for kind, rule in rules.items()
        }
        self._held: defaultdict[int, Holdings] = defaultdict(Holdings)
        self._nobody = Holdings()

    @property
    def topics(self) -> Sequence[str]:
        """The topics of the events that post."""
        return list(self._light)

    def open_lots(self) -> Iterator[tuple[int, Lot]]:
        """Give the lots that are not used up, by account and in their order."""
        for account in sorted(self._held):
            for lot in self._held[account].lots.values():
                yield account, lot

    def post(self, position: int, topic: str, state: bytes) -> Entry:
        """Give what a stored event of one of the topics posts.

        Raises:
            UnreadableEvent: it is not what its topic says.
        """
        decode, rule, takes_lots = self._light[topic]
        try:
            event = decode(state)
            held = self._held[event.account] if takes_lots else self._nobody
            lines = rule(position, event, held)
        except _UNREADABLE as error:
            msg = f"the event at position {position} is no {topic}: {type(error).__name__}"
            raise UnreadableEvent(msg) from error
        lots: tuple[Lot, ...] = ()
        if held.added:
            lots = tuple(held.added)
            held.added.clear()
        return _new(Entry, (position, topic, event, lines, lots))


_UNREADABLE: Final = (
    *(msgspec.MsgspecError, ValueError, TypeError, LookupError, AttributeError),
    ArithmeticError,
)


def entries(
    store: Store,
    poster: Poster,
    *,
    until: int,
    after: int = 0,
    advance: Advance = lambda _position, _end: None,
) -> Iterator[Entry]:
    """Post the events after one position and up to another.

    Raises:
        UnreadableEvent: one is not what its topic says.
        StoreDown: the log cannot be read.
    """
    topics, post = poster.topics, poster.post
    while after < until:
        page = store.states_after(after, limit=PAGE, topics=topics)
        for position, topic, state in page:
            if position > until:
                break
            yield post(position, topic, state)
        after = page[-1][0] if page else until
        advance(min(after, until), until)


def _decoder(kind: type[Event]) -> Callable[[bytes], Any]:
    """Make what decodes an event's own fields and its time; older versions are the domain's."""
    hints: Mapping[str, Any] = get_type_hints(kind)
    own = [(field.name, hints[field.name]) for field in fields(kind) if field.name not in _LIBRARY]
    light = msgspec.defstruct(
        kind.__name__,
        [("at", int), *own, ("class_version", int, 1)],
        rename={"at": "timestamp"},
        gc=False,
    )
    decode = msgspec.json.Decoder(light).decode
    version: int = getattr(kind, "class_version", 1)
    if version == 1:
        return decode
    mapper, topic = event_mapper(), str(vars(kind)["TOPIC"])

    def decode_any(state: bytes) -> Any:
        if b'"class_version":%d' % version in state:
            return decode(state)
        return mapper.to_domain_event(StoredEvent(_NOBODY, 1, topic, state))

    return decode_any

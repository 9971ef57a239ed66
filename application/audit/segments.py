"""The segments of each SIM by day, counted from the log alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from application.audit.posting import PAGE, Advance, UnreadableEvent
from application.ports import Store
from domain.sim_segments import SegmentBook, SimDay

WRONG_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class SegmentAccount:
    """What SIMs began, by day and SIM; ``wrong`` is what breaks N8, by position."""

    rows: Sequence[SimDay]
    wrong: Sequence[tuple[int, str]]


class _Fact(msgspec.Struct, gc=False):
    """What is read of an event."""

    number: int
    timestamp: int
    segments: int = 0
    credits: int = 0
    sim: int | None = None
    index: int = 0
    cause: str = ""
    state: str = ""


_FACT: Final = msgspec.json.Decoder(_Fact)


def count_segments(
    store: Store, *, until: int, advance: Advance = lambda _position, _end: None
) -> SegmentAccount:
    """Count from the beginning of the log up to a position.

    Raises:
        UnreadableEvent: the log has an event that is not what its topic says.
        StoreDown: the log cannot be read.
    """
    book, after = SegmentBook(), 0
    topics = list(book.topics)
    wrong: list[tuple[int, str]] = []
    while after < until:
        page = store.states_after(after, limit=PAGE, topics=topics)
        for position, topic, state in page:
            if position > until:
                break
            try:
                words = book.feed(topic, _FACT.decode(state))
            except msgspec.MsgspecError as error:
                msg = f"the event at position {position} is no {topic}"
                raise UnreadableEvent(msg) from error
            if words is not None and len(wrong) < WRONG_MAX:
                wrong.append((position, words))
        after = page[-1][0] if page else until
        advance(min(after, until), until)
    rows = sorted(book.rows.values(), key=lambda row: (row.day, row.sim))
    return SegmentAccount(rows, wrong)

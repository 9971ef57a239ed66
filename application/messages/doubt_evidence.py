"""What is known of a message in doubt: what was handed over, by which SIM, when, and what came."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from application.books.reader import Reader
from application.messages.event_words import EVENT_WORDS
from domain.errors import NotFound
from domain.events import Event
from domain.message import events, message_id
from domain.values import Instant

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class DoubtEvidence:
    """One doubt; what no event says is None."""

    segment: int | None
    """The one that was handed over, from 1."""
    segments: int
    """Of how many it is."""
    references: Sequence[int]
    """Message references that the network gave for those before it."""
    sim: int | None
    attempt: int | None
    handed_over_at: Instant | None
    """When the SIM had its prompt and took the message."""
    doubted_at: Instant | None
    words: str
    """What came instead of a clear answer, or why it is held."""


def doubt_evidence(reader: Reader, number: int) -> DoubtEvidence:
    """Give what the log says of the doubt about a message.

    Raises:
        NotFound: no such message.
        StoreDown: the log cannot be read.
    """
    history = reader.events(message_id(number))
    queued = history[0] if history else None
    if not isinstance(queued, events.Queued):
        msg = "No such message."
        raise NotFound(msg)
    started = _last(history, events.AttemptStarted)
    doubt = _last(history, events.InDoubt)
    held = _last(history, events.Held)
    why = max(filter(None, (doubt, held)), key=history.index, default=None)
    accepted = [event for event in history if isinstance(event, events.SegmentAccepted)]
    return DoubtEvidence(
        segment=None if doubt is None else doubt.index + 1,
        segments=queued.segments,
        references=[
            event.message_reference for event in accepted if event.message_reference is not None
        ],
        sim=started.sim if started is not None else None,
        attempt=started.attempt if started is not None else None,
        handed_over_at=Instant(started.at) if started is not None else None,
        doubted_at=Instant(why.at) if why is not None else None,
        words="" if why is None else EVENT_WORDS[type(why)](why),
    )


def _last(history: Sequence[Event], kind: type[E]) -> E | None:
    return next((event for event in reversed(history) if isinstance(event, kind)), None)

"""The segments of each SIM by day: what became of those that it began, against what was sold.

    begun = submitted + in doubt + failed + under way

A segment counts on the day in Lusaka on which it began, and a message as sold on that of its
last segment. What is in doubt and never settled stays in doubt: it may have cost airtime.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from domain.causes import OwnCause
from domain.days import day_of
from domain.message import events
from domain.message_states import State


@dataclass(slots=True)
class SimDay:
    """Segments of one SIM that began on one day, by where they stand."""

    sim: int
    day: int
    """Days since 1970-01-01 in Lusaka."""
    begun: int = 0
    submitted: int = 0
    """The network took it."""
    in_doubt: int = 0
    failed: int = 0
    """It certainly did not leave."""
    messages_sold: int = 0
    segments_sold: int = 0
    credits_sold: int = 0

    @property
    def under_way(self) -> int:
        """Segments that have begun and of which nothing is known yet."""
        return self.begun - self.submitted - self.in_doubt - self.failed


@dataclass(slots=True)
class _Open:
    """A message that has not ended; ``began`` is where its segment in flight counts."""

    segments: int
    submitted: int = 0
    began: SimDay | None = None
    is_in_doubt: bool = False
    whole: SimDay | None = None
    """Where the segment of a doubt was that was settled by word that it left."""
    was_held: bool = False


class SegmentBook:
    """Feed it the events of messages in order; ``rows`` has what they add up to."""

    def __init__(self) -> None:
        self.rows: dict[tuple[int, int], SimDay] = {}
        self._open: dict[int, _Open] = {}
        self._how: dict[str, Callable[[Any, _Open], str | None]] = {
            events.AttemptStarted.TOPIC: self._begin,
            events.SegmentAccepted.TOPIC: self._submit,
            events.InDoubt.TOPIC: self._doubt,
            events.AttemptFailed.TOPIC: self._fail,
            events.Held.TOPIC: self._hold,
            events.Released.TOPIC: self._release,
            events.Sent.TOPIC: self._sell,
            events.Failed.TOPIC: self._end_unsent,
            events.Expired.TOPIC: self._end_unsent,
            events.Cancelled.TOPIC: self._end_unsent,
        }

    @property
    def topics(self) -> Collection[str]:
        """The topics of the events that it wants."""
        return (events.Queued.TOPIC, *self._how)

    def feed(self, topic: str, event: Any) -> str | None:
        """Take an event of one of ``topics``; give what cannot follow from those before it.

        ``event`` may also be what was read of one: fields that it does not have are None or 0.
        """
        if topic == events.Queued.TOPIC:
            self._open[event.number] = _Open(event.segments)
            return None
        message = self._open.get(event.number)
        if message is None:
            return f"message {event.number} has ended, or was never queued"
        return self._how[topic](event, message)

    def _begin(self, event: Any, message: _Open) -> str | None:
        is_open = message.began is not None and not message.is_in_doubt
        message.whole = None
        message.began, message.is_in_doubt = self._row(event), False  # a resent one stays in doubt
        message.began.begun += 1
        return f"message {event.number} began while a segment was under way" if is_open else None

    def _submit(self, event: Any, message: _Open) -> str | None:
        _go_on_whole(message)
        row, was_in_doubt = message.began, message.is_in_doubt
        wrong = _where(event, message)
        _settle(message, "submitted")
        message.submitted += 1
        if row is not None and not was_in_doubt and event.index + 1 < message.segments:
            message.began = self._row(event, sim=row.sim)
            message.began.begun += 1
        message.whole = row if was_in_doubt else None
        return wrong

    def _sell(self, event: Any, message: _Open) -> str | None:
        del self._open[event.number]
        _go_on_whole(message)
        row = message.began
        wrong = None if message.was_held else _where(event, message)
        _settle(message, "submitted")
        message.submitted += 1
        if row is None and event.sim is not None:
            row = self._row(event)
        if row is not None:
            row.messages_sold += 1
            row.segments_sold += message.segments
            row.credits_sold += event.credits
        if wrong is None and not message.was_held and message.submitted != message.segments:
            return (
                f"message {event.number} was sold with {message.segments} segments, of which"
                f" {message.submitted} were submitted"
            )
        return wrong

    def _doubt(self, event: Any, message: _Open) -> str | None:
        wrong = _where(event, message)
        _mark(message, is_in_doubt=True)
        return wrong

    def _fail(self, event: Any, message: _Open) -> str | None:
        wrong = None if message.began else f"no segment of message {event.number} was under way"
        _settle(message, "failed")
        return wrong

    def _hold(self, _: Any, message: _Open) -> None:
        message.was_held = True

    def _release(self, event: Any, message: _Open) -> None:
        if event.state == State.IN_DOUBT:
            _mark(message, is_in_doubt=True)

    def _end_unsent(self, event: Any, message: _Open) -> str | None:
        del self._open[event.number]
        is_settled = message.began is None or event.cause == OwnCause.UNCONFIRMED
        return None if is_settled else self._fail(event, message)

    def _row(self, event: Any, *, sim: int | None = None) -> SimDay:
        place = (event.sim if sim is None else sim, day_of(event.timestamp))
        if place not in self.rows:
            self.rows[place] = SimDay(*place)
        return self.rows[place]


def _go_on_whole(message: _Open) -> None:
    """A phone had all of a message in doubt, and says that the next segment left, too."""
    if message.began is None and message.whole is not None:
        message.began, message.whole = message.whole, None
        message.began.begun += 1
        message.is_in_doubt = True
        message.began.in_doubt += 1


def _mark(message: _Open, *, is_in_doubt: bool) -> None:
    if message.began is not None and message.is_in_doubt is not is_in_doubt:
        message.began.in_doubt += 1 if is_in_doubt else -1
        message.is_in_doubt = is_in_doubt


def _settle(message: _Open, how: str) -> None:
    """Note what became of the segment in flight."""
    if message.began is not None:
        _mark(message, is_in_doubt=False)
        setattr(message.began, how, getattr(message.began, how) + 1)
        message.began = None


def _where(event: Any, message: _Open) -> str | None:
    """Say what is wrong with the SIM by which a segment is said to have gone."""
    if message.began is None:
        return f"no segment of message {event.number} was under way"
    if event.sim not in {None, message.began.sim}:
        return f"message {event.number} began on SIM {message.began.sim}, not on {event.sim}"
    return None

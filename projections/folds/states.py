"""The state that each event of a message leads to, for the projections that keep it."""

from collections.abc import Mapping
from typing import Final

from domain.events import Event
from domain.message import State
from domain.message.events import (
    AttemptFailed,
    AttemptStarted,
    Cancelled,
    Delivered,
    Expired,
    Failed,
    Held,
    InDoubt,
    Queued,
    Released,
    SegmentAccepted,
    Sent,
    Undelivered,
)
from domain.rehearsal import Rehearsal

_OF_MESSAGES: Final[Mapping[type[Event], State]] = {
    Queued: State.QUEUED,
    AttemptStarted: State.SENDING,
    Sent: State.SENT,
    InDoubt: State.IN_DOUBT,
    Held: State.HELD,
    AttemptFailed: State.QUEUED,
    Failed: State.FAILED,
    Expired: State.EXPIRED,
    Cancelled: State.CANCELLED,
    Delivered: State.DELIVERED,
    Undelivered: State.UNDELIVERED,
}

_OF_TESTS: Final[Mapping[type[Event], State]] = {
    Rehearsal.Accepted: State.QUEUED,
    Rehearsal.Sent: State.SENT,
    Rehearsal.InDoubt: State.IN_DOUBT,
    Rehearsal.Failed: State.FAILED,
    Rehearsal.Cancelled: State.CANCELLED,
    Rehearsal.Delivered: State.DELIVERED,
}

_LEADS_TO: Final = {
    kind: state.value for kind, state in (*_OF_MESSAGES.items(), *_OF_TESTS.items())
}

TEST_EVENTS: Final = frozenset(_OF_TESTS)
"""The events that change a test message's state."""

STATE_EVENTS: Final = frozenset(_OF_MESSAGES) | {SegmentAccepted, Released}
"""The events that (may) change a message's state."""


def state_after(event: Event, state: str) -> str:
    """Give the state after ``event``, as rows have it, of a message that was in ``state`` before.

    A segment accepted late, out of doubt, makes a message wait for its next segment.
    """
    kind = type(event)
    if (after := _LEADS_TO.get(kind)) is not None:
        return after
    if kind is SegmentAccepted:
        return state if state == State.SENDING else State.QUEUED.value
    return event.state if isinstance(event, Released) else state  # Redated and Postponed

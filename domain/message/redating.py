"""What a clock dated that was wrong, counted anew: from now on, or by as much as it was behind."""

from collections.abc import Callable, Mapping
from typing import Protocol

from domain.errors import TooLate
from domain.values import Instant

Counted = Callable[[Instant], Instant | None]
"""Gives when what is dated so was at the latest; None while nobody knows."""


class Dated(Protocol):
    """The times of a message."""

    number: int
    retry_at: int | None
    send_at: int | None
    expires_at: int
    last_attempt_at: int | None

    @property
    def opened_at(self) -> Instant:
        """Time of its first event."""

    @property
    def changed_at(self) -> Instant:
        """Time of its newest event."""


def dated_anew(message: Dated, at: Instant, counted: Counted) -> Mapping[str, int | None]:
    """Give when it may be tried next, when it expires and when its last attempt was.

    What its account asked for stays: it said a time, and no clock.

    Raises:
        TooLate: no clock was wrong, or it is not known yet how wrong.
    """
    if message.changed_at > at:
        return _from_now_on(message, at)
    changed_at = counted(message.changed_at)
    if changed_at is None or changed_at <= message.changed_at:
        msg = f"message {message.number} was dated by a clock that was right"
        raise TooLate(msg)
    opened_at = counted(message.opened_at) or message.opened_at
    later = 0 if message.send_at is not None else opened_at - message.opened_at
    tried_at = message.last_attempt_at
    waits = (message.retry_at or message.changed_at) - message.changed_at
    return {
        "due_at": max(changed_at + max(waits, 0), message.send_at or 0),
        "expires_at": message.expires_at + later,
        "last_attempt_at": None if tried_at is None else counted(Instant(tried_at)),
    }


def _from_now_on(message: Dated, at: Instant) -> Mapping[str, int | None]:
    """Give the same for what a clock dated that was ahead: its newest event is as of now."""
    ahead = message.changed_at - at
    was_accepted_ahead = message.opened_at > at and message.send_at is None
    validity = message.expires_at - message.opened_at
    tried_at = message.last_attempt_at
    return {
        "due_at": max((message.retry_at or 0) - ahead, message.send_at or 0, at),
        "expires_at": at + validity if was_accepted_ahead else message.expires_at,
        "last_attempt_at": None if tried_at is None else min(tried_at, at),
    }

"""What a clock dated that was ahead, counted from now on instead."""

from collections.abc import Mapping
from typing import Protocol

from domain.errors import TooLate
from domain.values import Instant


class Dated(Protocol):
    """The times of a message."""

    number: int
    retry_at: int | None
    send_at: int | None
    expires_at: int

    @property
    def opened_at(self) -> Instant:
        """Time of its first event."""

    @property
    def changed_at(self) -> Instant:
        """Time of its newest event."""


def from_now_on(message: Dated, at: Instant) -> Mapping[str, int]:
    """Give when it may be tried next and when it expires, if its newest event is as of now.

    What its account asked for stays: it said a time, and no clock.

    Raises:
        TooLate: no clock was ahead.
    """
    ahead = message.changed_at - at
    if ahead <= 0:
        msg = f"message {message.number} was dated by a clock that was right"
        raise TooLate(msg)
    was_accepted_ahead = message.opened_at > at and message.send_at is None
    validity = message.expires_at - message.opened_at
    return {
        "due_at": max((message.retry_at or 0) - ahead, message.send_at or 0, at),
        "expires_at": at + validity if was_accepted_ahead else message.expires_at,
    }

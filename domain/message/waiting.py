"""When a message may leave: its time, the quiet hours that hold it, its SIM."""

from collections.abc import Mapping
from typing import Protocol

from domain.message_states import OPEN, Progress, State
from domain.quiet_hours import QuietHours
from domain.values import Instant, Lane


def due_from(quiet: str | None, at: int, send_at: int | None) -> Instant:
    """Give when a message may first leave that was accepted at ``at``; ``quiet`` as in Queued."""
    first = Instant(max(at, send_at or 0))
    return first if quiet is None else QuietHours.read(quiet).leaves_at(first)


class Waits(Progress):
    """What a message waits for."""

    number: int
    segments: int
    lane: str
    send_at: int | None
    quiet: str | None

    @property
    def is_open(self) -> bool:
        """Whether its credits are still reserved."""
        return self.state in OPEN

    @property
    def next_index(self) -> int:
        """Index of the first segment that the network has not accepted."""
        return self.accepted

    def held_until(self, at: Instant) -> Instant | None:
        """Give when the quiet hours end that hold it at ``at``; None when none do.

        Once a part of it has left, the rest follows.
        """
        if self.quiet is None or self.accepted:
            return None
        return QuietHours.read(self.quiet).end_of(at)

    def may_start(self, *, sim: int, at: Instant) -> bool:
        """Whether SIM number ``sim`` may take it now: due, unexpired, and not bound elsewhere."""
        if self.bound_sim is not None and self.bound_sim != sim:
            return False
        if self.expires_at <= at or self.held_until(at) is not None:
            return False
        if self.state == State.QUEUED:
            return max(self.retry_at or 0, self.send_at or 0) <= at
        return (
            self.state == State.IN_DOUBT
            and self.lane == Lane.OTP
            and not self.resent
            and self.sim != sim
        )


class Held(Protocol):
    """A message, as quiet hours see it."""

    quiet: str | None
    accepted: int
    send_at: int | None
    retry_at: int | None
    expires_at: int

    @property
    def opened_at(self) -> Instant:
        """Time of its first event."""


def put_off(message: Held, at: Instant) -> Mapping[str, int] | None:
    """Give the times of a message from when its quiet hours began while it waited.

    None when none have by ``at``, or when it ended before them. What they take of its validity is
    given back.
    """
    if message.quiet is None or message.accepted:
        return None
    hours = QuietHours.read(message.quiet)
    due_at = message.retry_at or due_from(message.quiet, message.opened_at, message.send_at)
    began = hours.begin_after(Instant(due_at))
    if began > at or message.expires_at <= began:
        return None
    ends = hours.leaves_at(began)
    return {"due_at": ends, "expires_at": message.expires_at + ends - began}

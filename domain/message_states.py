"""One SMS on its way out: its states, what may follow what, and what each end means.

from        event                                              to
----        -----                                              --
Queued      AttemptStarted                                     Sending
Queued      Postponed                                          unchanged
Queued      Failed, Expired, Cancelled                         end, refunded
Sending     SegmentAccepted                                    Sending
Sending     Sent                                               Sent
Sending     AttemptFailed                                      Queued (same SIM once a
                                                               segment was accepted)
Sending     Failed                                             end, refunded
Sending     InDoubt                                            InDoubt
InDoubt     Sent                                               Sent
InDoubt     SegmentAccepted (segments left), AttemptFailed     Queued (same SIM once a
                                                               segment was accepted)
InDoubt     AttemptStarted (lane otp, once, another SIM)       Sending
InDoubt     Failed (operator, or 24 h)                         end, refunded
any open    Redated                                            unchanged
any open    Held                                               Held
Held        Released                                           Queued if it was, else InDoubt
Held        Sent, Failed (operator)                            end, spent or refunded
Sent        SegmentReported (of several)                       unchanged
Sent        Delivered, Undelivered                             end, spent
Failed, Expired, Cancelled    ReportedLate                     unchanged, listed
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class State(StrEnum):
    """Where a message stands."""

    QUEUED = "queued"
    SENDING = "sending"
    IN_DOUBT = "in_doubt"
    HELD = "held"
    """A restore brought it back open: it may have left since the backup, so nothing is done."""
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


OPEN: Final = frozenset({State.QUEUED, State.SENDING, State.IN_DOUBT, State.HELD})
"""Reserved: neither spent nor refunded yet."""
SPENT: Final = frozenset({State.SENT, State.DELIVERED, State.UNDELIVERED})
REFUNDED: Final = frozenset({State.FAILED, State.EXPIRED, State.CANCELLED})


class Extent(StrEnum):
    """How much of a message's content is erased."""

    TEXT = "text"
    ALL = "all"


MAY_FOLLOW: Final[Mapping[str, frozenset[State]]] = MappingProxyType(
    {
        "AttemptStarted": frozenset({State.QUEUED, State.IN_DOUBT}),
        "SegmentAccepted": frozenset({State.SENDING, State.IN_DOUBT}),
        "Sent": frozenset({State.SENDING, State.IN_DOUBT, State.HELD}),
        "AttemptFailed": frozenset({State.SENDING, State.IN_DOUBT}),
        "InDoubt": frozenset({State.SENDING}),
        "Held": frozenset({State.QUEUED, State.SENDING, State.IN_DOUBT}),
        "Released": frozenset({State.HELD}),
        "Redated": OPEN,
        "Postponed": frozenset({State.QUEUED}),
        "Failed": OPEN,
        "Expired": frozenset({State.QUEUED}),
        "Cancelled": frozenset({State.QUEUED}),
        "SegmentReported": frozenset({State.SENT}),
        "Delivered": frozenset({State.SENT}),
        "Undelivered": frozenset({State.SENT}),
        "ReportedLate": REFUNDED,
        "Resolved": frozenset({State.IN_DOUBT, State.HELD}),
        "ContentErased": frozenset(set(State) - OPEN),
    }
)
"""The table above, by event: the states in which it may happen."""


class Progress:
    """How far a message has come: what its events change, and nothing else of it."""

    state: State
    sim: int | None
    """The SIM of the attempt under way, or of the last one."""
    bound_sim: int | None
    """The only SIM that may go on: some of its segments have left by it."""
    attempt: int
    fence: int
    concat_ref: int | None
    last_attempt_at: int | None
    retry_at: int | None
    expires_at: int
    accepted: int
    """How many segments the network has accepted."""
    references: list[int | None]
    reported: list[int]
    """The segments of several that the handset is reported to have."""
    resent: bool
    cause: str | None
    late_reports: int
    erased: str | None
    was_queued: bool
    """Whether it was queued when it was held: nothing of an attempt was under way."""

    def begin(self) -> None:
        """Begin as a message that was accepted and of which nothing else happened."""
        self.state = State.QUEUED
        self.sim = self.bound_sim = self.concat_ref = None
        self.attempt = self.fence = self.accepted = self.late_reports = 0
        self.last_attempt_at = self.retry_at = None
        self.references, self.reported = [], []
        self.resent = self.was_queued = False
        self.cause = self.erased = None

"""What settles a message besides its attempt: time, late answers, and the refund of each end."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final
from uuid import UUID

from application.books.books import Books
from application.books.commands import Command
from application.books.contents import ContentChanged, message_of
from application.fleet.duty import require_fence
from application.fleet.leases import RELEASED
from application.retention.doubted import counted_from
from domain.causes import Cause, OwnCause, RejectionClass
from domain.contents import ContentKind
from domain.errors import TooLate
from domain.message import REFUNDED, Message, State, message_id
from domain.message.waiting import put_off
from domain.reports import Accepted, Rejected
from domain.values import SECOND, Credits, Instant
from domain.wallet import CreditWallet, wallet_id

ATTEMPTS_MAX: Final = 8
"""Attempts after which a message that keeps failing ends; validity usually ends it first."""

BACK_OFF_S: Final = (30, 60, 120, 300, 600, 1200, 1800)
"""Pause after the first, second, … transient rejection; the last one repeats."""


def refuse(message: Message, rejected: Rejected, *, at: Instant) -> None:
    """Do with a message what its refusal's class asks for, whether it came at once or late."""
    match rejected.rejection:
        case RejectionClass.PERMANENT_MESSAGE | RejectionClass.BUG_IN_REQUEST:
            message.fail(cause=rejected.cause, at=at)
        case RejectionClass.SENDER_BLOCKED | RejectionClass.MODEM_OR_SIM:
            fail_attempt(message, cause=rejected.cause, pause_s=0, at=at)
        case RejectionClass.TRANSIENT:
            pause_s = BACK_OFF_S[min(message.attempt, len(BACK_OFF_S)) - 1]
            fail_attempt(message, cause=rejected.cause, pause_s=pause_s, at=at)


def fail_attempt(message: Message, *, cause: Cause, pause_s: int, at: Instant) -> None:
    """End an attempt that sent nothing; the last one ends the message."""
    if message.attempt >= ATTEMPTS_MAX:
        message.fail(cause=cause, at=at)
        return
    retry_at = Instant(at + pause_s * SECOND)
    message.fail_attempt(cause=cause, retry_at=retry_at, at=at)


def record_with_refund(books: Books, message: Message, *, at: Instant) -> None:
    """Record a message's events and, when it ended unsent, its refund in the same save."""
    ends = any(
        isinstance(event, Message.Failed | Message.Expired | Message.Cancelled)
        for event in message.pending_events
    )
    if not ends or message.cause is None:  # every end has a cause
        books.record(message)
        return
    wallet = books.get(CreditWallet, wallet_id(message.account))
    wallet.refund(Credits(message.credits), number=message.number, cause=message.cause, at=at)
    books.record(message)
    books.record(wallet)


class LateAnswerArrived(Command[None]):
    """The modem answered after it had been given up: the doubt is settled."""

    def __init__(
        self, number: int, *, sim: int, fence: int, outcome: Accepted | Rejected, at: Instant
    ) -> None:
        self.at = at
        self._number = number
        self._sim = sim
        self._fence = fence
        self._outcome = outcome

    def touches(self) -> Iterable[UUID]:
        """The message; its wallet is loaded when there is something to refund."""
        yield message_id(self._number)

    def decide(self, books: Books) -> None:
        """Settle the doubt, or note that word came after the refund.

        Raises:
            TooLate: the message is neither in doubt on this SIM nor refunded.
        """
        message = books.get(Message, message_id(self._number))
        if message.sim != self._sim or message.fence != self._fence:
            msg = f"message {self._number} is no longer with SIM {self._sim}"
            raise TooLate(msg)
        if isinstance(self._outcome, Accepted):
            if message.state in REFUNDED:
                message.report_late(evidence="late answer", at=self.at)
            else:
                message.accept_segment(
                    message.next_index,
                    message_reference=self._outcome.message_reference,
                    evidence="late answer",
                    at=self.at,
                )
        elif message.state is State.IN_DOUBT:
            refuse(message, self._outcome, at=self.at)
        record_with_refund(books, message, at=self.at)


class DoubtAttempt(Command[bool]):
    """The SIM's thread is gone (restart, lapsed lease): what it was sending is in doubt.

    Only a holder of the SIM's lease with a higher fence may say so, or the relay once the
    lease has run out (design section 6.5).
    """

    def __init__(
        self,
        number: int,
        *,
        sim: int,
        new_fence: int | None,
        cause: Cause,
        lapsed: tuple[int, int] | None = None,
        at: Instant,
    ) -> None:
        """``lapsed`` is the lease, by fence and end, that nobody renewed; None: there is none."""
        self.at = at
        self._lapsed = lapsed
        self._number = number
        self._sim = sim
        self._new_fence = new_fence
        self._cause = cause

    def touches(self) -> Iterable[UUID]:
        """The message."""
        yield message_id(self._number)

    def decide(self, books: Books) -> bool:
        """Put it in doubt; False when it is settled already or its SIM is still at work."""
        message = books.get(Message, message_id(self._number))
        if message.state is not State.SENDING or message.sim != self._sim:
            return False
        if self._new_fence is not None:
            require_fence(books, self._sim, self._new_fence)
            if message.fence >= self._new_fence:
                return False
        else:
            lease = books.lease(self._sim)
            if lease is not None:
                if (lease.fence, lease.expires_at) != self._lapsed:
                    return False
                # Whoever held it begins nothing more, should it live: it takes the SIM anew.
                books.grant_lease(replace(lease, fence=lease.fence + 1, expires_at=RELEASED))
        message.doubt(cause=self._cause, at=self.at)
        books.record(message)
        return True


class _OfMessage(Command[bool]):
    """What time or a find asks of one message; False when it moved on meanwhile."""

    def __init__(self, number: int, *, at: Instant) -> None:
        self.at = at
        self._number = number

    def touches(self) -> Iterable[UUID]:
        """The message."""
        yield message_id(self._number)


class RedateMessage(_OfMessage):
    """The clock that dated a message was wrong, and is right again: its times count anew."""

    def decide(self, books: Books) -> bool:
        """Let its times count anew; False when it moved on meanwhile."""
        message = books.get(Message, message_id(self._number))
        try:
            message.redate(lambda dated_at: counted_from(books, dated_at), at=self.at)
        except TooLate:
            return False
        books.record(message)
        return True


class ExpireMessage(_OfMessage):
    """Time ran out for a message that waits, or for a doubt that nothing settled.

    What waits into quiet hours that hold it has more of it.
    """

    def decide(self, books: Books) -> bool:
        """End and refund it, or put it off; False when it moved on meanwhile."""
        message = books.get(Message, message_id(self._number))
        try:
            if message.state is State.IN_DOUBT:
                message.give_up_doubt(at=self.at)
            elif put_off(message, self.at) is not None:
                message.postpone(at=self.at)
            else:
                message.expire(at=self.at)
        except TooLate:
            return False
        record_with_refund(books, message, at=self.at)
        return True


class FailChanged(_OfMessage):
    """What a waiting message says was changed past the gateway: it is not sent, and refunded."""

    def decide(self, books: Books) -> bool:
        """End and refund it; False when it moved on, or says what was accepted."""
        message = books.get(Message, message_id(self._number))
        try:
            message_of(books.content(ContentKind.MESSAGE, self._number), seal=message.content)
        except ContentChanged:
            if message.state is not State.QUEUED:
                return False
            message.fail(cause=OwnCause.CONTENT_CHANGED, at=self.at)
            record_with_refund(books, message, at=self.at)
            return True
        return False

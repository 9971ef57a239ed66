"""Sending and settling: what SIMs report and what time does, to messages and their credits."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from application.accounts import WithReason
from application.actors import Actor, permit_on
from application.committer import Command
from application.gateway import Books
from domain.errors import NotFound, TooLate
from domain.message import REFUNDED, Message, State, message_id
from domain.reports import Accepted, InDoubt, NotSent, Rejected, RejectionClass, SubmitOutcome
from domain.roles import Duty
from domain.values import SECOND, Credits, Instant
from domain.wallet import CreditWallet, wallet_id

ATTEMPTS_MAX: Final = 8
"""Attempts after which a message that keeps failing ends; validity usually ends it first."""
BACK_OFF_S: Final = (30, 60, 120, 300, 600, 1200, 1800)
"""Pause after the first, second, … transient rejection; the last one repeats."""


@dataclass(frozen=True, slots=True)
class Load:
    """What a SIM needs to send a message: committed in AttemptStarted, read under the lock."""

    number: int
    msisdn: str
    text: str
    segments: int
    next_index: int
    concat_ref: int | None
    attempt: int
    expires_at: Instant


class StartAttempt(Command[Load]):
    """A SIM has its prompt: may it take the message? Decided by the message's version."""

    def __init__(
        self, number: int, *, sim: int, fence: int, concat_ref: int | None, at: Instant
    ) -> None:
        self.at = at
        self._number = number
        self._sim = sim
        self._fence = fence
        self._concat_ref = concat_ref

    def touches(self) -> Iterable[UUID]:
        """The message."""
        yield message_id(self._number)

    def reads(self) -> Iterable[int]:
        """The message's text and recipient."""
        yield self._number

    def decide(self, books: Books) -> Load:
        """Start the attempt.

        Raises:
            TooLate: another SIM took it, it ended, or this SIM's lease is not ours any more.
        """
        require_fence(books, self._sim, self._fence, self.at)
        message = books.get(Message, message_id(self._number))
        row = books.content("message", self._number)
        if row is None or row.msisdn is None or row.body is None:
            msg = f"the content of message {self._number} was erased"
            raise TooLate(msg)
        was_offline = message.offline and message.attempt == 0
        message.start_attempt(
            sim=self._sim, fence=self._fence, concat_ref=self._concat_ref, at=self.at
        )
        if was_offline:
            books.settle_digest(self._number)
        books.record(message)
        return Load(
            number=self._number,
            msisdn=row.msisdn,
            text=row.body,
            segments=message.segments,
            next_index=message.next_index,
            concat_ref=message.concat_ref,
            attempt=message.attempt,
            expires_at=Instant(message.expires_at),
        )


def require_fence(books: Books, sim: int, fence: int, at: Instant) -> None:
    """Refuse a SIM thread whose lease ran out or went to another.

    Raises:
        TooLate: the lease is not live under this fence.
    """
    lease = books.lease(sim)
    if lease is None or lease.fence != fence or lease.expires_at <= at:
        msg = f"the lease of SIM {sim} under fence {fence} is over"
        raise TooLate(msg)


@dataclass(frozen=True, slots=True)
class Settled:
    """Where a message stands after an outcome was recorded."""

    state: State
    more_segments: bool


class RecordOutcome(Command[Settled]):
    """A SIM reports what became of segment ``index``; an end without sending refunds at once."""

    def __init__(
        self, number: int, *, sim: int, fence: int, index: int, outcome: SubmitOutcome, at: Instant
    ) -> None:
        self.at = at
        self._number = number
        self._sim = sim
        self._fence = fence
        self._index = index
        self._outcome = outcome

    def touches(self) -> Iterable[UUID]:
        """The message; its wallet is loaded when there is something to refund."""
        yield message_id(self._number)

    def decide(self, books: Books) -> Settled:
        """Record it.

        Raises:
            TooLate: the attempt is not this SIM's any more.
        """
        message = books.get(Message, message_id(self._number))
        if message.sim != self._sim or message.fence != self._fence:
            msg = f"message {self._number} is no longer with SIM {self._sim}"
            raise TooLate(msg)
        match self._outcome:
            case Accepted(reference):
                message.accept_segment(
                    self._index, message_reference=reference, evidence="modem", at=self.at
                )
            case InDoubt(reason):
                message.doubt(reason=reason, at=self.at)
            case NotSent(reason):
                self._retry(message, cause=reason, pause_s=0)
            case Rejected():
                self._reject(message, self._outcome)
        record_with_refund(books, message, at=self.at)
        return Settled(message.state, more_segments=message.next_index < message.segments)

    def _reject(self, message: Message, rejected: Rejected) -> None:
        cause = cause_of(rejected)
        match rejected.rejection:
            case RejectionClass.PERMANENT_MESSAGE | RejectionClass.BUG_IN_REQUEST:
                message.fail(cause=cause, at=self.at)
            case RejectionClass.SENDER_BLOCKED | RejectionClass.MODEM_OR_SIM:
                self._retry(message, cause=cause, pause_s=0)
            case RejectionClass.TRANSIENT:
                pause_s = BACK_OFF_S[min(message.attempt, len(BACK_OFF_S)) - 1]
                self._retry(message, cause=cause, pause_s=pause_s)

    def _retry(self, message: Message, *, cause: str, pause_s: int) -> None:
        if message.attempt >= ATTEMPTS_MAX:
            message.fail(cause=cause, at=self.at)
            return
        retry_at = Instant(self.at + pause_s * SECOND)
        message.fail_attempt(cause=cause, retry_at=retry_at, at=self.at)


class WithdrawAttempt(RecordOutcome):
    """Whether AttemptStarted was committed is not known, and nothing was handed over.

    If it was, the message goes back into the queue; only an attempt under way can be withdrawn,
    so a message that is in doubt or already queued stays as it is.
    """

    def __init__(self, number: int, *, sim: int, fence: int, at: Instant) -> None:
        outcome = NotSent("its start was not confirmed in time")
        super().__init__(number, sim=sim, fence=fence, index=0, outcome=outcome, at=at)

    def decide(self, books: Books) -> Settled:
        """Put the message back.

        Raises:
            TooLate: it did not start, or another SIM has it.
        """
        message = books.get(Message, message_id(self._number))
        if message.state is not State.SENDING:
            msg = f"no attempt to send message {self._number} is under way"
            raise TooLate(msg)
        return super().decide(books)


def cause_of(rejected: Rejected) -> str:
    """Give the code under which a rejection stands in events and logs."""
    return f"CMS_{rejected.code}" if rejected.code is not None else "MODEM_ERROR"


def record_with_refund(books: Books, message: Message, *, at: Instant) -> None:
    """Record a message's events and, when it ended unsent, its refund in the same save."""
    ends = any(
        isinstance(event, Message.Failed | Message.Expired | Message.Cancelled)
        for event in message.pending_events
    )
    if not ends:
        books.record(message)
        return
    wallet = books.get(CreditWallet, wallet_id(message.account))
    wallet.refund(
        Credits(message.credits), number=message.number, cause=message.cause or "FAILED", at=at
    )
    if message.offline and message.attempt == 0:
        books.settle_digest(message.number)
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
        """The message."""
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
            message.fail_attempt(cause=cause_of(self._outcome), retry_at=self.at, at=self.at)
        books.record(message)


class DoubtAttempt(Command[bool]):
    """The SIM's thread is gone (restart, lapsed lease): what it was sending is in doubt.

    Only a holder of the SIM's lease with a higher fence may say so, or the relay once the
    lease has run out (design section 6.5).
    """

    def __init__(
        self, number: int, *, sim: int, new_fence: int | None, reason: str, at: Instant
    ) -> None:
        self.at = at
        self._number = number
        self._sim = sim
        self._new_fence = new_fence
        self._reason = reason

    def touches(self) -> Iterable[UUID]:
        """The message."""
        yield message_id(self._number)

    def decide(self, books: Books) -> bool:
        """Put it in doubt; False when it is settled already or its SIM is still at work."""
        message = books.get(Message, message_id(self._number))
        if message.state is not State.SENDING or message.sim != self._sim:
            return False
        if self._new_fence is not None:
            require_fence(books, self._sim, self._new_fence, self.at)
            if message.fence >= self._new_fence:
                return False
        else:
            lease = books.lease(self._sim)
            if lease is not None and lease.expires_at > self.at:
                return False
        message.doubt(reason=self._reason, at=self.at)
        books.record(message)
        return True


class ExpireMessage(Command[bool]):
    """Time ran out for a message that waits, or for a doubt that nothing settled."""

    def __init__(self, number: int, *, at: Instant) -> None:
        self.at = at
        self._number = number

    def touches(self) -> Iterable[UUID]:
        """The message."""
        yield message_id(self._number)

    def decide(self, books: Books) -> bool:
        """End and refund it; False when it moved on meanwhile."""
        message = books.get(Message, message_id(self._number))
        try:
            if message.state is State.IN_DOUBT:
                message.give_up_doubt(at=self.at)
            else:
                message.expire(at=self.at)
        except TooLate:
            return False
        record_with_refund(books, message, at=self.at)
        return True


class CancelMessage(Command[None]):
    """Take a waiting message back; refunded."""

    def __init__(self, number: int, *, account: int | None, actor: Actor, at: Instant) -> None:
        """``account`` is whose it must be; None when staff take it back."""
        self.at = at
        self._number = number
        self._account = account
        self._actor = actor

    def touches(self) -> Iterable[UUID]:
        """The message."""
        yield message_id(self._number)

    def decide(self, books: Books) -> None:
        """Cancel it.

        Raises:
            NotFound: no such message of this account.
            TooLate: it left the queue.
        """
        message = books.get(Message, message_id(self._number))
        if self._account is None:
            permit_on(books, self._actor, Duty.SETTLE_MESSAGES, account=message.account)
        elif message.account != self._account:
            msg = "No such message."
            raise NotFound(msg)
        message.cancel(actor=self._actor.name, at=self.at)
        record_with_refund(books, message, at=self.at)


class ResolveDoubt(WithReason[None]):
    """An operator says what became of a message in doubt."""

    def __init__(self, number: int, *, sent: bool, actor: Actor, reason: str, at: Instant) -> None:
        super().__init__(actor=actor, reason=reason, at=at)
        self._number = number
        self._sent = sent

    def touches(self) -> Iterable[UUID]:
        """The message."""
        yield message_id(self._number)

    def decide(self, books: Books) -> None:
        """Settle it; not sent is refunded.

        Raises:
            NotFound: no such message.
            NotPermitted: the actor may not.
            TooLate: it is not in doubt.
        """
        message = books.get(Message, message_id(self._number))
        permit_on(books, self._actor, Duty.SETTLE_MESSAGES, account=message.account)
        message.resolve(
            sent=self._sent,
            actor=self._actor.name,
            reason=self._reason_reference(),
            at=self.at,
        )
        self._keep_reason(books)
        record_with_refund(books, message, at=self.at)

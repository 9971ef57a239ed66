"""A SIM's attempts: what it may take, and what became of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from application.books.books import Books
from application.books.commands import Command
from application.books.contents import message_of
from application.fleet.duty import OnDuty, require_duty
from application.fleet.quota import NO_QUOTA, DayQuota
from application.messages.settling import fail_attempt, record_with_refund, refuse
from domain.causes import OwnCause
from domain.contents import ContentKind
from domain.errors import TooLate
from domain.message import Message, State, message_id
from domain.reports import Accepted, InDoubt, NotSent, Rejected, SubmitOutcome
from domain.values import Instant


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
    """A SIM is ready: may it take the message? Decided by the message's version and the brakes."""

    def __init__(
        self,
        number: int,
        *,
        duty: OnDuty,
        concat_ref: int | None,
        at: Instant,
        quota: DayQuota = NO_QUOTA,
    ) -> None:
        self.at = at
        self._number = number
        self._duty = duty
        self._concat_ref = concat_ref
        self._quota = quota

    def touches(self) -> Iterable[UUID]:
        """The message, and the SIM that may be in quarantine."""
        yield message_id(self._number)
        yield self._duty.key

    def reads(self) -> Iterable[int]:
        """The message's text and recipient."""
        yield self._number

    def decide(self, books: Books) -> Load:
        """Start the attempt.

        Raises:
            OffDuty: this SIM may begin nothing.
            TooLate: another SIM took the message, it ended, or its content was changed.
        """
        require_duty(books, self._duty, self.at, self._quota)
        message = books.get(Message, message_id(self._number))
        row = books.content(ContentKind.MESSAGE, self._number)
        content = message_of(row, seal=message.content)
        if content is None or content.msisdn is None or content.text is None:
            msg = f"the content of message {self._number} was erased"
            raise TooLate(msg)
        message.start_attempt(
            sim=self._duty.sim, fence=self._duty.fence, concat_ref=self._concat_ref, at=self.at
        )
        books.record(message)
        return Load(
            number=self._number,
            msisdn=content.msisdn,
            text=content.text,
            segments=message.segments,
            next_index=message.next_index,
            concat_ref=message.concat_ref,
            attempt=message.attempt,
            expires_at=Instant(message.expires_at),
        )


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
            case InDoubt(cause):
                message.doubt(cause=cause, at=self.at)
            case NotSent(cause):
                fail_attempt(message, cause=cause, pause_s=0, at=self.at)
            case Rejected():
                refuse(message, self._outcome, at=self.at)
        record_with_refund(books, message, at=self.at)
        return Settled(message.state, more_segments=message.next_index < message.segments)


class WithdrawAttempt(RecordOutcome):
    """Whether AttemptStarted was committed is not known, and nothing was handed over.

    If it was, the message goes back into the queue; only an attempt under way can be withdrawn,
    so a message that is in doubt or already queued stays as it is.
    """

    def __init__(self, number: int, *, sim: int, fence: int, at: Instant) -> None:
        outcome = NotSent(OwnCause.WITHHELD, "its start was not confirmed in time")
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

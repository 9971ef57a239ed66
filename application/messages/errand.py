"""One message that one SIM has under way, and the commands that tell the log of it."""

from dataclasses import dataclass
from typing import Final

from application.fleet.duty import OnDuty, StayOnDuty
from application.fleet.quota import DayQuota
from application.messages.attempts import (
    Load,
    RecordOutcome,
    Settled,
    StartAttempt,
    WithdrawAttempt,
)
from application.messages.letter import Letter
from application.ports.queries import Waiting
from domain.causes import OwnCause
from domain.message import Message, State
from domain.reports import Accepted, InDoubt, NotSent, SubmitOutcome
from domain.values import Instant

WITHDRAWN: Final = NotSent(OwnCause.WITHHELD, "withdrawn before it was handed over")


@dataclass(slots=True)
class Errand:
    """The message under way; ``load`` is there once AttemptStarted is committed."""

    waiting: Waiting
    letter: Letter
    duty: OnDuty
    index: int
    load: Load | None = None
    was_stopped: bool = False
    """Whether the hand was told to withdraw."""
    refusal: BaseException | None = None

    @property
    def number(self) -> int:
        """The message's number."""
        return self.letter.number

    @property
    def has_started(self) -> bool:
        """Whether AttemptStarted is committed."""
        return self.load is not None

    def start(self, at: Instant, quota: DayQuota) -> StartAttempt:
        """Ask whether the message may be started."""
        return StartAttempt(
            self.number,
            duty=self.duty,
            concat_ref=self.letter.concat_ref,
            at=at,
            quota=quota,
        )

    def go_on(self, at: Instant) -> StayOnDuty:
        """Ask whether the next segment may begin."""
        return StayOnDuty(self.duty, at=at)

    def record(self, outcome: SubmitOutcome, at: Instant) -> RecordOutcome:
        """Tell what became of the segment."""
        return RecordOutcome(
            self.number,
            sim=self.duty.sim,
            fence=self.duty.fence,
            index=self.index,
            outcome=outcome,
            at=at,
        )

    def withdraw(self, at: Instant) -> WithdrawAttempt:
        """Undo a start of which nobody knows whether it was committed."""
        return WithdrawAttempt(self.number, sim=self.duty.sim, fence=self.duty.fence, at=at)

    def goes_on(self, sent: SubmitOutcome, settled: Settled) -> bool:
        """Whether the next segment follows."""
        return (
            isinstance(sent, Accepted) and settled.more_segments and settled.state is State.SENDING
        )

    def still_goes_on(self, message: Message | None) -> bool:
        """Whether an accepted segment was recorded already, and the next one follows."""
        return (
            message is not None
            and message.state is State.SENDING
            and message.sim == self.duty.sim
            and message.fence == self.duty.fence
            and message.next_index == self.index + 1
        )

    def require_asked(self, outcome: SubmitOutcome) -> None:
        """Check that the hand asked before it sent.

        Raises:
            RuntimeError: it sent what was not started.
        """
        if not self.has_started and isinstance(outcome, Accepted | InDoubt):
            msg = f"message {self.number} was sent by a hand that was not told to"
            raise RuntimeError(msg)

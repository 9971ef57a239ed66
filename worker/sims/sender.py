"""Sends one message at a time over one SIM: start, segments, outcomes, and what stays unclear."""

import logging
from collections import Counter
from functools import partial
from typing import Any

from application.books.alarms import Alarms
from application.books.asking import Asked, Owed, Wait
from application.books.commands import Outcome
from application.books.committer import Committer
from application.books.reader import Reader
from application.fleet.condition import Condition
from application.fleet.desk import Desk
from application.fleet.leases import OnDuty
from application.fleet.pacing import Pacer
from application.fleet.timings import SimTimings
from application.messages.attempts import Load, Settled
from application.messages.letter import LetterReader
from application.messages.settling import DoubtAttempt, LateAnswerArrived
from application.ports import Clock, ModemDriver
from application.ports.queries import Waiting
from domain.causes import OwnCause
from domain.errors import OutcomeUnknown, Refused, Unavailable
from domain.message import Message, message_id
from domain.reports import Accepted, InDoubt, LateAnswer, NotSent, Rejected, SubmitOutcome
from domain.tpdu import TpduError
from worker.sims.attempt import WITHDRAWN, Attempt
from worker.sims.lease import LeaseKeeper

logger = logging.getLogger("ngoma.sims")


class Sender:
    """One SIM's message under way. All calls come from the SIM's own thread."""

    def __init__(
        self,
        *,
        driver: ModemDriver,
        letters: LetterReader,
        reader: Reader,
        committer: Committer,
        clock: Clock,
        desk: Desk,
        pacer: Pacer,
        condition: Condition,
        lease: LeaseKeeper,
        alarms: Alarms,
        counts: Counter[str],
        timings: SimTimings,
        wait: Wait,
    ) -> None:
        self._driver = driver
        self._letters = letters
        self._reader = reader
        self._committer = committer
        self._clock = clock
        self._desk = desk
        self._pacer = pacer
        self._condition = condition
        self._lease = lease
        self._alarms = alarms
        self._counts = counts
        self._timings = timings
        self._wait = wait
        self._owed = Owed(committer, clock, wait)
        self._attempt: Attempt | None = None
        self._unclear: Asked[Load] | None = None
        self._doubtful: tuple[int, OnDuty] | None = None
        self.may_start = True
        """False once the process is stopping: no prompt is answered with a message any more."""

    # -- where it stands -----------------------------------------------------------------------

    @property
    def is_busy(self) -> bool:
        """Whether a message has begun and segments of it are left."""
        return self._attempt is not None

    @property
    def owes(self) -> bool:
        """Whether the log lacks something that this SIM knows."""
        return bool(self._owed) or self._unclear is not None

    @property
    def wait_s(self) -> float:
        """Seconds until pacing and rest allow the next segment."""
        paced_s = (
            self._pacer.segment_ready_in_s() if self.is_busy else self._pacer.message_ready_in_s()
        )
        return max(paced_s, self._condition.rests_for_s)

    # -- sending -------------------------------------------------------------------------------

    def begin(self, waiting: Waiting, duty: OnDuty) -> None:
        """Send the next segment of a message that the desk gave: its first one here.

        Raises:
            StoreDown: it cannot be read; the desk has it again.
        """
        try:
            letter = self._letters.read(waiting.number, sim=duty.sim)
        except Unavailable:
            self._desk.put_back(waiting)
            raise
        except Exception:  # raised again: one odd message must not stop the SIMs
            self._desk.settle(waiting.number, aside_s=self._timings.fault_s)
            raise
        if letter is None:
            self._desk.settle(waiting.number, aside_s=self._timings.aside_s)
            return
        self._attempt = Attempt(waiting, letter, duty, letter.first_index)
        self.send_segment()

    def send_segment(self) -> None:
        """Hand over the next segment of the message under way."""
        attempt = self._attempt
        if attempt is None:
            return
        try:
            tpdu = attempt.letter.tpdu(attempt.index, self._clock.now())
        except TpduError as error:
            self._give_up_unreadable(attempt, error)
            return
        attempt.was_stopped = False
        outcome = self._driver.submit(tpdu, start=partial(self._start, attempt))
        self._counts[type(outcome).__name__] += 1
        attempt.require_asked(outcome)
        self._judge(attempt, outcome)
        if attempt.has_started:
            self._record(attempt, outcome)
        elif self._unclear is None:
            self._drop_unstarted(attempt)

    def release(self) -> None:
        """Let go of a message between two segments: the next one was certainly not sent."""
        if self._attempt is not None and not self.owes:
            self._record(self._attempt, WITHDRAWN)

    def tie_up(self, timeout_s: float) -> bool:
        """Bring what is known into the log; True when nothing is left to bring."""
        if self._unclear is not None and not self._clear_up(self._unclear, timeout_s):
            return False
        return self._owed.pay(timeout_s)

    def hear_late(self, late: LateAnswer) -> None:
        """Settle the last doubt of this modem by its late answer."""
        if self._doubtful is None:
            logger.warning("a late answer came for no doubt of ours")
            return
        (number, duty), self._doubtful = self._doubtful, None
        if isinstance(late.outcome, Accepted):
            self._condition.accepted()
        self._owed.add(
            LateAnswerArrived(
                number,
                sim=duty.sim,
                fence=duty.fence,
                outcome=late.outcome,
                at=self._clock.now(),
            ),
            partial(self._late_recorded, number),
        )

    def owe_doubt(self, number: int, duty: OnDuty) -> None:
        """Owe the doubt about what an earlier holder of this SIM was sending."""
        self._owed.add(
            DoubtAttempt(
                number,
                sim=duty.sim,
                new_fence=duty.fence,
                cause=OwnCause.RESTARTED,
                at=self._clock.now(),
            ),
            self._doubt_recorded,
        )

    def forget_doubt(self) -> None:
        """The port was closed: no late answer can come for the last doubt."""
        self._doubtful = None

    def abandon(self) -> None:
        """A fault of ours: if the message under way has started, the next fence doubts it."""
        if self._attempt is not None:
            self._desk.settle(self._attempt.number, aside_s=self._timings.fault_s)
        self._attempt = None
        self._unclear = None

    # -- at the prompt ---------------------------------------------------------------------------

    def _start(self, attempt: Attempt) -> bool:
        """Say whether the segment may go, with the modem at its prompt."""
        may_go = self._may_go(attempt)
        attempt.was_stopped = not may_go
        if may_go:
            self._pacer.take()
        return may_go

    def _may_go(self, attempt: Attempt) -> bool:
        if self._lease.left_s <= self._timings.submit_s:
            return False
        if attempt.has_started:  # a later segment: what has begun is finished
            return True
        if not self.may_start:
            return False
        asked = Asked(
            self._committer,
            attempt.start(self._clock.now()),
            self._wait,
        )
        outcome = asked.outcome(self._timings.start_s)
        if outcome is None or isinstance(outcome.error, OutcomeUnknown):
            self._unclear = asked
            return False
        if outcome.error is not None:
            attempt.refusal = outcome.error
            return False
        attempt.load = outcome.unwrap()
        return attempt.letter.agrees_with(attempt.load)

    def _drop_unstarted(self, attempt: Attempt) -> None:
        """Nothing was committed: another SIM, or this one later, may have the message."""
        self._attempt = None
        match attempt.refusal:
            case None:
                self._desk.put_back(attempt.waiting)
            case Unavailable():  # no use asking at once again
                self._condition.hold(self._timings.aside_s)
                self._desk.put_back(attempt.waiting)
            case Refused():
                logger.debug("message %s: %s", attempt.number, attempt.refusal)
                self._counts["Refused"] += 1
                self._lease.renew_soon()  # perhaps it was the lease
                self._desk.settle(attempt.number)
            case fault:
                self._desk.settle(attempt.number, aside_s=self._timings.fault_s)
                raise fault

    def _clear_up(self, asked: Asked[Load], timeout_s: float) -> bool:
        """Learn whether an attempt started whose commit was not heard of in time."""
        outcome = asked.outcome(timeout_s)
        if outcome is None:
            return False
        self._unclear = None
        attempt = self._attempt
        if attempt is None:
            msg = "an unclear start without its message"
            raise RuntimeError(msg)
        if outcome.error is None:
            attempt.load = outcome.unwrap()
            self._record(attempt, WITHDRAWN)
        elif isinstance(outcome.error, OutcomeUnknown):
            withdrawal = attempt.withdraw(self._clock.now())
            self._owed.add(withdrawal, partial(self._withdrawn, attempt))
        else:
            attempt.refusal = outcome.error
            self._drop_unstarted(attempt)
        return True

    # -- outcomes ------------------------------------------------------------------------------

    def _judge(self, attempt: Attempt, outcome: SubmitOutcome) -> None:
        """Learn what the outcome says of the SIM; what it says of the message is the log's."""
        match outcome:
            case Accepted():
                self._condition.accepted()
            case Rejected():
                self._condition.rejected(outcome)
                if not attempt.has_started and not self._condition.rests_for_s:
                    self._condition.silent(outcome.reason)
            case InDoubt(reason=reason):
                self._condition.doubted(reason)
                self._doubtful = (attempt.number, attempt.duty)
            case NotSent(reason=reason):
                if not attempt.was_stopped:
                    self._condition.silent(reason)

    def _record(self, attempt: Attempt, outcome: SubmitOutcome) -> None:
        self._owe(attempt, outcome)
        self._owed.pay(self._timings.store_s)

    def _owe(self, attempt: Attempt, outcome: SubmitOutcome) -> None:
        command = attempt.record(outcome, self._clock.now())
        self._owed.add(command, partial(self._recorded, attempt, outcome))

    def _recorded(self, attempt: Attempt, sent: SubmitOutcome, outcome: Outcome[Settled]) -> None:
        self._attempt = None  # whatever goes wrong below, this segment is not sent again
        _raise_fault(outcome)
        if outcome.error is None:
            goes_on = attempt.goes_on(sent, outcome.unwrap())
        else:  # refused: recorded by an earlier try whose answer was lost, or settled by another
            logger.info("message %s: %s", attempt.number, outcome.error)
            was_taken = isinstance(sent, Accepted)
            goes_on = was_taken and attempt.still_goes_on(self._read_back(attempt))
        if not goes_on:
            self._desk.settle(attempt.number)
            return
        attempt.index += 1
        self._attempt = attempt
        if self._lease.fence != attempt.duty.fence:  # the SIM was let go of meanwhile
            self._owe(attempt, WITHDRAWN)

    def _read_back(self, attempt: Attempt) -> Message | None:
        """Read where a message stands.

        Raises:
            RuntimeError: it cannot be read; a new fence has to doubt it.
        """
        try:
            return self._reader.find(Message, message_id(attempt.number))
        except Unavailable as error:
            msg = f"message {attempt.number} could not be read back"
            raise RuntimeError(msg) from error

    def _withdrawn(self, attempt: Attempt, outcome: Outcome[Settled]) -> None:
        _raise_fault(outcome)
        self._attempt = None
        self._desk.settle(attempt.number)

    def _doubt_recorded(self, outcome: Outcome[bool]) -> None:
        _raise_fault(outcome)
        if outcome.error is not None:
            self._lease.renew_soon()  # it is the lease; what shows that it held is doubted again

    def _late_recorded(self, number: int, outcome: Outcome[None]) -> None:
        _raise_fault(outcome)
        self._counts["DoubtSettled"] += outcome.error is None
        if outcome.error is not None:
            logger.info("a late answer for message %s: %s", number, outcome.error)

    def _give_up_unreadable(self, attempt: Attempt, error: TpduError) -> None:
        number = attempt.number
        self._alarms.set("encoding", f"message {number} cannot be encoded: {error}")
        if attempt.has_started:
            self._record(attempt, WITHDRAWN)
        self._attempt = None
        self._desk.settle(number, aside_s=self._timings.unreadable_s)


def _raise_fault(outcome: Outcome[Any]) -> None:
    """Raise what is neither a result nor a refusal: a fault of ours."""
    if outcome.error is not None and not isinstance(outcome.error, Refused):
        raise outcome.error

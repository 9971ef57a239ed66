"""The message that one SIM has under way: start, segments, and what became of them."""

import logging
from collections import Counter
from functools import partial

from application.books.asking import Asked, Owed
from application.books.commands import Outcome
from application.books.contents import ContentChanged
from application.fleet.condition import Condition
from application.fleet.duty import OffDuty, OnDuty
from application.fleet.holding import LeaseKeeper
from application.fleet.means import Means
from application.fleet.pacing import Pacer
from application.fleet.rounds import Source
from application.messages.attempts import Load, Settled
from application.messages.errand import WITHDRAWN, Errand
from application.messages.letter import ConcatReferences, LetterReader
from application.messages.pages import Pages
from application.messages.past import Past, raise_fault
from application.messages.settling import FailChanged
from application.ports.queries import Waiting
from domain.errors import OutcomeUnknown, Refused, Unavailable
from domain.message import Message, message_id
from domain.reports import Accepted, InDoubt, NotSent, Rejected, SubmitOutcome
from domain.tpdu import TpduError

logger = logging.getLogger("ngoma.sims")


class Carrying:
    """One message at a time, one segment at a time, whatever hand hands it over."""

    def __init__(
        self,
        *,
        means: Means,
        owed: Owed,
        desk: Source,
        pacer: Pacer,
        condition: Condition,
        lease: LeaseKeeper,
        past: Past,
        counts: Counter[str],
        pages: Pages | None = None,
    ) -> None:
        self._means = means
        self._clock = means.clock
        self._waits = means.waits
        self._letters = LetterReader(
            pages or Pages(means.store, means.reader, means.clock),
            desk,
            means.clock,
            ConcatReferences(means.randomness),
        )
        self._owed = owed
        self._desk = desk
        self._pacer = pacer
        self._condition = condition
        self._lease = lease
        self._past = past
        self._counts = counts
        self._unclear: Asked[Load] | None = None
        self.errand: Errand | None = None
        """The message that has begun, or is about to, and has segments left."""
        self.may_start = True
        """False once the process is stopping: no message begins any more."""

    @property
    def owes(self) -> bool:
        """Whether the log lacks something that this SIM knows."""
        return bool(self._owed) or self._unclear is not None

    # -- one segment -----------------------------------------------------------------------------

    def begin(self, waiting: Waiting, duty: OnDuty) -> None:
        """Take up a message that the desk gave, unless it cannot be sent now.

        Raises:
            StoreDown: it cannot be read; the desk has it again.
        """
        try:
            letter = self._letters.read(waiting, sim=duty.sim)
        except Unavailable:
            self._desk.put_back(waiting)
            raise
        except ContentChanged as error:
            self._refuse_changed(waiting.number, str(error))
            return
        except Exception:  # raised again: one odd message must not stop the SIMs
            self._desk.settle(waiting.number, aside_s=self._waits.fault_s)
            raise
        if letter is None:
            self._desk.settle(waiting.number, aside_s=self._waits.aside_s)
            return
        self.errand = Errand(waiting, letter, duty, letter.first_index)

    def _refuse_changed(self, number: int, words: str) -> None:
        """End and refund a message that was changed past the gateway; a person has to look."""
        self._means.alarms.set("content", f"{words}: somebody changed the store past the gateway")
        asked = self._means.ask(FailChanged(number, at=self._clock.now()))
        asked.outcome(self._waits.start_s)  # else it is met again, and ended then
        self._desk.settle(number, aside_s=self._waits.aside_s)

    def segment(self) -> bytes | None:
        """Encode the next segment; None when there is none, or it cannot be encoded."""
        errand = self.errand
        if errand is None:
            return None
        errand.was_stopped = False
        try:
            return errand.letter.tpdu(errand.index, self._clock.now())
        except TpduError as error:
            self._give_up_unreadable(errand, error)
            return None

    def start(self) -> bool:
        """Say whether the segment may go: asked when all is ready, before its first byte."""
        errand = self._under_way()
        may_go = self._may_go(errand)
        errand.was_stopped = not may_go
        return may_go

    def settle(self, outcome: SubmitOutcome) -> None:
        """Take in what became of the segment.

        Raises:
            RuntimeError: it was sent by a hand that was not told to.
        """
        errand = self._under_way()
        self._counts[type(outcome).__name__] += 1
        errand.require_asked(outcome)
        self._judge(errand, outcome)
        if errand.has_started:
            self._record(errand, outcome)
        elif self._unclear is None:
            self._drop_unstarted(errand)

    def release(self) -> None:
        """Let go of a message between two segments: the next one was certainly not sent."""
        if self.errand is not None and not self.owes:
            self._record(self.errand, WITHDRAWN)

    def tie_up(self, timeout_s: float) -> bool:
        """Bring what is known into the log; True when nothing is left to bring."""
        if self._unclear is not None and not self._clear_up(self._unclear, timeout_s):
            return False
        return self._owed.pay(timeout_s)

    def abandon(self) -> None:
        """A fault of ours: if the message under way has started, the next fence doubts it."""
        if self.errand is not None:
            self._desk.settle(self.errand.number, aside_s=self._waits.fault_s)
        self.errand = None
        self._unclear = None

    def _under_way(self) -> Errand:
        if self.errand is None:
            msg = "no message is under way"
            raise RuntimeError(msg)
        return self.errand

    # -- may it begin? ---------------------------------------------------------------------------

    def _may_go(self, errand: Errand) -> bool:
        if self._lease.left_s <= self._waits.submit_s:
            return False
        if errand.has_started:
            return self._ask_to_go_on(errand)
        return self.may_start and self._ask_to_start(errand)

    def _ask_to_start(self, errand: Errand) -> bool:
        asked = self._means.ask(errand.start(self._clock.now(), self._pacer.day.quota))
        outcome = asked.outcome(self._waits.start_s)
        if outcome is None or isinstance(outcome.error, OutcomeUnknown):
            self._unclear = asked
            return False
        if outcome.error is not None:
            errand.refusal = outcome.error
            return False
        self._has_started(errand, outcome.unwrap())
        return errand.letter.agrees_with(outcome.unwrap())

    def _ask_to_go_on(self, errand: Errand) -> bool:
        """A later segment: what has begun is finished, unless the SIM may begin nothing."""
        outcome = self._means.ask(errand.go_on(self._clock.now())).outcome(self._waits.start_s)
        if outcome is None or isinstance(outcome.error, Unavailable | OutcomeUnknown):
            self._condition.hold(self._waits.aside_s)
            return False
        if outcome.error is not None:
            self._brake()
            return False
        self._pacer.take()
        return True

    def _has_started(self, errand: Errand, load: Load) -> None:
        errand.load = load
        self._pacer.take()

    def _brake(self) -> None:
        """The SIM may begin nothing: learn why, and ask for nothing until then."""
        self._lease.renew_soon()
        self._condition.hold(self._waits.renew_soon_s)

    def _drop_unstarted(self, errand: Errand) -> None:
        """Nothing was committed: another SIM, or this one later, may have the message."""
        self.errand = None
        match errand.refusal:
            case None:
                self._desk.put_back(errand.waiting)
            case Unavailable():  # no use asking at once again
                self._condition.hold(self._waits.aside_s)
                self._desk.put_back(errand.waiting)
            case OffDuty():
                self._count_refusal(errand)
                self._brake()
                self._desk.put_back(errand.waiting)
            case Refused():
                self._count_refusal(errand)
                self._desk.settle(errand.number)
            case fault:
                self._desk.settle(errand.number, aside_s=self._waits.fault_s)
                raise fault

    def _count_refusal(self, errand: Errand) -> None:
        logger.debug("message %s: %s", errand.number, errand.refusal)
        self._counts["Refused"] += 1

    def _clear_up(self, asked: Asked[Load], timeout_s: float) -> bool:
        """Learn whether an attempt started whose commit was not heard of in time."""
        outcome = asked.outcome(timeout_s)
        if outcome is None:
            return False
        self._unclear = None
        errand = self._under_way()
        if outcome.error is None:
            self._has_started(errand, outcome.unwrap())
            self._record(errand, WITHDRAWN)
        elif isinstance(outcome.error, OutcomeUnknown):
            withdrawal = errand.withdraw(self._clock.now())
            self._owed.add(withdrawal, partial(self._withdrawn, errand))
        else:
            errand.refusal = outcome.error
            self._drop_unstarted(errand)
        return True

    # -- outcomes ------------------------------------------------------------------------------

    def _judge(self, errand: Errand, outcome: SubmitOutcome) -> None:
        """Learn what the outcome says of the SIM; what it says of the message is the log's."""
        match outcome:
            case Accepted():
                self._condition.accepted()
            case Rejected():
                self._condition.rejected(outcome)
                if not errand.has_started and not self._condition.rests_for_s:
                    self._condition.silent(outcome.reason)
            case InDoubt(reason=reason):
                self._condition.doubted(reason)
                self._past.doubt(errand.number, errand.duty)
            case NotSent(reason=reason):
                if not errand.was_stopped:
                    self._condition.silent(reason)

    def _record(self, errand: Errand, outcome: SubmitOutcome) -> None:
        self._owe(errand, outcome)
        self._owed.pay(self._waits.store_s)

    def _owe(self, errand: Errand, outcome: SubmitOutcome) -> None:
        command = errand.record(outcome, self._clock.now())
        self._owed.add(command, partial(self._recorded, errand, outcome))

    def _recorded(self, errand: Errand, sent: SubmitOutcome, outcome: Outcome[Settled]) -> None:
        self.errand = None  # whatever goes wrong below, this segment is not sent again
        raise_fault(outcome)
        if outcome.error is None:
            goes_on = errand.goes_on(sent, outcome.unwrap())
        else:  # refused: recorded by an earlier try whose answer was lost, or settled by another
            logger.info("message %s: %s", errand.number, outcome.error)
            was_taken = isinstance(sent, Accepted)
            goes_on = was_taken and errand.still_goes_on(self._read_back(errand))
        if not goes_on:
            self._desk.settle(errand.number)
            return
        errand.index += 1
        self.errand = errand
        if self._lease.fence != errand.duty.fence:  # the SIM was let go of meanwhile
            self._owe(errand, WITHDRAWN)

    def _read_back(self, errand: Errand) -> Message | None:
        """Read where a message stands.

        Raises:
            RuntimeError: it cannot be read; a new fence has to doubt it.
        """
        try:
            return self._means.reader.find(Message, message_id(errand.number))
        except Unavailable as error:
            msg = f"message {errand.number} could not be read back"
            raise RuntimeError(msg) from error

    def _withdrawn(self, errand: Errand, outcome: Outcome[Settled]) -> None:
        raise_fault(outcome)
        self.errand = None
        self._desk.settle(errand.number)

    def _give_up_unreadable(self, errand: Errand, error: TpduError) -> None:
        number = errand.number
        self._means.alarms.set("encoding", f"message {number} cannot be encoded: {error}")
        if errand.has_started:
            self._record(errand, WITHDRAWN)
        self.errand = None
        self._desk.settle(number, aside_s=self._waits.unreadable_s)

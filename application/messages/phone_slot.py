"""One SIM in a phone: held while the phone pulls, given messages, asked what became of them."""

import logging
from collections.abc import Iterator
from functools import partial
from typing import Final

from application.books.asking import Owed
from application.books.commands import Outcome
from application.books.contents import ContentChanged
from application.fleet.condition import Condition
from application.fleet.desk import DISPATCH
from application.fleet.duty import OnDuty
from application.fleet.holding import LeaseKeeper
from application.fleet.means import Means
from application.fleet.pacing import SlidingWindow
from application.fleet.rounds import Source
from application.messages.attempts import Load, Settled, StartAttempt, WithdrawAttempt
from application.messages.letter import ConcatReferences, Letter, LetterReader
from application.messages.offers import FORGET_S, OFFER_S, Ask, Item, Offer
from application.messages.pages import Pages
from application.messages.past import FLEET, raise_fault
from application.messages.phone_reports import DoubtOffer, Heard
from application.messages.settling import FailChanged
from application.ports import SimIdentity
from application.ports.queries import Waiting
from domain.causes import OwnCause, RejectionClass
from domain.errors import OutcomeUnknown, Refused, Unavailable
from domain.message import Message, State, message_id
from domain.phone import PACE_S, PACE_SEGMENTS, slot_identity
from domain.phone_report import NOBODY
from domain.reports import Rejected
from domain.values import SECOND, Instant, Lane, Network

WINDOW_S: Final = PACE_S + OFFER_S
"""What is given may go so much later as it is valid for."""
OPEN_MAX: Final = 500
"""Offers of before this process that one SIM remembers; there are never that many."""
LONG_AGO: Final = Instant(0)
"""The validity of a question: no clock of a phone is before it."""

logger = logging.getLogger("ngoma.sims")


class PhoneSlot:
    """The hand of one SIM; whoever has the phone's lock calls."""

    def __init__(
        self, name: str, device: str, slot: int, *, means: Means, desk: Source, holder: str
    ) -> None:
        self.slot = slot
        self.offers: dict[int, Offer] = {}
        """By message number: what the phone has, or may have."""
        self.sims: set[int] = set()
        self.condition = Condition(
            f"{name}/{slot}", clock=means.clock, alarms=means.alarms, waits=means.waits
        )
        self._identity = SimIdentity(
            iccid=None,
            imsi=slot_identity(device, slot),
            imei=device,
            model="phone",
            firmware="",
            takes_whole=True,
        )
        self._means = means
        self._clock = means.clock
        self._desk = desk
        self._lease = LeaseKeeper(f"{name}/{slot}", desk.network, holder=holder, means=means)
        self._owed = Owed(means.committer, means.clock, means.wait)
        self._letters = LetterReader(
            Pages(means.store, means.reader, means.clock),
            desk,
            means.clock,
            ConcatReferences(means.randomness),
        )
        self._pace = SlidingWindow(PACE_SEGMENTS, WINDOW_S, monotonic_s=means.clock.monotonic_s)
        self._knows_the_past = False

    @property
    def network(self) -> Network:
        """The network of its SIM."""
        return self._desk.network

    @property
    def is_held(self) -> bool:
        """Whether nobody else can have its SIM."""
        return self._lease.duty is not None and self._lease.left_s > 0

    # -- holding the SIM -------------------------------------------------------------------------

    def stay_online(self) -> bool:
        """Hold the SIM, since its phone has just called; False when it may not be used.

        Raises:
            StoreDown: the leases or the read models cannot be read.
        """
        if not self.is_held or not self._lease.keep(answered_at=self._clock.now(), is_fit=True):
            self._lease.forget()
            self._knows_the_past = False
            refusal = self._lease.take(self._identity)
            if refusal is not None:
                logger.warning("a phone's SIM cannot be held: %s", refusal)
                return False
        duty = self._lease.duty
        if duty is None or not self._owed.pay(self._means.waits.store_s):
            return False
        self.sims.add(duty.sim)
        return self._knows_the_past or self._learn_the_past(duty)

    def _learn_the_past(self, duty: OnDuty) -> bool:
        """Take over what another process, or this one before, gave to the phone."""
        queries, store = self._means.queries, self._means.store
        wait_s = self._means.waits.read_models_s
        head = store.head()
        for projection in (DISPATCH, FLEET):
            if not queries.reached(head, timeout_s=wait_s, projection=projection):
                return False
        doubted = queries.open_messages(State.IN_DOUBT, after=0, limit=OPEN_MAX)
        now_s, now = self._clock.monotonic_s(), self._clock.now()
        for waiting in (*queries.held_by(duty.sim), *doubted):
            if waiting.sim == duty.sim and waiting.number not in self.offers:
                began_at = waiting.last_attempt_at or now
                left_s = OFFER_S - max(0.0, (now - began_at) / SECOND)
                offer = Offer.begun(
                    waiting.number,
                    self._attempt_of(waiting),
                    self.slot,
                    waiting.lane,
                    ends_at_s=now_s + max(0.0, left_s),
                )
                offer.is_in_doubt = waiting.state is State.IN_DOUBT
                self.offers[waiting.number] = offer
        self._learn_the_pace(duty)
        self._knows_the_past = True
        return True

    def _learn_the_pace(self, duty: OnDuty) -> None:
        """Count what the log says was given lately, here or by another process."""
        now = self._clock.now()
        given: list[tuple[float, int]] = []
        for begun in self._means.queries.begun_lately(duty.sim):
            age_s = max(0.0, (now - begun.at) / SECOND)
            if age_s < WINDOW_S:
                message = self._means.reader.find(Message, message_id(begun.number))
                given.append((age_s, 1 if message is None else message.segments))
        self._pace.learn(given)

    def _attempt_of(self, waiting: Waiting) -> int:
        message = self._means.reader.find(Message, message_id(waiting.number))
        return 0 if message is None else message.attempt

    def let_go(self, reason: str) -> None:
        """Give the SIM back."""
        self._lease.let_go(reason)

    # -- asking ----------------------------------------------------------------------------------

    def questions(self) -> Iterator[Item]:
        """Give what the phone is asked about what it has; what nobody knows is doubted.

        A question has a validity that was over before any clock began: of a phone that knows the
        message it is answered as the message stands, and one that does not can never send it.
        """
        now_s = self._clock.monotonic_s()
        for offer in list(self.offers.values()):
            if now_s >= offer.ends_at_s + FORGET_S:
                del self.offers[offer.number]
                continue
            if offer.must_be_doubted(now_s):
                self._doubt(offer)
            asked = offer.ask(now_s)
            if asked is not None:
                yield Item(
                    number=offer.number,
                    attempt=offer.attempt,
                    slot=self.slot,
                    recipient=NOBODY,
                    text="?",
                    valid_until=LONG_AGO,
                    created_at=self._clock.now(),
                    is_recall=asked is Ask.RECALL,
                )

    def _doubt(self, offer: Offer) -> None:
        offer.is_in_doubt = True
        duty = self._lease.duty
        if duty is None:
            return
        cause = OwnCause.PHONE_FORGOT if offer.is_unknown else OwnCause.PHONE_SILENT
        self._owed.add(
            DoubtOffer(
                offer.number, offer.attempt, sim=duty.sim, cause=cause, at=self._clock.now()
            ),
            partial(self._doubted, cause),
        )
        self._owed.pay(self._means.waits.store_s)

    def _doubted(self, cause: OwnCause, outcome: Outcome[bool]) -> None:
        raise_fault(outcome)
        if outcome.error is None and outcome.unwrap():
            self.condition.doubted(str(cause))

    def hear(self, number: int, attempt: int, heard: Heard) -> None:
        """Take in where an offer stands."""
        offer = self.offers.get(number)
        if offer is None or offer.attempt != attempt:
            return
        offer.hear(heard)
        if heard in {Heard.SETTLED, Heard.OLD}:
            del self.offers[number]

    def clock_is_ahead(self, number: int) -> bool:
        """Whether a phone that says now that an offer's time is over says it too early."""
        offer = self.offers.get(number)
        return offer is not None and self._clock.monotonic_s() < offer.ends_at_s - OFFER_S / 3

    def is_over(self, number: int) -> bool:
        """Whether the time of an offer is over by our clock."""
        offer = self.offers.get(number)
        return offer is not None and self._clock.monotonic_s() >= offer.ends_at_s

    # -- giving ----------------------------------------------------------------------------------

    @property
    def may_be_given(self) -> bool:
        """Whether its SIM may send a message now, if there is one."""
        duty = self._lease.duty
        if duty is None or duty.quarantined or self._owed or self.condition.rests_for_s:
            return False
        return self._pace.has_room(1)

    def offer(self, *, only_urgent: bool = False, urgent_too: bool = True) -> Item | None:
        """Give the best message that the SIM may send now; None when there is none.

        Raises:
            StoreDown: the read models or the message cannot be read.
        """
        duty = self._lease.duty
        if duty is None or not self.may_be_given:
            return None
        waiting = self._desk.take(duty.sim)
        if waiting is None:
            return None
        is_urgent = waiting.lane is Lane.OTP
        if (
            waiting.number in self.offers
            or (is_urgent and not urgent_too)
            or (only_urgent and not is_urgent)
        ):
            self._desk.put_back(waiting)
            return None
        letter = self._read(waiting, duty)
        if letter is not None and not self._pace.has_room(letter.segmented.text.segments):
            self._desk.put_back(waiting)
            letter = None
        return None if letter is None else self._start(waiting, letter, duty)

    def _read(self, waiting: Waiting, duty: OnDuty) -> Letter | None:
        aside_s = self._means.waits.aside_s
        try:
            letter = self._letters.read(waiting, sim=duty.sim)
        except Unavailable:
            self._desk.put_back(waiting)
            raise
        except ContentChanged as error:
            words = f"{error}: somebody changed the store past the gateway"
            self._means.alarms.set("content", words)
            asked = self._means.ask(FailChanged(waiting.number, at=self._clock.now()))
            asked.outcome(self._means.waits.start_s)
            letter = None
        except Exception:  # raised again: one odd message must not stop the phone
            self._desk.settle(waiting.number, aside_s=self._means.waits.fault_s)
            raise
        if letter is None or letter.first_index:
            self._desk.settle(waiting.number, aside_s=aside_s)
            return None
        return letter

    def _start(self, waiting: Waiting, letter: Letter, duty: OnDuty) -> Item | None:
        """Commit that the attempt starts; only then is it in what the phone pulls."""
        start = StartAttempt(
            letter.number, duty=duty, concat_ref=letter.concat_ref, at=self._clock.now()
        )
        outcome = self._means.ask(start).outcome(self._means.waits.start_s)
        self._desk.settle(letter.number, aside_s=self._means.waits.aside_s)
        if outcome is None or isinstance(outcome.error, OutcomeUnknown):
            self._withdraw(letter.number, duty)
            return None
        if isinstance(outcome.error, Refused | Unavailable):
            self._lease.renew_soon()
            return None
        load = outcome.unwrap()
        if not letter.agrees_with(load):
            self._withdraw(letter.number, duty)
            return None
        return self._given(load, waiting.lane)

    def _given(self, load: Load, lane: Lane) -> Item:
        self._pace.take(load.segments)
        now, now_s = self._clock.now(), self._clock.monotonic_s()
        valid_s = min(OFFER_S, (load.expires_at - now) / SECOND)
        self.offers[load.number] = Offer.begun(
            load.number, load.attempt, self.slot, lane, ends_at_s=now_s + valid_s
        )
        return Item(
            number=load.number,
            attempt=load.attempt,
            slot=self.slot,
            recipient=load.msisdn,
            text=load.text,
            valid_until=Instant(now + round(valid_s * SECOND)),
            created_at=now,
            is_urgent=lane is Lane.OTP,
        )

    def _withdraw(self, number: int, duty: OnDuty) -> None:
        """Undo a start of which nobody knows whether it was committed: nothing was given."""
        command = WithdrawAttempt(number, sim=duty.sim, fence=duty.fence, at=self._clock.now())
        self._owed.add(command, self._withdrawn)
        self._owed.pay(self._means.waits.store_s)

    @staticmethod
    def _withdrawn(outcome: Outcome[Settled]) -> None:
        raise_fault(outcome)

    # -- its condition ---------------------------------------------------------------------------

    def judge(self, failure: Rejected | None) -> None:
        """Learn what a settled attempt says of the SIM; None: it was sent."""
        if failure is None:
            self.condition.accepted()
        else:
            self.condition.rejected(failure)

    def rest_for(self, words: str) -> None:
        """Rest because of the phone, which what it gave back tells of."""
        self.condition.rejected(Rejected(OwnCause.GIVEN_BACK, RejectionClass.MODEM_OR_SIM, words))

"""A phone as the hand of its SIMs: it pulls what to send, and says what became of it."""

import threading
from collections.abc import Callable, Collection, Sequence
from typing import Final

from application.fleet.means import Means
from application.fleet.rounds import Source
from application.messages.offers import Item, Offer
from application.messages.phone_reports import Heard, RecordPhoneReport, failure_of
from application.messages.phone_slot import PhoneSlot
from domain.errors import OutcomeUnknown
from domain.phone import Slots
from domain.phone_report import TTL_EXPIRED, Proves, Snapshot, read_offer_id
from domain.values import Lane, Network

OFFERS_MAX: Final = 5
"""Offers that a phone has and has not handed to Android: what it sends in a minute."""
AHEAD: Final = "the phone's clock is ahead: set it to the network's time"
"""Whatever such a phone is given is over when it comes."""
ASLEEP: Final = "the phone gave back what it had not sent in time: is the app kept asleep?"
ANSWER_MAX: Final = 50
"""Entries of one answer; what is asked about waits for the next."""


class PhoneHand:
    """One phone. Any thread calls; the calls of one phone take turns."""

    def __init__(
        self,
        device: str,
        name: str,
        slots: Slots,
        *,
        means: Means,
        desk_of: Callable[[Network], Source],
        holder: str,
        earlier: Collection[int] = (),
    ) -> None:
        """``earlier`` are SIMs of the phone by a mapping that holds no more."""
        self._earlier = frozenset(earlier)
        self.wants: frozenset[Network] = frozenset()
        """Networks of which it would have taken a message when it called last."""
        self.device = device
        self.mapped = slots
        self._means = means
        self._lock = threading.Lock()
        self._slots = [
            PhoneSlot(name, device, slot, means=means, desk=desk_of(network), holder=holder)
            for slot, network in sorted(slots.items())
        ]

    @property
    def sims(self) -> frozenset[int]:
        """The SIMs that it holds, or held."""
        return self._earlier.union(*(slot.sims for slot in self._slots))

    @property
    def is_held(self) -> bool:
        """Whether it holds a SIM; one that does not need not ask for messages often."""
        return any(slot.is_held for slot in self._slots)

    def pull(self) -> Sequence[Item]:
        """Give what the phone is to do: send, give back, or say how something stands.

        Each message is given for sending once, after the commit of its attempt: whatever is
        asked about it later can make no phone send it.

        Raises:
            StoreDown: the store or the read models cannot be read.
        """
        with self._lock:
            held = [slot for slot in self._slots if slot.stay_online()]
            asked = [item for slot in held for item in slot.questions()]
            given = self._given(held)
            self._look_what_it_wants()
            return [*given, *asked][:ANSWER_MAX]

    def _given(self, held: Sequence[PhoneSlot]) -> Sequence[Item]:
        """Give new messages; one of lane otp goes alone, and the next after it was handed over:
        only the first of a burst is sent without the phone's own pauses."""
        waiting = self._waiting()
        if any(offer.lane is Lane.OTP for offer in waiting):
            return []
        given: list[Item] = []
        left = list(held)
        while left and len(given) + len(waiting) < OFFERS_MAX:
            slot = left.pop(0)
            item = slot.offer(urgent_too=not given)
            if item is None:
                continue
            given.append(item)
            if item.is_urgent:
                break
            left.append(slot)
        return given

    def _waiting(self) -> Sequence[Offer]:
        """Give what it has and has not handed to Android."""
        return [
            offer
            for slot in self._slots
            for offer in slot.offers.values()
            if not (offer.is_handed_over or offer.is_in_doubt)
        ]

    def _look_what_it_wants(self) -> None:
        waiting = self._waiting()
        is_full = len(waiting) >= OFFERS_MAX or any(one.lane is Lane.OTP for one in waiting)
        willing = () if is_full else (slot for slot in self._slots if slot.may_be_given)
        self.wants = frozenset(slot.network for slot in willing)

    def hear(self, snapshots: Sequence[Snapshot]) -> None:
        """Take in what the phone says; again, late or in another order does no harm.

        Raises:
            Unavailable: it could not be recorded; the phone says it again.
        """
        with self._lock:
            for slot in self._slots:
                if not slot.sims:  # this process has just begun
                    slot.stay_online()
            try:
                for snapshot in snapshots:
                    self._hear(snapshot)
            finally:
                self._look_what_it_wants()

    def _hear(self, snapshot: Snapshot) -> None:
        named = read_offer_id(snapshot.id)
        if named is None:
            return
        number, attempt = named
        report = RecordPhoneReport(
            number, attempt, snapshot, sims=self.sims, at=self._means.clock.now()
        )
        outcome = self._means.ask(report).outcome(self._means.waits.store_s)
        if outcome is None:
            msg = "what a phone reported could not be recorded in time"
            raise OutcomeUnknown(msg)
        heard = outcome.unwrap()
        for slot in self._slots:
            if number in slot.offers and slot.offers[number].attempt == attempt:
                self._judge(slot, number, snapshot, heard)
                slot.hear(number, attempt, heard)

    def _judge(self, slot: PhoneSlot, number: int, snapshot: Snapshot, heard: Heard) -> None:
        if heard is not Heard.SETTLED:
            return
        match snapshot.proves:
            case Proves.LEFT | Proves.DELIVERED | Proves.UNDELIVERED:
                slot.judge(None)
            case Proves.REFUSED | Proves.FAILED:
                slot.judge(failure_of(snapshot))
            case Proves.NOT_SENT if snapshot.error == TTL_EXPIRED and slot.clock_is_ahead(number):
                slot.rest_for(AHEAD)
            case Proves.NOT_SENT if snapshot.error is None and slot.is_over(number):
                slot.rest_for(ASLEEP)
            case _:
                pass

    def let_go(self, reason: str) -> None:
        """Give its SIMs back."""
        with self._lock:
            for slot in self._slots:
                slot.let_go(reason)

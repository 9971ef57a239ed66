"""A payment's turns: once its provider is asked for the money, and after that how it stands.

A turn is taken by a command, which says in the log what is about to be done, and when the next
turn comes; only then is the provider spoken to; what it says is another command. So after a crash
anywhere between, the next turn finds out, and no payer is asked twice.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from uuid import UUID

from application.books.books import Books
from application.books.commands import Command
from application.money.outcomes import NO_STATUS_CALL, Beside
from application.money.refunds import refund_of
from application.ports import Collection, PaymentPoll, ProviderTraits, Refund
from domain.contents import ContentKind
from domain.money import Ngwee
from domain.msisdn import Msisdn
from domain.payment import Payment
from domain.payment import PaymentState as State
from domain.receipt import Receipt
from domain.values import SECOND, Instant, Network

TURN: Final = "payment.turn"
ASK_WITHIN_S: Final = 600
"""A wish that no provider was told of within this time lapses: nobody waits for the prompt."""
POLL_S_MAX: Final = 3_600.0
"""The longest wait between two questions."""
DOUBLINGS_MAX: Final = 16
STAY_AWAY_S: Final = 5
"""A callback brings the next question forward, but not nearer to the last one than this."""
CALLBACKS_MAX: Final = 20
"""Callbacks of one payment that are kept, and have it asked about."""
ROUNDS_MAX: Final = 100
"""Turns of one payment, which a day with all its callbacks does not need."""
BLOCKING_S: Final = 600.0
"""How long after a request to a provider without a status call its answer is given up."""
AWAY_S: Final = 60.0
"""When to look again for a provider that the settings do not have, or whose key is unreadable."""


class Kind(StrEnum):
    """What is done in a turn."""

    ASK = "ask"
    LOOK = "look"
    REFUND = "refund"
    LOOK_AT_REFUND = "look at refund"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What to speak to a provider about."""

    kind: Kind
    payment: UUID
    beside: Beside
    provider: str
    collection: Collection
    refund: Refund | None = None


def next_turn(turn: int, *, first_poll_s: float, at: Instant, expires_at: Instant) -> Instant:
    """Say when the turn after ``turn`` comes: later each time, and once at the payment's end."""
    wait_s = min(first_poll_s * 2 ** min(turn, DOUBLINGS_MAX), POLL_S_MAX)
    due = Instant(at + _micros(wait_s))
    return due if at >= expires_at else min(due, expires_at)


def _micros(seconds: float) -> int:
    return int(seconds * SECOND)


class TakeTurn(Command[Turn | None]):
    """Take a payment's turn, if it is due; of two that try, one gets it."""

    def __init__(
        self,
        number: int,
        turn: int,
        *,
        traits: Mapping[str, ProviderTraits],
        callback_url: Callable[[ProviderTraits, int], str | None],
        at: Instant,
    ) -> None:
        self.at = at
        self._number = number
        self._round = turn
        self._traits = traits
        self._callback_url = callback_url

    def touches(self) -> Iterable[UUID]:
        """Nothing yet: which payment it is stands beside the log."""
        return ()

    def polls(self) -> Iterable[int]:
        """The payment's."""
        yield self._number

    def decide(self, books: Books) -> Turn | None:
        """Say what to do in this turn; None when it is not due, or there is nothing to do."""
        poll = books.poll(self._number)
        if poll is None or poll.round != self._round:
            return None
        if poll.due_at is None or poll.due_at > self.at:
            return None
        payment = books.get(Payment, UUID(poll.payment))
        traits = self._traits.get(poll.provider)
        if traits is None:
            self._wait_for_provider(books, poll, payment)
            return None
        kind = self._kind(payment, traits)
        if kind is None:
            books.record(payment)
            self._plan(books, poll, None)
            return None
        turn = self._turn(books, kind, payment, traits)
        first_poll_s = traits.first_poll_s
        if kind is Kind.ASK:
            payment.initiate(at=self.at)
            books.record(payment)
            first_poll_s = first_poll_s / 2 if traits.tells_status else BLOCKING_S
        due = next_turn(
            self._round, first_poll_s=first_poll_s, at=self.at, expires_at=_ends(payment, self.at)
        )
        is_over = (kind is Kind.LOOK and not payment.is_open) or self._round >= ROUNDS_MAX
        self._plan(books, poll, None if is_over else due)
        return turn

    def _kind(self, payment: Payment, traits: ProviderTraits) -> Kind | None:
        if payment.state == State.REFUND_APPROVED:
            return Kind.LOOK_AT_REFUND if self._round else Kind.REFUND
        if payment.state == State.REQUESTED:
            if self.at < payment.opened_at + ASK_WITHIN_S * SECOND:
                return Kind.ASK
            payment.expire(at=self.at)
            return None
        if not traits.tells_status:
            if payment.state in {State.INITIATED, State.PENDING}:
                payment.lose_sight(cause=NO_STATUS_CALL, at=self.at)
            return None
        return Kind.LOOK if payment.may_still_be_paid else None

    def _turn(self, books: Books, kind: Kind, payment: Payment, traits: ProviderTraits) -> Turn:
        row = books.content(ContentKind.TOP_UP, payment.number)
        receipt = books.find(Receipt, UUID(payment.receipt)) if payment.receipt else None
        return Turn(
            kind=kind,
            payment=payment.id,
            beside=Beside(payment.number, payment.account, payment.provider_account),
            provider=payment.platform,
            collection=Collection(
                reference=payment.reference,
                amount_ngwee=Ngwee(payment.amount_ngwee),
                payer=Msisdn((row and row.msisdn) or ""),
                network=Network(payment.network),
                label=f"TOPUP-{payment.number}",
                callback_url=self._callback_url(traits, payment.number),
            ),
            refund=None if receipt is None else refund_of(payment, receipt.transaction_id),
        )

    def _wait_for_provider(self, books: Books, poll: PaymentPoll, payment: Payment) -> None:
        """Look again later; what nobody could be told of in time has lapsed."""
        has_lapsed = self.at >= payment.opened_at + ASK_WITHIN_S * SECOND
        if payment.state == State.REQUESTED and has_lapsed:
            payment.expire(at=self.at)
        books.record(payment)
        is_over = not payment.is_open and payment.state != State.REFUND_APPROVED
        due = None if is_over else Instant(self.at + _micros(AWAY_S))
        self._plan(books, poll, due, is_taken=False)

    def _plan(
        self, books: Books, poll: PaymentPoll, due: Instant | None, *, is_taken: bool = True
    ) -> None:
        round_ = poll.round + 1 if is_taken else poll.round
        asked_at = self.at if is_taken else poll.asked_at
        books.keep_poll(replace(poll, round=round_, due_at=due, asked_at=asked_at))


class TakeTurns(Command[Sequence[Turn | None]]):
    """Take the turns of several payments at once: one place in the line, and one answer."""

    def __init__(self, turns: Sequence[TakeTurn], *, at: Instant) -> None:
        self.at = at
        self.weight = len(turns)
        self._turns = turns

    def touches(self) -> Iterable[UUID]:
        """Nothing yet, as each of them."""
        return ()

    def polls(self) -> Iterable[int]:
        """Those of the payments."""
        for turn in self._turns:
            yield from turn.polls()

    def decide(self, books: Books) -> Sequence[Turn | None]:
        """Say of each what to do in it."""
        return [turn.decide(books) for turn in self._turns]


def _ends(payment: Payment, at: Instant) -> Instant:
    """Say until when a turn is brought forward to be the last: refunds have no such end."""
    return Instant(payment.expires_at) if payment.is_open else at


class BringForward(Command[PaymentPoll | None]):
    """Have a payment asked about soon, since its provider, or a person, says that it moved."""

    def __init__(self, number: int, *, is_callback: bool = True, at: Instant) -> None:
        self.at = at
        self._number = number
        self._is_callback = is_callback

    def touches(self) -> Iterable[UUID]:
        """Nothing yet: which payment it is stands beside the log."""
        return ()

    def polls(self) -> Iterable[int]:
        """The payment's."""
        yield self._number

    def decide(self, books: Books) -> PaymentPoll | None:
        """Bring its turn forward; None for a stranger.

        One callback more than are kept is counted, and brings nothing forward.
        """
        poll = books.poll(self._number)
        if poll is None or (self._is_callback and poll.callbacks > CALLBACKS_MAX):
            return poll
        if self._is_callback and poll.callbacks == CALLBACKS_MAX:
            books.keep_poll(replace(poll, callbacks=CALLBACKS_MAX + 1))
            return books.poll(self._number)
        payment = books.get(Payment, UUID(poll.payment))
        due = poll.due_at
        is_refund = payment.state == State.REFUND_APPROVED
        if poll.round and (payment.may_still_be_paid or is_refund):
            was_looked_at = poll.round > 1
            rested = Instant(poll.asked_at + STAY_AWAY_S * SECOND) if was_looked_at else self.at
            soon = max(self.at, rested)
            due = Instant(min(due or soon, soon))
        callbacks = poll.callbacks + self._is_callback
        forward = replace(poll, due_at=due, callbacks=callbacks)
        books.keep_poll(forward)
        return forward

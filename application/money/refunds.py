"""Money that goes back to a payer for credits that were not used: asked for, approved, paid."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final
from uuid import UUID

from application.accounts.changes import wallet_of
from application.books.actors import Actor, permit, permit_on
from application.books.books import Books
from application.books.commands import Command
from application.books.reasons import WithReason
from application.money.outcomes import NOT_SENT
from application.ports import PaymentState, PaymentStatus, Refund
from domain.errors import NotFound, NotPermitted, TooLate
from domain.events import aggregate_id
from domain.money import Ngwee
from domain.payment import Payment
from domain.payment import PaymentState as State
from domain.receipt import Receipt
from domain.roles import Duty
from domain.values import SECOND, Credits, Instant

AGAIN_S: Final = 60
"""When a refund that did not leave for its provider is asked for again."""


def refund_token(payment: UUID) -> bytes:
    """Give what the reference of a payment's refund is made of: the same whenever it is asked."""
    return aggregate_id("refund", payment.hex).bytes


def refund_of(payment: Payment, receipt: str) -> Refund:
    """Give what a provider is asked to pay back; the reference is written in its own way later."""
    return Refund(
        reference="",
        of_reference=payment.reference,
        of_receipt=receipt,
        of_amount_ngwee=Ngwee(payment.paid_ngwee),
        amount_ngwee=Ngwee(payment.refund_ngwee),
        label=f"REFUND-{payment.number}",
    )


def payment_numbered(books: Books, number: int) -> Payment:
    """Give a payment by its number.

    Raises:
        NotFound: no such top-up.
    """
    poll = books.poll(number)
    if poll is None:
        msg = "No such top-up."
        raise NotFound(msg)
    return books.get(Payment, UUID(poll.payment))


class RequestRefund(WithReason[Ngwee]):
    """Ask for the money of some credits to go back; another person decides."""

    def __init__(
        self, number: int, credits: Credits | None, *, actor: Actor, reason: str, at: Instant
    ) -> None:
        """``credits`` None is all that the payment brought."""
        super().__init__(actor=actor, reason=reason, at=at)
        self._number = number
        self._credits = credits

    def touches(self) -> Iterable[UUID]:
        """Nothing yet: which payment it is stands beside the log."""
        return ()

    def decide(self, books: Books) -> Ngwee:
        """Ask for it; give how much would go back.

        Raises:
            NotFound: no such top-up.
            NotPermitted: the actor may not.
            TooLate: it is not paid, or a refund is under way.
            InvalidRequest: it brought fewer credits.
            InsufficientCredits: they are used already.
        """
        payment = payment_numbered(books, self._number)
        permit_on(books, self._actor, Duty.MOVE_CREDITS, account=payment.account)
        credits = Credits(payment.credited if self._credits is None else self._credits)
        amount = payment.paid_ngwee * credits // max(payment.credited, 1)
        receipt = books.find(Receipt, UUID(payment.receipt)) if payment.receipt else None
        vat = receipt.vat_ngwee * credits // max(payment.credited, 1) if receipt else 0
        payment.request_refund(
            credits=credits,
            amount_ngwee=amount,
            vat_ngwee=vat,
            actor=self._actor.name,
            reason=self._reason_reference(),
            at=self.at,
        )
        wallet_of(books, payment.account).require(credits)
        self._keep_reason(books)
        books.record(payment)
        return Ngwee(amount)


class DecideRefund(WithReason[State]):
    """Approve a refund as another person, with the credits taken back in the same save; or not."""

    def __init__(
        self, number: int, *, approves: bool, actor: Actor, reason: str, at: Instant
    ) -> None:
        super().__init__(actor=actor, reason=reason, at=at)
        self._number = number
        self._approves = approves

    def touches(self) -> Iterable[UUID]:
        """Nothing yet: which payment it is stands beside the log."""
        return ()

    def decide(self, books: Books) -> State:
        """Decide; an approved refund has its provider asked at once.

        Raises:
            NotFound: no such top-up.
            NotPermitted: the actor asked for it, gets it, has no login, or lacks the duty.
            TooLate: no refund waits.
            InsufficientCredits: the credits were used meanwhile.
        """
        if self._actor.account is None:
            msg = "Approving takes a login: `ngoma login`."
            raise NotPermitted(msg)
        permit(books, self._actor, Duty.APPROVE_CREDITS)
        payment = payment_numbered(books, self._number)
        if not self._approves:
            payment.reject_refund(
                approver=self._actor.name, reason=self._reason_reference(), at=self.at
            )
            self._keep_reason(books)
            books.record(payment)
            return State(payment.state)
        wallet = wallet_of(books, payment.account)
        wallet.require(Credits(payment.refund_credits))
        payment.approve_refund(approver=self._actor.name, at=self.at)
        wallet.cash_out(
            Credits(payment.refund_credits),
            receipt=payment.receipt or "",
            value_ngwee=payment.refund_ngwee,
            vat_ngwee=payment.refund_vat_ngwee,
            at=self.at,
        )
        books.record(payment)
        books.record(wallet)
        poll = books.poll(self._number)
        if poll is not None:
            books.keep_poll(replace(poll, round=0, due_at=self.at))
        return State(payment.state)


class RecordRefund(Command[State]):
    """Record what a provider says of a refund: paid back is one save of payment and receipt.

    One that it refuses stays approved and owed, until a person has paid it.
    """

    def __init__(self, payment: UUID, status: PaymentStatus, *, at: Instant) -> None:
        self.at = at
        self._payment = payment
        self._status = status

    def touches(self) -> Iterable[UUID]:
        """The payment."""
        yield self._payment

    def decide(self, books: Books) -> State:
        """Record it; give where the payment stands.

        Raises:
            NotFound: no such payment.
            TooLate: its receipt was reversed.
        """
        payment = books.get(Payment, self._payment)
        state = self._status.state
        if payment.state == State.REFUND_APPROVED and state is PaymentState.PAID:
            receipt = books.get(Receipt, UUID(payment.receipt))
            receipt.pay_back(payment=str(payment.id), amount_ngwee=payment.refund_ngwee, at=self.at)
            payment.pay_back(at=self.at)
            books.record(payment)
            books.record(receipt)
        poll = books.poll(payment.number)
        if poll is not None and state in {PaymentState.PAID, PaymentState.FAILED}:
            is_to_be_asked = state is PaymentState.FAILED and self._status.code == NOT_SENT
            again = Instant(self.at + AGAIN_S * SECOND) if is_to_be_asked else None
            books.keep_poll(replace(poll, round=0 if again else poll.round, due_at=again))
        return State(payment.state)


class PaidByHand(WithReason[None]):
    """Record that a refund was paid otherwise than by the provider that was asked, and refused."""

    def __init__(self, number: int, *, actor: Actor, reason: str, at: Instant) -> None:
        super().__init__(actor=actor, reason=reason, at=at)
        self._number = number

    def touches(self) -> Iterable[UUID]:
        """Nothing yet: which payment it is stands beside the log."""
        return ()

    def decide(self, books: Books) -> None:
        """Record it.

        Raises:
            NotFound: no such top-up.
            NotPermitted: the actor may not, or gets it.
            TooLate: no refund is approved, or its provider may still pay it.
        """
        payment = payment_numbered(books, self._number)
        permit_on(books, self._actor, Duty.MOVE_CREDITS, account=payment.account)
        poll = books.poll(self._number)
        if payment.state == State.REFUND_APPROVED and poll is not None and poll.due_at is not None:
            msg = "The provider is still being asked: it may pay this refund itself."
            raise TooLate(msg)
        payment.pay_back(actor=self._actor.name, reason=self._reason_reference(), at=self.at)
        receipt = books.get(Receipt, UUID(payment.receipt))
        receipt.pay_back(payment=str(payment.id), amount_ngwee=payment.refund_ngwee, at=self.at)
        self._keep_reason(books)
        books.record(payment)
        books.record(receipt)

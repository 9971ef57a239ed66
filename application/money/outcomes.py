"""What a provider says of a payment, and what that comes to: credits, an end, or a person."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final, NamedTuple
from uuid import UUID

from application.accounts.changes import wallet_of
from application.accounts.quotes import price_lists, prices_quoted
from application.books.books import Books
from application.books.commands import Command
from application.ports import (
    Ambiguous,
    Asked,
    AskOutcome,
    Declined,
    NotAsked,
    PaymentState,
    PaymentStatus,
    Settled,
)
from domain.contents import ContentKind
from domain.errors import AlreadyExists, InvalidRequest, NotFound, TooLate
from domain.payment import Payment
from domain.payment import PaymentState as State
from domain.receipt import Receipt, receipt_id
from domain.values import Instant
from domain.wallet import wallet_id

NOT_SENT: Final = "NOT_SENT"
"""Nothing left for the provider; asking again is another top-up."""
NO_ANSWER: Final = "NO_ANSWER"
NO_STATUS_CALL: Final = "NO_STATUS_CALL"
"""The answer was lost, and this provider cannot be asked: its statement has to tell."""
NOT_FOUND: Final = "NOT_FOUND"
"""The provider does not know the payment (yet)."""

OTHER_REFERENCE: Final = "OTHER_REFERENCE"
OTHER_CURRENCY: Final = "OTHER_CURRENCY"
OTHER_PAYER: Final = "OTHER_PAYER"
TOO_LITTLE: Final = "TOO_LITTLE"
"""What was paid is less than one credit costs."""
RECEIPT_TAKEN: Final = "RECEIPT_TAKEN"
"""The provider's receipt has paid for something else."""
NO_PRICE: Final = "NO_PRICE"
"""The quote has ended, and no price list is in force."""

_REPLIES: Final = {
    Asked: PaymentStatus(state=PaymentState.PENDING),
    NotAsked: PaymentStatus(state=PaymentState.FAILED, code=NOT_SENT),
    Ambiguous: PaymentStatus(state=PaymentState.UNKNOWN),
}
_CODE_CHARACTERS_MAX: Final = 60


def status_of(outcome: AskOutcome) -> PaymentStatus:
    """Give what the answer to a request says of the payment."""
    if isinstance(outcome, Settled):
        return outcome.status
    if isinstance(outcome, Declined):
        return PaymentStatus(state=PaymentState.FAILED, code=outcome.code)
    return _REPLIES[type(outcome)]


class Beside(NamedTuple):
    """What stands beside a payment, by which a batch finds it all at once."""

    number: int
    account: int
    provider_account: str


class RecordStatus(Command[State]):
    """Record what a provider says; paid is one save of the payment, its receipt and the credits.

    A status is of the provider's own, never a callback's. It may come twice and late: what is
    known already changes nothing.
    """

    def __init__(
        self,
        payment: UUID,
        status: PaymentStatus,
        *,
        currency: str,
        tells_status: bool,
        beside: Beside | None = None,
        at: Instant,
    ) -> None:
        """``beside`` saves questions, and decides nothing."""
        self.at = at
        self._beside = beside
        self._payment = payment
        self._status = status
        self._currency = currency
        self._tells_status = tells_status

    def touches(self) -> Iterable[UUID]:
        """The payment; of one that is paid, what is credited by which receipt at which price."""
        yield self._payment
        if self._beside is not None and self._status.state is PaymentState.PAID:
            yield receipt_id(self._beside.provider_account, self._status.receipt or "")
            yield wallet_id(self._beside.account)
            yield from price_lists(self._beside.account)

    def polls(self) -> Iterable[int]:
        """The payment's."""
        if self._beside is not None:
            yield self._beside.number

    def decide(self, books: Books) -> State:
        """Record it; give where the payment stands.

        Raises:
            NotFound: no such payment.
        """
        payment = books.get(Payment, self._payment)
        if self._status.state is PaymentState.PAID and payment.may_still_be_paid:
            self._settle(books, payment)
        elif payment.is_open and payment.state != State.REQUESTED:
            self._note(payment)
        books.record(payment)
        self._plan(books, payment)
        return State(payment.state)

    # -- not paid ------------------------------------------------------------------------------

    def _note(self, payment: Payment) -> None:
        said, state = self._status.state, State(payment.state)
        if said is PaymentState.FAILED:
            code = (self._status.code or "FAILED")[:_CODE_CHARACTERS_MAX]
            payment.fail(cause=code, at=self.at)
        elif said is PaymentState.PENDING:
            if state is not State.PENDING:
                payment.wait(at=self.at)
        elif state is State.INITIATED or (
            said is PaymentState.NOT_FOUND and state is State.PENDING
        ):
            payment.lose_sight(cause=self._why_unknown(), at=self.at)
        if payment.is_open and self.at >= payment.expires_at and self._tells_status:
            payment.expire(at=self.at)

    def _why_unknown(self) -> str:
        if not self._tells_status:
            return NO_STATUS_CALL
        return NOT_FOUND if self._status.state is PaymentState.NOT_FOUND else NO_ANSWER

    def _plan(self, books: Books, payment: Payment) -> None:
        """Leave nothing to ask about once it has ended, or when nobody can be asked."""
        poll = books.poll(payment.number)
        is_over = not payment.is_open or not self._tells_status
        if poll is not None and poll.due_at is not None and is_over:
            books.keep_poll(replace(poll, due_at=None))

    # -- paid ----------------------------------------------------------------------------------

    def _settle(self, books: Books, payment: Payment) -> None:
        status = self._status
        amount = payment.amount_ngwee if status.amount_ngwee is None else status.amount_ngwee
        key = receipt_id(payment.provider_account, status.receipt or "")
        receipt = books.find(Receipt, key) or Receipt.open(
            payment.provider_account, status.receipt or "", at=self.at
        )
        try:
            receipt.see_by_api(amount_ngwee=amount, payment=str(payment.id), at=self.at)
            receipt.require_creditable()
        except (AlreadyExists, TooLate):
            payment.hold(receipt=str(receipt.id), cause=RECEIPT_TAKEN, at=self.at)
            books.record(receipt)
            return
        cause = self._disagreement(books, payment) or self._credit(books, payment, receipt, amount)
        if cause is not None:
            if receipt.held is None:
                receipt.hold(cause=cause, at=self.at)
            payment.hold(receipt=str(receipt.id), cause=cause, at=self.at)
        books.record(receipt)

    def _disagreement(self, books: Books, payment: Payment) -> str | None:
        """Say in what the provider's answer is not about what was asked; None if in nothing."""
        status = self._status
        row = books.content(ContentKind.TOP_UP, payment.number)
        if status.reference not in {None, payment.reference}:
            return OTHER_REFERENCE
        if status.currency not in {None, self._currency}:
            return OTHER_CURRENCY
        if status.payer is not None and (row is None or row.msisdn != status.payer):
            return OTHER_PAYER
        return None

    def _credit(self, books: Books, payment: Payment, receipt: Receipt, amount: int) -> str | None:
        """Credit what was paid; or say why a person has to."""
        try:
            prices = prices_quoted(
                books,
                payment.account,
                quoted=payment.price_list,
                quoted_until=Instant(payment.quoted_until),
                at=self.at,
            )
        except NotFound:
            return NO_PRICE
        credits, vat = prices.credits_for(amount), prices.vat_in(amount)
        if credits == 0:
            return TOO_LITTLE
        try:
            source = receipt.credit(
                payment=str(payment.id),
                account=payment.account,
                credits=credits,
                amount_ngwee=amount,
                vat_ngwee=vat,
                at=self.at,
            )
        except InvalidRequest:
            return RECEIPT_TAKEN  # a statement shows another amount
        payment.confirm(receipt=str(receipt.id), amount_ngwee=amount, prices=prices, at=self.at)
        wallet = wallet_of(books, payment.account)
        wallet.top_up(
            credits,
            value_ngwee=amount,
            vat_ngwee=vat,
            source=source,
            provider_account=payment.provider_account,
            receipt=str(receipt.id),
            price_list=prices.version,
            at=self.at,
        )
        books.record(wallet)
        return None

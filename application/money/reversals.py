"""A provider takes back what it had told us was paid: the credits go, used or not."""

from collections.abc import Iterable
from uuid import UUID

from application.accounts.changes import wallet_of
from application.books.actors import Actor, permit_on
from application.books.books import Books
from application.books.reasons import WithReason
from application.money.refunds import payment_numbered
from domain.payment import PaymentState as State
from domain.receipt import Receipt
from domain.roles import Duty
from domain.values import Credits, Instant


class ReversePayment(WithReason[int]):
    """Record that a payment was reversed, as a statement or the provider's people say it.

    What is available may fall below 0: nothing can be sent until that is made good.
    """

    def __init__(self, number: int, *, actor: Actor, reason: str, at: Instant) -> None:
        super().__init__(actor=actor, reason=reason, at=at)
        self._number = number

    def touches(self) -> Iterable[UUID]:
        """Nothing yet: which payment it is stands beside the log."""
        return ()

    def decide(self, books: Books) -> int:
        """Reverse it, with what it credited; give what is available then.

        Raises:
            NotFound: no such top-up.
            NotPermitted: the actor may not.
            TooLate: nothing was paid, or it went back already.
        """
        payment = payment_numbered(books, self._number)
        permit_on(books, self._actor, Duty.MOVE_CREDITS, account=payment.account)
        wallet = wallet_of(books, payment.account)
        was_credited = payment.state != State.HELD
        payment.reverse(amount_ngwee=self._amount(books, payment.receipt), at=self.at)
        receipt = books.get(Receipt, UUID(payment.receipt))
        receipt.reverse(amount_ngwee=receipt.amount_ngwee, at=self.at)
        if was_credited:
            wallet.claw_back(
                Credits(receipt.credits),
                receipt=str(receipt.id),
                provider_account=receipt.provider_account,
                value_ngwee=receipt.value_ngwee,
                vat_ngwee=receipt.vat_ngwee,
                at=self.at,
            )
        self._keep_reason(books)
        books.record(payment)
        books.record(receipt)
        books.record(wallet)
        return wallet.available

    def _amount(self, books: Books, receipt: str | None) -> int:
        found = books.find(Receipt, UUID(receipt)) if receipt else None
        return found.amount_ngwee if found else 0

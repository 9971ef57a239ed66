"""Payments and statements as providers leave them, without a provider."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final
from uuid import UUID

from application.accounts.changes import wallet_of
from application.books.books import Books
from application.books.commands import Command
from application.ports import ContentRow, FileLine, FileSummary, PaymentPoll
from domain.contents import ContentKind
from domain.payment import PaymentState
from domain.receipt import Receipt, receipt_id
from domain.values import Credits, Instant
from domain.wallet import wallet_id
from tests.support.money import PRICES, a_payment

K50: Final = 5_000
PAYER: Final = "+260961234567"


class Pay(Command[None]):
    """A payment as its account's wish and the provider's answers leave it."""

    def __init__(
        self, number: int, account: int, wallet: str, state: PaymentState, *,
        receipt: str, amount: int, at: Instant, payer: str = PAYER, reference: str = "",
        is_paid_back: bool = False, provider: str = "mtn",
    ) -> None:  # fmt: skip
        """``is_paid_back``: the refund that was approved was paid by the provider, too."""
        self.at = at
        self._payer = payer
        self._is_paid_back = is_paid_back
        self._receipt = receipt
        self._account = account
        self._wallet = wallet
        self._state = state
        self._number = number
        self._amount = amount
        self.payment = a_payment(
            number, account=account, provider_account=wallet,
            reference=reference or f"{UUID(int=number)}", amount_ngwee=amount, at=at,
            provider=provider,
        )  # fmt: skip

    def touches(self) -> Iterable[UUID]:
        return (wallet_id(self._account), receipt_id(self._wallet, self._receipt))

    def decide(self, books: Books) -> None:
        payment, at = self.payment, self.at
        books.keep(ContentRow(ContentKind.TOP_UP, self._number, b"salt", msisdn=self._payer))
        books.keep_poll(PaymentPoll(self._number, payment.id.hex, "mtn", 1, None, at))
        payment.initiate(at=at)
        if self._state is PaymentState.FAILED:
            payment.fail(cause="FAILED", at=at)
        elif self._state is PaymentState.EXPIRED:
            payment.expire(at=at)
        elif self._state in {PaymentState.CONFIRMED, PaymentState.REFUND_APPROVED}:
            receipt = Receipt.open(self._wallet, self._receipt, at=at)
            receipt.see_by_api(amount_ngwee=self._amount, payment=str(payment.id), at=at)
            vat = PRICES.vat_in(self._amount)
            credits = payment.confirm(
                receipt=str(receipt.id), amount_ngwee=self._amount, prices=PRICES, at=at
            )
            source = receipt.credit(
                payment=str(payment.id), account=self._account, credits=credits,
                amount_ngwee=self._amount, vat_ngwee=vat, at=at,
            )  # fmt: skip
            wallet = wallet_of(books, self._account)
            wallet.top_up(
                Credits(credits), value_ngwee=self._amount, vat_ngwee=vat, source=source,
                provider_account=self._wallet, receipt=str(receipt.id), price_list="p", at=at,
            )  # fmt: skip
            if self._state is PaymentState.REFUND_APPROVED:
                payment.request_refund(
                    credits=credits, amount_ngwee=self._amount, vat_ngwee=vat, at=at,
                    actor="os:asks", reason="1/x",
                )  # fmt: skip
                payment.approve_refund(approver="os:agrees", at=at)
                wallet.cash_out(
                    credits, receipt=str(receipt.id), value_ngwee=self._amount, vat_ngwee=vat, at=at
                )
            if self._is_paid_back:
                receipt.pay_back(payment=str(payment.id), amount_ngwee=self._amount, at=at)
                payment.pay_back(at=at)
            books.record(receipt)
            books.record(wallet)
        books.record(payment)


class SeeLine(Command[None]):
    """One line of a statement, as an import leaves it; nobody has looked at it."""

    def __init__(self, wallet: str, name: str, *, amount: int = K50, at: Instant) -> None:
        self.at = at
        self._wallet, self._name, self._amount = wallet, name, amount

    def touches(self) -> Iterable[UUID]:
        return (receipt_id(self._wallet, self._name),)

    def decide(self, books: Books) -> None:
        receipt = Receipt.open(self._wallet, self._name, at=self.at)
        receipt.see_on_statement(
            statement="s", line=2, amount_ngwee=self._amount, fee_ngwee=0, happened_at=self.at,
            at=self.at,
        )  # fmt: skip
        books.record(receipt)


@dataclass
class File:
    """A statement as a reader gives it."""

    rows: list[FileLine]
    summary: FileSummary = field(init=False)

    def __post_init__(self) -> None:
        self.summary = FileSummary(
            sha256=sha256(repr(self.rows).encode()).hexdigest(), template="t",
            lines=len(self.rows), total_ngwee=sum(r.amount_ngwee - r.fee_ngwee for r in self.rows),
            opening_ngwee=None, closing_ngwee=None,
            first_at=min(r.happened_at for r in self.rows),
            last_at=max(r.happened_at for r in self.rows), refused=0, refused_rows=(),
        )  # fmt: skip

    def lines(self) -> Iterator[FileLine]:
        return iter(self.rows)

"""Money that credited nobody: given to an account, or given up; each takes two people."""

from collections.abc import Iterable
from typing import Unpack
from uuid import UUID

from application.accounts.changes import wallet_of
from application.accounts.quotes import price_lists, prices_now
from application.books.actors import Actor, permit, permit_on
from application.books.books import Books
from application.books.commands import Preparing
from application.books.locks import require_open_line
from application.books.reasons import WithReason
from domain.account import ByHand
from domain.errors import InvalidRequest, TooLate
from domain.manual_entry import EntryKind, ManualEntry
from domain.receipt import Receipt, receipt_id
from domain.receipt.names import ReceiptName, parse_receipt_name
from domain.roles import Duty
from domain.values import Credits, Instant
from domain.wallet import wallet_id

BY_HAND = "BY_HAND"
"""Why a line waits for a person that matching did not make wait."""


class _Prepare(WithReason[int]):
    """Prepare something with a receipt, for another person to approve; the entry's number."""

    def __init__(
        self,
        receipt: ReceiptName,
        *,
        is_into_open: bool = False,
        actor: Actor,
        reason: str,
        at: Instant,
    ) -> None:
        """``is_into_open``: of a line of a locked day, it counts when it is approved."""
        super().__init__(actor=actor, reason=reason, at=at)
        self._name = receipt
        self._is_into_open = is_into_open
        self._receipt = receipt_id(*receipt)
        self._entry = 0

    def prepare(self, tools: Preparing) -> None:
        """Draw the numbers of an entry and of the reason."""
        self._entry = tools.numbers.take("entry")
        super().prepare(tools)

    def _ask(self, books: Books, kind: EntryKind, *, account: int | None, amount_ngwee: int) -> int:
        books.record(
            ManualEntry.prepare(
                self._entry,
                kind=kind,
                account=account,
                receipt=str(self._name),
                amount_ngwee=amount_ngwee,
                actor=self._actor.name,
                reason=self._keep_reason(books),
                at=self.at,
            )
        )
        return self._entry


class PrepareAssignment(_Prepare):
    """Ask for a receipt that credited nobody to credit an account."""

    def __init__(
        self,
        receipt: ReceiptName,
        account: int,
        *,
        is_into_open: bool = False,
        actor: Actor,
        reason: str,
        at: Instant,
    ) -> None:
        super().__init__(receipt, is_into_open=is_into_open, actor=actor, reason=reason, at=at)
        self._account = account

    def touches(self) -> Iterable[UUID]:
        """The receipt, the wallet, and what credits cost it."""
        return (self._receipt, wallet_id(self._account), *price_lists(self._account))

    def decide(self, books: Books) -> int:
        """Ask for it; a line that nobody has looked at is held from now on.

        Raises:
            NotPermitted: the actor may not, or owns the account.
            NotFound: no such receipt, account, or no price list is in force.
            AlreadyExists: it credited an account.
            TooLate: it is accounted for otherwise, no money that came in, went back, or its day is
                locked.
            InvalidRequest: it is less than a credit costs.
        """
        permit_on(books, self._actor, Duty.MOVE_CREDITS, account=self._account)
        receipt = books.get(Receipt, self._receipt)
        require_open_line(books, receipt, is_into_open=self._is_into_open)
        wallet_of(books, self._account)
        is_new = receipt.held is None and receipt.is_on_statement and receipt.amount_ngwee > 0
        if not is_new:
            receipt.require_assignable()
        _bought(books, receipt, self._account, self.at)  # what refuses does so before the record
        if is_new:
            receipt.hold(cause=BY_HAND, at=self.at)
            receipt.require_assignable()
            books.record(receipt)
        return self._ask(
            books,
            EntryKind.ASSIGN_RECEIPT,
            account=self._account,
            amount_ngwee=receipt.amount_ngwee,
        )


class PrepareWriteOff(_Prepare):
    """Ask for what is open of a receipt to be given up."""

    def touches(self) -> Iterable[UUID]:
        """The receipt."""
        yield self._receipt

    def decide(self, books: Books) -> int:
        """Ask for it.

        Raises:
            NotPermitted: the actor may not, or it credited their own account.
            NotFound: no such receipt.
            TooLate: nothing of it is open, or its day is locked.
        """
        permit(books, self._actor, Duty.MOVE_CREDITS)
        receipt = books.get(Receipt, self._receipt)
        require_open_line(books, receipt, is_into_open=self._is_into_open)
        if receipt.account is not None:
            permit_on(books, self._actor, Duty.MOVE_CREDITS, account=receipt.account)
        amount = receipt.require_loose()
        return self._ask(books, EntryKind.WRITE_OFF, account=None, amount_ngwee=amount)


def carry_out(books: Books, wanted: ManualEntry, *, at: Instant, **by: Unpack[ByHand]) -> None:
    """Do what an approved entry asks for.

    Raises:
        NotFound: no price list is in force any more.
        AlreadyExists: the receipt credited an account meanwhile.
        TooLate: what is open of it has changed since.
    """
    receipt = books.get(Receipt, receipt_id(*parse_receipt_name(wanted.receipt or "")))
    is_assigned = wanted.kind is EntryKind.ASSIGN_RECEIPT
    if is_assigned:
        receipt.require_assignable()
    if (receipt.amount_ngwee if is_assigned else receipt.loose_ngwee) != wanted.amount_ngwee:
        msg = "What is open of this receipt has changed since: prepare it again."
        raise TooLate(msg)
    if is_assigned:
        _assign(books, receipt, wanted.account or 0, at=at, **by)
    else:
        receipt.write_off(at=at, **by)
    books.record(receipt)


def _assign(
    books: Books, receipt: Receipt, account: int, *, at: Instant, **by: Unpack[ByHand]
) -> None:
    credits, vat, price_list = _bought(books, receipt, account, at)
    source = receipt.assign(account=account, credits=credits, vat_ngwee=vat, at=at, **by)
    wallet = wallet_of(books, account)
    wallet.top_up(
        credits,
        value_ngwee=receipt.amount_ngwee,
        vat_ngwee=vat,
        source=source,
        provider_account=receipt.provider_account,
        receipt=str(receipt.id),
        price_list=price_list,
        at=at,
        **by,
    )
    books.record(wallet)


def _bought(books: Books, receipt: Receipt, account: int, at: Instant) -> tuple[Credits, int, str]:
    """Give the credits that a receipt buys now, the tax in it, and by which price list."""
    prices = prices_now(books, account, at)
    credits = prices.credits_for(receipt.amount_ngwee)
    if credits == 0:
        msg = "The amount is less than one credit costs."
        raise InvalidRequest(msg, field="receipt")
    return Credits(credits), prices.vat_in(receipt.amount_ngwee), prices.version

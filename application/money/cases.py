"""What finance notes about an exception: whose work it is, what is known, and that it is done."""

from collections.abc import Iterable
from uuid import UUID

from application.books.actors import Actor, permit
from application.books.books import Books
from application.books.reasons import WithReason
from application.money.refunds import payment_numbered
from domain.account import Account, account_id
from domain.case import Case, case_id
from domain.errors import InvalidRequest
from domain.receipt import Receipt, receipt_id
from domain.receipt.names import ReceiptName
from domain.roles import Duty
from domain.values import Instant

Subject = ReceiptName | int
"""A receipt, or the number of a top-up."""


class NoteCase(WithReason[None]):
    """Note something about a receipt or a top-up."""

    def __init__(
        self,
        subject: Subject,
        *,
        owner: int | None,
        is_closed: bool,
        actor: Actor,
        note: str,
        at: Instant,
    ) -> None:
        """``owner`` is the account of one of staff; an empty ``note`` is none."""
        super().__init__(actor=actor, reason=note, at=at)
        self._subject = subject
        self._owner = owner
        self._is_closed = is_closed

    def touches(self) -> Iterable[UUID]:
        """The receipt and its case; which payment a number is stands beside the log."""
        if isinstance(self._subject, ReceiptName):
            key = receipt_id(*self._subject)
            yield from (key, case_id(str(key)))
        if self._owner is not None:
            yield account_id(self._owner)

    def decide(self, books: Books) -> None:
        """Note it.

        Raises:
            NotPermitted: the actor may not.
            NotFound: no such receipt, or no such top-up.
            InvalidRequest: the owner is not of staff, or nothing is said.
        """
        permit(books, self._actor, Duty.RECONCILE)
        if isinstance(self._subject, ReceiptName):
            subject = str(books.get(Receipt, receipt_id(*self._subject)).id)
        else:
            subject = str(payment_numbered(books, self._subject).id)
        if self._owner is not None:
            owner = books.find(Account, account_id(self._owner))
            if owner is None or not owner.roles:
                msg = "The owner is the account of one of staff."
                raise InvalidRequest(msg, field="owner")
        case = books.find(Case, case_id(subject)) or Case.open(subject, at=self.at)
        case.note(
            owner=self._owner,
            note=self._reason_reference() if self._reason else None,
            is_closed=self._is_closed,
            actor=self._actor.name,
            at=self.at,
        )
        if self._reason:
            self._keep_reason(books)
        books.record(case)

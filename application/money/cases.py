"""What finance notes about an exception: whose work it is, what is known, and that it is done."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from application.books.actors import Actor, permit
from application.books.books import Books
from application.books.reasons import WithReason
from application.money.refunds import payment_numbered
from domain.account import Account, account_id
from domain.case import Case, case_id
from domain.contents import ContentKind
from domain.errors import InvalidRequest, NotFound
from domain.public_ids import callback_id, parse_callback_id, parse_top_up_id
from domain.receipt import Receipt, receipt_id
from domain.receipt.names import ReceiptName, parse_receipt_name
from domain.roles import Duty
from domain.unknown_callbacks import unknown_callback_id
from domain.values import Instant


@dataclass(frozen=True, slots=True)
class UnknownCallback:
    """A callback about no payment of ours, by its number."""

    number: int

    def __str__(self) -> str:
        """Write it as people do."""
        return callback_id(self.number)


Subject = ReceiptName | int | UnknownCallback
"""A receipt, the number of a top-up, or a callback."""


def read_subject(written: str, *, field: str) -> Subject:
    """Read what an exception is about: ``mtn/main/1234567890``, ``top_7`` or ``cb_7``.

    Raises:
        InvalidRequest: with ``field``: it is none of them.
    """
    callback = parse_callback_id(written)
    if callback is not None:
        return UnknownCallback(callback)
    number = parse_top_up_id(written)
    return parse_receipt_name(written, field=field) if number is None else number


class NoteCase(WithReason[None]):
    """Note something about a receipt, a top-up or a callback."""

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
        """The receipt or callback and its case; which payment a number is stands beside the log."""
        if isinstance(self._subject, ReceiptName):
            key = receipt_id(*self._subject)
            yield from (key, case_id(str(key)))
        elif isinstance(self._subject, UnknownCallback):
            yield case_id(str(unknown_callback_id(self._subject.number)))
        if self._owner is not None:
            yield account_id(self._owner)

    def decide(self, books: Books) -> None:
        """Note it.

        Raises:
            NotPermitted: the actor may not.
            NotFound: no such receipt, top-up or callback.
            InvalidRequest: the owner is not of staff, or nothing is said.
        """
        permit(books, self._actor, Duty.RECONCILE)
        subject = self._about(books)
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

    def _about(self, books: Books) -> str:
        """Give the id that the case is about."""
        match self._subject:
            case ReceiptName():
                return str(books.get(Receipt, receipt_id(*self._subject)).id)
            case UnknownCallback(number):
                if books.content(ContentKind.CALLBACK, number) is None:
                    msg = "No such callback is kept."
                    raise NotFound(msg)
                return str(unknown_callback_id(number))
            case int():
                return str(payment_numbered(books, self._subject).id)

"""Noting what is odd about a receipt and moves nothing, once."""

from application.books.books import Books
from domain.matching import Trouble
from domain.oddity import Oddity, oddity_id
from domain.receipt import Receipt
from domain.values import Instant


def note_oddity(
    books: Books,
    receipt: Receipt,
    kind: Trouble,
    *,
    where: str = "",
    amount_ngwee: int,
    at: Instant,
) -> None:
    """Note it; the same again changes nothing."""
    key = str(receipt.id)
    if books.find(Oddity, oddity_id(key, kind.value, where)) is None:
        books.record(
            Oddity.find(
                key,
                provider_account=receipt.provider_account,
                transaction_id=receipt.transaction_id,
                kind=kind.value,
                where=where,
                amount_ngwee=amount_ngwee,
                at=at,
            )
        )

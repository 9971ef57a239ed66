"""A receipt as finance sees it."""

from typing import Any

from application.books.reader import Reader
from domain.errors import NotFound
from domain.public_ids import iso_time
from domain.receipt import Receipt, receipt_id
from domain.receipt.names import ReceiptName


def show_receipt(reader: Reader, name: ReceiptName) -> dict[str, Any]:
    """Read a receipt from the log, for people and programs.

    Raises:
        NotFound: there is none.
    """
    found = reader.find(Receipt, receipt_id(*name))
    if found is None:
        msg = "No such receipt."
        raise NotFound(msg)
    return {
        "receipt": str(name),
        "known_since": iso_time(found.opened_at),
        "said_ngwee": found.said_ngwee,
        "line_ngwee": found.line_ngwee if found.is_on_statement else None,
        "fee_ngwee": found.fee_ngwee if found.is_on_statement else None,
        "row": found.line,
        "account_id": found.account,
        "credits": found.credits or None,
        "held": found.held,
        "in_clearing_ngwee": found.clearing_ngwee,
        "reversed_ngwee": found.reversed_ngwee or None,
        "settled": found.is_settled,
        "matches": [
            {"part": int(part), "amount_ngwee": amount, "fee_ngwee": fee, "of": len(receipts)}
            for part, (amount, fee, _, receipts) in sorted(found.parts.items())
        ],
    }

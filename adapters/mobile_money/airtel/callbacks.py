"""Reads Airtel's callbacks: what is believed is exactly the bytes that the hash covers."""

import hmac
import json
import re
from typing import Final

from adapters.mobile_money.airtel.reading import state_of
from adapters.mobile_money.airtel.signing import callback_hash
from adapters.mobile_money.wire.json_text import read_object, text_at
from application.ports import (
    Authenticity,
    CallbackForged,
    CallbackMalformed,
    CallbackNotice,
    PaymentStatus,
)

_TRANSACTION: Final = re.compile(r'"transaction"\s*:\s*(?=\{)')


def read_notice(body: bytes, key: bytes | None) -> CallbackNotice:
    """Read a callback; with a key it must be signed.

    Raises:
        CallbackMalformed: it holds no transaction with our id and a status.
        CallbackForged: its hash is missing or wrong.
    """
    covered = _transaction(body)
    transaction = read_object(covered)
    reference, status = text_at(transaction, "id"), text_at(transaction, "status_code")
    if transaction is None or reference is None or status is None:
        msg = "The callback holds no transaction with an id and a status."
        raise CallbackMalformed(msg)
    if key is not None:
        given = text_at(read_object(body), "hash") or ""
        if not any(_is_equal(given, callback_hash(key, form)) for form in _forms(covered)):
            msg = "The callback's hash is missing or wrong."
            raise CallbackForged(msg)
    receipt = text_at(transaction, "airtel_money_id")
    state, code, words = state_of(status, receipt, None)
    return CallbackNotice(
        PaymentStatus(state=state, reference=reference, receipt=receipt, code=code, words=words),
        Authenticity.UNSIGNED if key is None else Authenticity.SIGNED,
    )


def _transaction(body: bytes) -> bytes:
    """Give the bytes of the transaction object; a second one is never looked at."""
    try:
        text = body.decode()
        found = _TRANSACTION.search(text)
        if found is not None:
            _, end = json.JSONDecoder().raw_decode(text, found.end())
            return text[found.end() : end].encode()
    except (ValueError, RecursionError):
        pass
    return b""


def _forms(transaction: bytes) -> list[bytes]:
    """Give what the hash may be over: the bytes as they came, and without their white space."""
    compact = json.dumps(json.loads(transaction), separators=(",", ":"), ensure_ascii=False)
    return [transaction, compact.encode("utf-8", "surrogatepass")]


def _is_equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode())

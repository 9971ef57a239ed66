"""Reads what MTN MoMo answers and calls back: one shape of JSON, written in several ways."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from adapters.mobile_money.mtn.statuses import ERRORS, REASONS, STATES, meaning_of_reason
from adapters.mobile_money.wire.amounts import read_ngwee, read_payer
from adapters.mobile_money.wire.caller import WireAnswer
from adapters.mobile_money.wire.json_text import read_object, text_at, value_at
from adapters.mobile_money.wire.meaning import NETWORK_FAULT, Says
from application.ports import Ambiguous, Asked, AskOutcome, Declined, PaymentState, PaymentStatus


def read_outcome(answer: WireAnswer) -> AskOutcome:
    """Read the answer to a request for money or for a refund."""
    if answer.status == HTTPStatus.ACCEPTED:
        return Asked()
    code = text_at(read_object(answer.body), "code")
    match ERRORS.get(code or ""):
        case Says.KNOWN:
            return Asked(is_repeated=True)
        case Says.FAILED if code:
            return Declined(code, REASONS.get(code, NETWORK_FAULT))
        case _:
            return Ambiguous(f"{answer.words}{f', {code[:64]}' if code else ''}")


def read_status(answer: WireAnswer, reference: str) -> PaymentStatus:
    """Read the answer to a question about a payment."""
    found = read_object(answer.body)
    if answer.status == HTTPStatus.OK and found is not None:
        return read_payment(found, reference)
    if answer.status == HTTPStatus.NOT_FOUND and _says_not_found(found):
        return PaymentStatus(state=PaymentState.NOT_FOUND)
    return PaymentStatus(state=PaymentState.UNKNOWN, words=answer.words)


def _says_not_found(found: Mapping[str, Any] | None) -> bool:
    return ERRORS.get(text_at(found, "code") or "") is Says.NOT_FOUND


def read_payment(found: Mapping[str, Any], reference: str | None) -> PaymentStatus:
    """Read a payment, of a status or of a callback.

    A callback names our reference only as ``externalId``: we send it as that too.
    """
    receipt = text_at(found, "financialTransactionId")
    state, code, words = _state(found, receipt)
    return PaymentStatus(
        state=state,
        reference=text_at(found, "externalId") or reference,
        receipt=receipt,
        amount_ngwee=read_ngwee(value_at(found, "amount")),
        currency=text_at(found, "currency"),
        payer=read_payer(value_at(found, "payer", "partyId")),
        code=code,
        words=words,
    )


def _state(found: Mapping[str, Any], receipt: str | None) -> tuple[PaymentState, str | None, str]:
    status = text_at(found, "status") or ""
    match STATES.get(status.upper()):
        case Says.TAKEN:
            return PaymentState.PENDING, None, ""
        case Says.PAID if receipt:
            return PaymentState.PAID, None, ""
        case Says.PAID:
            return PaymentState.UNKNOWN, None, "It says SUCCESSFUL without a transaction id."
        case Says.FAILED:
            # A bare word in some builds, an object with code and message in others.
            reason = text_at(found, "reason") or text_at(found, "reason", "code") or status.upper()
            return PaymentState.FAILED, reason[:64], meaning_of_reason(reason).words
        case _:
            return PaymentState.UNKNOWN, None, f"It says {status[:32]!r}."

"""Reads what pawaPay answers and calls back, in the shapes of its versions 2 and 1."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from adapters.mobile_money.pawapay.statuses import FAILURES, REQUESTS, STATES
from adapters.mobile_money.wire.amounts import read_ngwee, read_payer
from adapters.mobile_money.wire.caller import WireAnswer
from adapters.mobile_money.wire.json_text import read_object, text_at, value_at
from adapters.mobile_money.wire.meaning import NETWORK_FAULT, Says
from application.ports import (
    Ambiguous,
    Asked,
    AskOutcome,
    Declined,
    PaymentState,
    PaymentStatus,
)

IDS: Final = ("depositId", "refundId")
AMOUNTS: Final = ("amount", "depositedAmount", "requestedAmount")
PAYERS: Final = (("payer", "accountDetails", "phoneNumber"), ("payer", "address", "value"))
FAILURE: Final = ("failureReason", "failureCode")


def read_outcome(answer: WireAnswer) -> AskOutcome:
    """Read the answer to a request for a deposit or a refund."""
    found = read_object(answer.body)
    code = text_at(found, *FAILURE)
    if answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        match REQUESTS.get(text_at(found, "status") or ""):
            case Says.TAKEN if answer.status == HTTPStatus.OK:
                return Asked()
            case Says.KNOWN if answer.status == HTTPStatus.OK:
                return Asked(is_repeated=True)
            case Says.FAILED if code:
                return Declined(code[:64], FAILURES.get(code, NETWORK_FAULT))
            case _:
                pass
    return Ambiguous(f"{answer.words}{f', {code[:64]}' if code else ''}")


def read_status(answer: WireAnswer, reference: str) -> PaymentStatus:
    """Read the answer to a question about a deposit or a refund."""
    found = read_object(answer.body)
    if answer.status == HTTPStatus.OK:
        match text_at(found, "status"):
            case "FOUND" if isinstance(data := value_at(found, "data"), dict):
                return read_payment(data, reference)
            case "NOT_FOUND":
                return PaymentStatus(state=PaymentState.NOT_FOUND)
            case _:
                pass
    return PaymentStatus(state=PaymentState.UNKNOWN, words=answer.words)


def read_payment(data: Mapping[str, Any], reference: str | None) -> PaymentStatus:
    """Read a deposit or a refund, of a status or of a callback."""
    ours = next((text for name in IDS[::-1] if (text := text_at(data, name))), reference)
    state, code, words = _state(data)
    return PaymentStatus(
        state=state,
        reference=ours,
        receipt=_receipt(data, ours) if state is PaymentState.PAID else None,
        amount_ngwee=next(
            (read_ngwee(data[name]) for name in AMOUNTS if data.get(name) is not None), None
        ),
        currency=text_at(data, "currency"),
        payer=next((read for path in PAYERS if (read := read_payer(value_at(data, *path)))), None),
        code=code,
        words=words,
    )


def _receipt(data: Mapping[str, Any], ours: str | None) -> str | None:
    """Give the network's id; where there is none, its statements go by our own."""
    v1 = value_at(data, "correspondentIds")
    first = next(iter(v1.values()), None) if isinstance(v1, dict) else None
    return text_at(data, "providerTransactionId") or (first if isinstance(first, str) else ours)


def _state(data: Mapping[str, Any]) -> tuple[PaymentState, str | None, str]:
    status = text_at(data, "status") or ""
    match STATES.get(status):
        case Says.TAKEN:
            return PaymentState.PENDING, None, ""
        case Says.PAID:
            return PaymentState.PAID, None, ""
        case Says.FAILED:
            code = text_at(data, *FAILURE) or status
            return PaymentState.FAILED, code[:64], FAILURES.get(code, NETWORK_FAULT)
        case Says.UNCLEAR:
            return PaymentState.UNKNOWN, None, f"It does not know itself: {status}."
        case _:
            return PaymentState.UNKNOWN, None, f"It says {status[:32]!r}."

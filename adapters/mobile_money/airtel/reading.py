"""Reads what Airtel answers: three shapes of errors, and success that is only a push sent."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from adapters.mobile_money.airtel.statuses import CODES, EXPIRED, STATES
from adapters.mobile_money.wire.caller import WireAnswer
from adapters.mobile_money.wire.json_text import read_object, text_at, value_at
from adapters.mobile_money.wire.meaning import NETWORK_FAULT, NO_WALLET, TIMED_OUT, Says
from application.ports import (
    Ambiguous,
    Asked,
    AskOutcome,
    Declined,
    PaymentState,
    PaymentStatus,
    Settled,
)

CODE_PATHS: Final = (
    ("status", "response_code"),
    ("status", "result_code"),
    ("status_code",),
    ("error",),
)
SAYING_NOTHING: Final = frozenset({Says.UNCLEAR, Says.TAKEN})


def codes_of(found: Mapping[str, Any] | None) -> list[str]:
    """Give the codes of an answer, the most telling first."""
    return [code[:32] for path in CODE_PATHS if (code := text_at(found, *path))]


def is_success(found: Mapping[str, Any] | None) -> bool:
    """Whether an answer says so itself; by HTTP status alone, errors would pass for it."""
    return str(value_at(found, "status", "success")).lower() == "true"


def read_outcome(answer: WireAnswer) -> AskOutcome:
    """Read the answer to a push."""
    found = read_object(answer.body)
    if answer.status == HTTPStatus.OK and is_success(found):
        return Asked()
    return _without_success(answer, found)


def _without_success(answer: WireAnswer, found: Mapping[str, Any] | None) -> AskOutcome:
    codes = codes_of(found)
    says = {code: CODES[code].says for code in codes if code in CODES}
    if Says.KNOWN in says.values():
        return Asked(is_repeated=True)
    if Says.UNCLEAR not in says.values() and answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        for code, said in says.items():
            if said in {Says.FAILED, Says.NOT_FOUND}:
                return Declined(code, _words(code, found))
    return Ambiguous(", ".join([answer.words, *codes]))


def _words(code: str, found: Mapping[str, Any] | None) -> str:
    """Give a failure's words; one code stands for several, which only the message tells."""
    if "msisdn" in (text_at(found, "status", "message") or "").lower():
        return NO_WALLET
    return CODES[code].words


def read_status(answer: WireAnswer, reference: str) -> PaymentStatus:
    """Read the answer to an enquiry; it repeats neither amount nor payer."""
    found = read_object(answer.body)
    status = text_at(found, "data", "transaction", "status")
    codes = codes_of(found)
    if answer.status != HTTPStatus.OK or status is None:
        is_unknown = any(CODES[code].says is Says.NOT_FOUND for code in codes if code in CODES)
        if is_unknown and answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return PaymentStatus(state=PaymentState.NOT_FOUND)
        return PaymentStatus(state=PaymentState.UNKNOWN, words=", ".join([answer.words, *codes]))
    receipt = text_at(found, "data", "transaction", "airtel_money_id")
    state, code, words = state_of(status, receipt, next(iter(codes), None))
    return PaymentStatus(
        state=state,
        reference=text_at(found, "data", "transaction", "id") or reference,
        receipt=receipt,
        code=code,
        words=words,
    )


def state_of(
    status: str, receipt: str | None, code: str | None
) -> tuple[PaymentState, str | None, str]:
    """Give what a transaction's status means, with the code and the words of a failure."""
    match STATES.get(status.upper()):
        case Says.TAKEN:
            return PaymentState.PENDING, None, ""
        case Says.PAID if receipt:
            return PaymentState.PAID, None, ""
        case Says.PAID:
            return PaymentState.UNKNOWN, None, "It says TS without a transaction id."
        case Says.FAILED:
            meaning = CODES.get(code or "")
            words = meaning.words if meaning else ""
            default = TIMED_OUT if status.upper() == EXPIRED else NETWORK_FAULT
            return PaymentState.FAILED, code or status.upper(), words or default
        case Says.UNCLEAR:
            return PaymentState.UNKNOWN, None, "It does not know itself: TA."
        case _:
            return PaymentState.UNKNOWN, None, f"It says {status[:32]!r}."


def read_refund(answer: WireAnswer) -> AskOutcome:
    """Read the answer to a refund: it is carried out at once, or not."""
    found = read_object(answer.body)
    receipt = text_at(found, "data", "transaction", "airtel_money_id")
    status = text_at(found, "data", "transaction", "status")
    if answer.status == HTTPStatus.OK and is_success(found) and receipt and status == "SUCCESS":
        return Settled(PaymentStatus(state=PaymentState.PAID, receipt=receipt))
    outcome = _without_success(answer, found)
    return Ambiguous(answer.words) if isinstance(outcome, Asked) else outcome

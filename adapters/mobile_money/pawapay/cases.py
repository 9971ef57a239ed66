"""Answers and callbacks of pawaPay as they were seen, and what is understood by each."""

from typing import Final

from adapters.mobile_money.wire import meaning as say
from adapters.mobile_money.wire.cases import CallbackCase, Case, RequestCase, StatusCase
from application.ports import Ambiguous, Asked, Declined, PaymentState, PaymentStatus
from domain.money import Ngwee

K50: Final = Ngwee(5_000)
_PAYER: Final = (
    '"payer":{"type":"MMO","accountDetails":{"phoneNumber":"260763456789",'
    '"provider":"MTN_MOMO_ZMB"}}'
)
_ABOUT: Final = f'"depositId":"TOPUP-000123","amount":"50.00","currency":"ZMW",{_PAYER}'
_REJECTED: Final = (
    '{"depositId":"TOPUP-000123","status":"REJECTED","failureReason":{"failureCode":"%s",'
    '"failureMessage":"…"}}'
)


def _found(rest: str) -> str:
    return f'{{"status":"FOUND","data":{{{_ABOUT},{rest}}}}}'


def _status(
    state: PaymentState, *, receipt: str | None = None, code: str | None = None, words: str = ""
) -> PaymentStatus:
    return PaymentStatus(
        state=state,
        reference="TOPUP-000123",
        receipt=receipt,
        amount_ngwee=K50,
        currency="ZMW",
        payer="+260763456789",
        code=code,
        words=words,
    )


PAID: Final = _status(PaymentState.PAID, receipt="12356789")

CASES: Final[tuple[Case, ...]] = (
    RequestCase(
        "accepted",
        200,
        '{"depositId":"TOPUP-000123","status":"ACCEPTED","created":"2020-10-19T11:17:01Z"}',
        Asked(),
    ),
    RequestCase(
        "a reference that is known",
        200,
        '{"depositId":"TOPUP-000123","status":"DUPLICATE_IGNORED"}',
        Asked(is_repeated=True),
    ),
    RequestCase(
        "rejected with 200",
        200,
        _REJECTED % "INVALID_PHONE_NUMBER",
        Declined("INVALID_PHONE_NUMBER", say.NO_WALLET),
    ),
    RequestCase(
        "rejected with 400",
        400,
        _REJECTED % "MISSING_PARAMETER",
        Declined("MISSING_PARAMETER", say.NOT_SET_UP),
    ),
    RequestCase(
        "a signature that they refuse",
        403,
        _REJECTED % "HTTP_SIGNATURE_ERROR",
        Declined("HTTP_SIGNATURE_ERROR", say.NOT_SET_UP),
    ),
    RequestCase(
        "rejected for a reason nobody knows",
        200,
        _REJECTED % "MOON_IN_CANCER",
        Declined("MOON_IN_CANCER", say.NETWORK_FAULT),
    ),
    RequestCase(
        "an unknown error",
        500,
        _REJECTED % "UNKNOWN_ERROR",
        Ambiguous("HTTP 500, application/json, UNKNOWN_ERROR"),
    ),
    RequestCase(
        "accepted with 202", 202, '{"status":"ACCEPTED"}', Ambiguous("HTTP 202, application/json")
    ),
    RequestCase(
        "a status alone", 200, '{"status":"FOUND"}', Ambiguous("HTTP 200, application/json")
    ),
    StatusCase(
        "paid", 200, _found('"status":"COMPLETED","providerTransactionId":"12356789"'), PAID
    ),
    StatusCase(
        "paid, without the network's id",
        200,
        _found('"status":"COMPLETED"'),
        _status(PaymentState.PAID, receipt="TOPUP-000123"),
    ),
    StatusCase("accepted", 200, _found('"status":"ACCEPTED"'), _status(PaymentState.PENDING)),
    StatusCase("submitted", 200, _found('"status":"SUBMITTED"'), _status(PaymentState.PENDING)),
    StatusCase(
        "in reconciliation",
        200,
        _found('"status":"IN_RECONCILIATION"'),
        _status(PaymentState.UNKNOWN, words="It does not know itself: IN_RECONCILIATION."),
    ),
    StatusCase(
        "failed",
        200,
        _found('"status":"FAILED","failureReason":{"failureCode":"INSUFFICIENT_BALANCE"}'),
        _status(PaymentState.FAILED, code="INSUFFICIENT_BALANCE", words=say.NO_FUNDS),
    ),
    StatusCase(
        "not known there",
        200,
        '{"status":"NOT_FOUND"}',
        PaymentStatus(state=PaymentState.NOT_FOUND),
    ),
    StatusCase(
        "a 404 of a proxy",
        404,
        "{}",
        PaymentStatus(state=PaymentState.UNKNOWN, words="HTTP 404, application/json"),
    ),
    CallbackCase(
        "paid", f'{{{_ABOUT},"status":"COMPLETED","providerTransactionId":"12356789"}}', PAID
    ),
    CallbackCase(
        "paid, as version 1 says it",
        '{"depositId":"TOPUP-000123","status":"COMPLETED","requestedAmount":"60.00",'
        '"depositedAmount":"50.00","currency":"ZMW","country":"ZMB",'
        '"correspondent":"MTN_MOMO_ZMB","payer":{"type":"MSISDN",'
        '"address":{"value":"260763456789"}},"correspondentIds":{"MTN_INIT":"12356789"},'
        '"respondedByPayer":"2020-10-19T11:17:01Z"}',
        PAID,
    ),
    CallbackCase("no deposit", '{"status":"COMPLETED"}', None),
    CallbackCase("a list", "[]", None),
)

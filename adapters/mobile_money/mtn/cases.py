"""Answers and callbacks of MTN MoMo as they were seen, and what is understood by each."""

from typing import Final

from adapters.mobile_money.wire import meaning as say
from adapters.mobile_money.wire.cases import CallbackCase, Case, RequestCase, StatusCase
from application.ports import Ambiguous, Asked, Declined, PaymentState, PaymentStatus
from domain.money import Ngwee

K50: Final = Ngwee(5_000)
_PAYER: Final = '"payer":{"partyIdType":"MSISDN","partyId":"260961234567"}'
_ABOUT: Final = f'"externalId":"TOPUP-000123","amount":"50","currency":"ZMW",{_PAYER}'
_NUMBERS: Final = (
    '{"financialTransactionId":23503452,"externalId":947354,"amount":50.0,"currency":"ZMW",'
    '"payer":{"partyIdType":"MSISDN","partyId":260961234567},"status":"SUCCESSFUL"}'
)


def _status(state: PaymentState, **fields: str | None) -> PaymentStatus:
    receipt, code, words = fields.get("receipt"), fields.get("code"), fields.get("words") or ""
    return PaymentStatus(
        state=state,
        reference="TOPUP-000123",
        receipt=receipt,
        amount_ngwee=K50,
        currency="ZMW",
        payer="+260961234567",
        code=code,
        words=words,
    )


PAID: Final = _status(PaymentState.PAID, receipt="23503452")

CASES: Final[tuple[Case, ...]] = (
    RequestCase("accepted", 202, "", Asked()),
    RequestCase(
        "a reference that is known",
        409,
        '{"code":"RESOURCE_ALREADY_EXIST","message":"Duplicated reference id. Creation of resource'
        ' failed."}',
        Asked(is_repeated=True),
    ),
    RequestCase(
        "no wallet, as a server's fault",
        500,
        '{"code":"PAYER_NOT_FOUND","message":"Payee does not exist"}',
        Declined("PAYER_NOT_FOUND", say.NO_WALLET),
    ),
    RequestCase(
        "another currency",
        500,
        '{"code":"INVALID_CURRENCY","message":"Currency not supported."}',
        Declined("INVALID_CURRENCY", say.NOT_SET_UP),
    ),
    RequestCase(
        "a fault of theirs",
        500,
        '{"code":"INTERNAL_PROCESSING_ERROR","message":"…"}',
        Ambiguous("HTTP 500, application/json, INTERNAL_PROCESSING_ERROR"),
    ),
    RequestCase(
        "down",
        503,
        '{"code":"SERVICE_UNAVAILABLE"}',
        Ambiguous("HTTP 503, application/json, SERVICE_UNAVAILABLE"),
    ),
    RequestCase("a bare 400", 400, "", Ambiguous("HTTP 400")),
    RequestCase("200 where 202 is due", 200, "{}", Ambiguous("HTTP 200, application/json")),
    RequestCase("a redirect", 302, "", Ambiguous("HTTP 302")),
    StatusCase(
        "paid",
        200,
        f'{{"financialTransactionId":"23503452",{_ABOUT},"status":"SUCCESSFUL"}}',
        PAID,
    ),
    StatusCase("pending", 200, f'{{{_ABOUT},"status":"PENDING"}}', _status(PaymentState.PENDING)),
    StatusCase(
        "failed, the reason a word",
        200,
        f'{{{_ABOUT},"status":"FAILED","reason":"NOT_ENOUGH_FUNDS"}}',
        _status(PaymentState.FAILED, code="NOT_ENOUGH_FUNDS", words=say.NO_FUNDS),
    ),
    StatusCase(
        "failed, the reason an object",
        200,
        f'{{{_ABOUT},"status":"FAILED","reason":{{"code":"PAYER_NOT_FOUND","message":"-"}}}}',
        _status(PaymentState.FAILED, code="PAYER_NOT_FOUND", words=say.NO_WALLET),
    ),
    StatusCase(
        "failed without a reason",
        200,
        f'{{{_ABOUT},"status":"FAILED"}}',
        _status(PaymentState.FAILED, code="FAILED", words=say.NETWORK_FAULT),
    ),
    StatusCase(
        "numbers for texts",
        200,
        _NUMBERS,
        PaymentStatus(
            state=PaymentState.PAID,
            reference="947354",
            receipt="23503452",
            amount_ngwee=K50,
            currency="ZMW",
            payer="+260961234567",
        ),
    ),
    StatusCase(
        "paid without a transaction id",
        200,
        f'{{{_ABOUT},"status":"SUCCESSFUL"}}',
        _status(PaymentState.UNKNOWN, words="It says SUCCESSFUL without a transaction id."),
    ),
    StatusCase(
        "a word nobody knows",
        200,
        f'{{{_ABOUT},"status":"PAUSED"}}',
        _status(PaymentState.UNKNOWN, words="It says 'PAUSED'."),
    ),
    StatusCase(
        "not known there",
        404,
        '{"code":"RESOURCE_NOT_FOUND","message":"Requested resource was not found."}',
        PaymentStatus(state=PaymentState.NOT_FOUND),
    ),
    StatusCase(
        "a gateway's own 404",
        404,
        '{"statusCode":404,"message":"Resource not found"}',
        PaymentStatus(state=PaymentState.UNKNOWN, words="HTTP 404, application/json"),
    ),
    StatusCase(
        "a cut answer",
        200,
        '{"status":"SUCC',
        PaymentStatus(state=PaymentState.UNKNOWN, words="HTTP 200, application/json"),
    ),
    StatusCase(
        "not a number",
        200,
        f'{{{_ABOUT},"fee":NaN,"status":"FAILED"}}',
        PaymentStatus(state=PaymentState.UNKNOWN, words="HTTP 200, application/json"),
    ),
    CallbackCase(
        "paid", f'{{"financialTransactionId":"23503452",{_ABOUT},"status":"SUCCESSFUL"}}', PAID
    ),
    CallbackCase(
        "rejected, as only callbacks say it",
        f'{{{_ABOUT},"status":"REJECTED"}}',
        _status(PaymentState.FAILED, code="REJECTED", words=say.NOT_APPROVED),
    ),
    CallbackCase("no object", "[]", None),
    CallbackCase("an object of something else", '{"hello":"world"}', None),
    CallbackCase("a form", "status=SUCCESSFUL", None),
)

"""Answers and callbacks of Airtel Money as they were seen, and what is understood by each."""

from typing import Final

from adapters.mobile_money.wire import meaning as say
from adapters.mobile_money.wire.cases import CallbackCase, Case, RequestCase, StatusCase
from application.ports import Ambiguous, Asked, Declined, PaymentState, PaymentStatus

RECEIPT: Final = "MP210603.1234.L06941"
_ENDED: Final = (
    '{"data":{"transaction":{"airtel_money_id":"MP210603.1234.L06941","id":"TOPUP-000123",'
    '"message":"Success","status":"TS"}},"status":{"code":"200","message":"Success",'
    '"result_code":"ESB000010","response_code":"DP00800001001","success":true}}'
)
_FAILED: Final = (
    '{"data":{"transaction":{"id":"TOPUP-000123","status":"%s"}},"status":{"response_code":"%s",'
    '"code":"200","success":false,"message":"FAILED"}}'
)


def _status(
    state: PaymentState,
    *,
    receipt: str | None = None,
    code: str | None = None,
    words: str = "",
) -> PaymentStatus:
    return PaymentStatus(
        state=state, reference="TOPUP-000123", receipt=receipt, code=code, words=words
    )


PAID: Final = _status(PaymentState.PAID, receipt=RECEIPT)

CASES: Final[tuple[Case, ...]] = (
    RequestCase(
        "the push was sent",
        200,
        '{"data":{"transaction":{"id":"TOPUP000123","status":"SUCCESS"}},"status":{"code":"200",'
        '"message":"SUCCESS","result_code":"ESB000010","response_code":"DP00800001006",'
        '"success":true}}',
        Asked(),
    ),
    RequestCase(
        "the push was sent, the id is false",
        200,
        '{"data":{"transaction":{"id":false,"status":"SUCCESS"}},"status":{"code":"200",'
        '"response_code":"DP00800001006","success":true}}',
        Asked(),
    ),
    RequestCase(
        "a business error with 200",
        200,
        '{"status":{"response_code":"DP00800001007","code":"200","success":false,'
        '"message":"Not enough balance"}}',
        Declined("DP00800001007", say.NO_FUNDS),
    ),
    RequestCase(
        "an unknown number",
        400,
        '{"status":{"response_code":"DP00800001005","code":"400","success":false,'
        '"message":"Msisdn Not Found"}}',
        Declined("DP00800001005", say.NO_WALLET),
    ),
    RequestCase(
        "the router's own shape",
        400,
        '{"status_code":"ROUTER110","status_message":"Partner not found"}',
        Declined("ROUTER110", say.NOT_SET_UP),
    ),
    RequestCase(
        "the router's time was up",
        200,
        '{"status_code":"ROUTER117","status_message":"Timeout"}',
        Ambiguous("HTTP 200, application/json, ROUTER117"),
    ),
    RequestCase(
        "the bus does not know",
        200,
        '{"status":{"code":"200","message":"Ambiguous","result_code":"ESB000001","success":false}}',
        Ambiguous("HTTP 200, application/json, ESB000001"),
    ),
    RequestCase(
        "a reference that is known",
        200,
        '{"status":{"code":"200","message":"Duplicate","result_code":"ESB000041","success":false}}',
        Asked(is_repeated=True),
    ),
    RequestCase(
        "a code nobody knows",
        200,
        '{"status":{"response_code":"DP00800001099","success":false}}',
        Ambiguous("HTTP 200, application/json, DP00800001099"),
    ),
    RequestCase("a time-out of a proxy", 408, "", Ambiguous("HTTP 408")),
    StatusCase("paid", 200, _ENDED, PAID),
    StatusCase(
        "paid, the success a text", 200, _ENDED.replace('"success":true', '"success":"true"'), PAID
    ),
    StatusCase(
        "not paid",
        200,
        _FAILED % ("TF", "DP00800001005"),
        _status(PaymentState.FAILED, code="DP00800001005", words=say.NOT_APPROVED),
    ),
    StatusCase(
        "expired",
        200,
        _FAILED % ("TE", "DP00800001029"),
        _status(PaymentState.FAILED, code="DP00800001029", words=say.TIMED_OUT),
    ),
    StatusCase(
        "in progress", 200, _FAILED % ("TIP", "DP00800001006"), _status(PaymentState.PENDING)
    ),
    StatusCase(
        "ambiguous",
        200,
        _FAILED % ("TA", "DP00800001000"),
        _status(PaymentState.UNKNOWN, words="It does not know itself: TA."),
    ),
    StatusCase(
        "paid without a transaction id",
        200,
        _FAILED % ("TS", "DP00800001001"),
        _status(PaymentState.UNKNOWN, words="It says TS without a transaction id."),
    ),
    StatusCase(
        "not known there",
        200,
        '{"status":{"response_code":"DP00800001025","code":"200","success":false}}',
        PaymentStatus(state=PaymentState.NOT_FOUND),
    ),
    StatusCase(
        "the bus could not look",
        200,
        '{"status":{"result_code":"ESB000014","code":"200","success":false}}',
        PaymentStatus(state=PaymentState.UNKNOWN, words="HTTP 200, application/json, ESB000014"),
    ),
    CallbackCase(
        "paid",
        '{"transaction":{"id":"TOPUP-000123","message":"Paid ZMW 50.00 to ACME Charge ZMW 1.40,'
        ' Trans ID MP210603.1234.L06941.","status_code":"TS",'
        '"airtel_money_id":"MP210603.1234.L06941"}}',
        PAID,
    ),
    CallbackCase(
        "failed",
        '{"transaction":{"id":"TOPUP-000123","message":"Failed","status_code":"TF"}}',
        _status(PaymentState.FAILED, code="TF", words=say.NETWORK_FAULT),
    ),
    CallbackCase("no transaction", '{"hash":"x"}', None),
    CallbackCase("a transaction without an id", '{"transaction":{"status_code":"TS"}}', None),
    CallbackCase("no object", '"transaction": {}', None),
)

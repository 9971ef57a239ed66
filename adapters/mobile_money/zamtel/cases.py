"""Answers of Zamtel's REST front as they were seen, and what is understood by each."""

from typing import Final

from adapters.mobile_money.wire import meaning as say
from adapters.mobile_money.wire.cases import CallbackCase, Case, RequestCase
from application.ports import Ambiguous, Declined, PaymentState, PaymentStatus, Settled

PAID: Final = Settled(
    PaymentStatus(state=PaymentState.PAID, reference="TOPUP-000123", receipt="8CK10A2B3C")
)

CASES: Final[tuple[Case, ...]] = (
    RequestCase(
        "paid", 200, '{"status":"0","message":"Success","TransactionId":"8CK10A2B3C"}', PAID
    ),
    RequestCase(
        "paid, in the other field and as a number",
        200,
        '{"StatusCode":0,"message":"Success","TransactionId":"8CK10A2B3C"}',
        PAID,
    ),
    RequestCase(
        "a wrong PIN", 200, '{"status":"E8003","message":"…"}', Declined("E8003", say.WRONG_PIN)
    ),
    RequestCase("no money", 200, '{"status":"2006","message":"…"}', Declined("2006", say.NO_FUNDS)),
    RequestCase(
        "paid without a transaction id",
        200,
        '{"status":"0","message":"Success"}',
        Ambiguous("HTTP 200, application/json, 0"),
    ),
    RequestCase(
        "the system could not",
        200,
        '{"status":"E8027","message":"…"}',
        Ambiguous("HTTP 200, application/json, E8027"),
    ),
    RequestCase(
        "an internal error",
        200,
        '{"status":"-1","message":"…"}',
        Ambiguous("HTTP 200, application/json, -1"),
    ),
    RequestCase(
        "a code nobody knows",
        200,
        '{"status":"E9999"}',
        Ambiguous("HTTP 200, application/json, E9999"),
    ),
    RequestCase(
        "success beside another status",
        502,
        '{"status":"0","TransactionId":"8CK10A2B3C"}',
        Ambiguous("HTTP 502, application/json, 0"),
    ),
    CallbackCase("any", '{"status":"0","TransactionId":"8CK10A2B3C"}', None),
)

"""A payment goes only where its table says, and what is paid late is credited all the same."""

from collections.abc import Callable
from typing import Any

import pytest

from domain.errors import InvalidRequest, NotPermitted, TooLate
from domain.payment import MAY_FOLLOW, Payment, PaymentState, payment_id
from domain.payment.states import PUBLIC_STATE
from domain.price_list import QUOTE_S
from domain.values import SECOND, Credits, Instant
from tests.support.money import PRICES, a_payment
from tests.tidy import discovery

AT = Instant(1_765_000_000_000_000)
S = PaymentState


def request(**changed: Any) -> Payment:
    return a_payment(at=AT, **changed)


def confirm(payment: Payment, amount: int = 5_000) -> Credits:
    return payment.confirm(receipt="receipt", amount_ngwee=amount, prices=PRICES, at=AT)


def ask_refund(payment: Payment, **changed: Any) -> None:
    fields: dict[str, Any] = {
        "credits": Credits(20),
        "amount_ngwee": 1_000,
        "vat_ngwee": 138,
        "actor": "account:2",
        "reason": "1/x",
        **changed,
    }
    payment.request_refund(at=AT, **fields)


DO: dict[str, Callable[[Payment], object]] = {
    "Initiated": lambda p: p.initiate(at=AT),
    "Pending": lambda p: p.wait(provider_reference="theirs", at=AT),
    "Unknown": lambda p: p.lose_sight(cause="NO_ANSWER", at=AT),
    "Failed": lambda p: p.fail(cause="REFUSED", at=AT),
    "Expired": lambda p: p.expire(at=AT),
    "Confirmed": confirm,
    "Held": lambda p: p.hold(receipt="receipt", cause="OTHER_PAYER", at=AT),
    "RefundRequested": ask_refund,
    "RefundRejected": lambda p: p.reject_refund(approver="account:3", reason="2/x", at=AT),
    "RefundApproved": lambda p: p.approve_refund(approver="account:3", at=AT),
    "Refunded": lambda p: p.pay_back(at=AT),
    "Reversed": lambda p: p.reverse(amount_ngwee=5_000, at=AT),
}
WAYS: dict[PaymentState, list[str]] = {
    S.REQUESTED: [],
    S.INITIATED: ["Initiated"],
    S.PENDING: ["Initiated", "Pending"],
    S.UNKNOWN: ["Initiated", "Unknown"],
    S.FAILED: ["Initiated", "Failed"],
    S.EXPIRED: ["Expired"],
    S.CONFIRMED: ["Initiated", "Confirmed"],
    S.HELD: ["Initiated", "Held"],
    S.REVERSED: ["Initiated", "Confirmed", "Reversed"],
    S.REFUND_REQUESTED: ["Initiated", "Confirmed", "RefundRequested"],
    S.REFUND_APPROVED: ["Initiated", "Confirmed", "RefundRequested", "RefundApproved"],
    S.REFUNDED: ["Initiated", "Confirmed", "RefundRequested", "RefundApproved", "Refunded"],
}


def payment_in(state: PaymentState) -> Payment:
    payment = request()
    for event in WAYS[state]:
        DO[event](payment)
    assert payment.state == state
    return payment


def test_every_state_and_event_stands_in_the_table() -> None:
    assert set(WAYS) == set(S) == set(PUBLIC_STATE)
    later = set(discovery.events(Payment)) - {"Requested"}
    assert later == set(MAY_FOLLOW) == set(DO)


@pytest.mark.parametrize("state", list(S))
def test_only_what_the_table_says_may_follow(state: PaymentState) -> None:
    for event, do in DO.items():
        payment = payment_in(state)
        version = payment.version
        if state in MAY_FOLLOW[event]:
            do(payment)
            assert type(payment.pending_events[-1]).__name__ == event
        else:
            with pytest.raises(TooLate):
                do(payment)
            assert payment.version == version


def test_its_id_is_that_of_the_provider_and_our_reference() -> None:
    assert request().id == payment_id("mtn", "r-1") != payment_id("airtel", "r-1")


def test_it_keeps_the_price_that_was_quoted_for_a_day() -> None:
    payment = request(pack="starter")
    assert (payment.credits, payment.price_list) == (120, "prices-1")
    assert payment.quoted_until == AT + QUOTE_S * SECOND


@pytest.mark.parametrize("changed", [{"amount_ngwee": 49}, {"amount_ngwee": 49, "pack": "starter"}])
def test_an_amount_that_buys_nothing_or_is_not_the_packs_is_refused(changed: Any) -> None:
    with pytest.raises(InvalidRequest):
        request(**changed)


@pytest.mark.parametrize(("paid", "credits"), [(5_000, 120), (4_999, 99), (5_050, 121)])
def test_what_was_paid_decides_the_credits(paid: int, credits: int) -> None:
    payment = payment_in(S.PENDING)
    assert confirm(payment, paid) == credits
    assert (payment.credited, payment.paid_ngwee) == (credits, paid)


def test_a_payment_of_less_than_a_credit_cannot_be_confirmed_and_is_held() -> None:
    payment = payment_in(S.PENDING)
    with pytest.raises(InvalidRequest):
        confirm(payment, 49)
    DO["Held"](payment)


@pytest.mark.parametrize("state", [S.FAILED, S.EXPIRED])
def test_what_is_paid_after_it_ended_here_is_confirmed_late(state: PaymentState) -> None:
    payment = payment_in(state)
    confirm(payment)
    assert (payment.state, payment.was_late, payment.cause) == (S.CONFIRMED, True, None)


@pytest.mark.parametrize("approver", ["account:2", "account:7"])
def test_a_refund_takes_a_person_who_neither_asked_for_it_nor_gets_it(approver: str) -> None:
    payment = payment_in(S.REFUND_REQUESTED)
    with pytest.raises(NotPermitted):
        payment.approve_refund(approver=approver, at=AT)
    with pytest.raises(NotPermitted):
        payment.reject_refund(approver=approver, reason="2/x", at=AT)


@pytest.mark.parametrize(
    "changed",
    [
        {"credits": Credits(121)},
        {"credits": Credits(0)},
        {"amount_ngwee": 5_001},
        {"amount_ngwee": 0, "vat_ngwee": 0},
        {"vat_ngwee": 1_001},
    ],
)
def test_no_more_goes_back_than_came(changed: Any) -> None:
    with pytest.raises(InvalidRequest):
        ask_refund(payment_in(S.CONFIRMED), **changed)


def test_a_refund_that_was_rejected_can_be_asked_for_again() -> None:
    payment = payment_in(S.REFUND_REQUESTED)
    payment.reject_refund(approver="account:3", reason="2/x", at=AT)
    ask_refund(payment, credits=Credits(1), amount_ngwee=50, vat_ngwee=7)
    payment.approve_refund(approver="account:3", at=AT)
    assert (payment.refund_credits, payment.refund_ngwee) == (1, 50)

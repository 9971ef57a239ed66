"""What holds for any top-up: once for each receipt, held when it is not what was asked."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from application.accounts import ChangeRole
from application.books.actors import Actor
from application.money.outcomes import RecordStatus
from application.money.refunds import DecideRefund, RequestRefund
from application.money.reversals import ReversePayment
from application.money.shown import TopUpShown
from application.ports import PaymentState, PaymentStatus
from application.retention.erasure import EraseAccount
from application.telling.told import told
from domain.errors import (
    IdempotencyConflict,
    InsufficientCredits,
    InvalidRequest,
    NotFound,
    NotPermitted,
    TooLate,
)
from domain.ledger import chart
from domain.money import Ngwee
from domain.price_list import Pack
from domain.public_ids import top_up_id
from domain.roles import Role
from domain.values import Credits
from domain.wallet import CreditWallet, wallet_id
from tests.conformance.mobile_money_rigs import KINDS
from tests.support.invariants import violations_in
from tests.support.topups import STAFF, Till, till


@pytest.fixture
def till_() -> Iterator[Till]:
    with till(KINDS["mtn"]) as opened:
        opened.publish(50)
        opened.new_account("shop")
        yield opened
        assert violations_in(opened.system.store) == []


def says(till: Till, number: int, **said: Any) -> TopUpShown:
    """Have the provider say something of a payment; give what it comes to."""
    row = till.system.queries.top_up(number)
    assert row is not None
    status = PaymentStatus(**{"state": PaymentState.PAID, "receipt": "R1", **said})
    till.execute(
        RecordStatus(
            UUID(row.payment), status, currency="ZMW", tells_status=True, at=till.clock.now()
        )
    )
    return till.shown(number)


def asked(till: Till, **more: Any) -> int:
    """Ask for a top-up whose payer never decides."""
    number = till.request("pending-for-ever", **more)
    till.take_turns()
    till.shown(number)
    return number


def test_its_account_is_told_of_a_top_up_once_it_is_paid(till_: Till) -> None:
    number, queries = asked(till_), till_.system.queries
    assert queries.feed(till_.account, after=0, limit=10) == []
    paid = says(till_, number)
    says(till_, number)
    (row,) = queries.feed(till_.account, after=0, limit=10)
    event = told(row)
    assert (event["sequence"], event["type"]) == (1, "topup.confirmed")
    assert event["data"] == {
        "topup_id": top_up_id(number),
        "amount_ngwee": 5_000,
        "credits": 100,
        "price_list": paid.price_list,
    }


def test_a_receipt_credits_once_however_many_payments_name_it(till_: Till) -> None:
    first, second = asked(till_), asked(till_)
    assert says(till_, first).state == "confirmed"
    assert says(till_, first).state == "confirmed"
    again = says(till_, second)
    assert (again.state, again.exception) == ("held", "held")
    assert again.failure is not None
    assert again.failure.code == "RECEIPT_TAKEN"
    assert till_.available == 100


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"reference": "another"}, "OTHER_REFERENCE"),
        ({"currency": "EUR"}, "OTHER_CURRENCY"),
        ({"payer": "+260960000099"}, "OTHER_PAYER"),
        ({"amount_ngwee": Ngwee(49)}, "TOO_LITTLE"),
    ],
)
@pytest.mark.slow
def test_what_is_not_as_asked_is_held_with_its_reason(
    till_: Till, said: dict[str, Any], code: str
) -> None:
    shown = says(till_, asked(till_), **said)
    assert (shown.state, till_.available) == ("held", 0)
    assert shown.failure is not None
    assert shown.failure.code == code


def test_the_price_is_that_of_the_quote_for_a_day_and_then_the_one_in_force(till_: Till) -> None:
    soon, late = asked(till_), asked(till_)
    till_.publish(100)
    till_.clock.pass_s(86_000)
    assert says(till_, soon).credits == 100
    till_.clock.pass_s(1_000)
    assert says(till_, late, receipt="R2").credits == 50


def test_a_wrong_amount_buys_whole_credits_and_their_lot_keeps_all_that_was_paid(
    till_: Till,
) -> None:
    shown = says(till_, asked(till_), amount_ngwee=Ngwee(2_537))
    assert (shown.credits, shown.paid_ngwee, shown.exception) == (50, 2_537, "amount")
    events = till_.system.reader.events(wallet_id(till_.account))
    bought = [one for one in events if isinstance(one, CreditWallet.TopUp)]
    assert [(one.credits, one.value_ngwee) for one in bought] == [(50, 2_537)]
    balances = till_.system.queries.ledger_now().balances
    assert balances[chart.prepaid(till_.account)] == -2_537


def test_a_pack_brings_its_own_credits(till_: Till) -> None:
    till_.publish(50, Pack("starter", Credits(120), Ngwee(5_000)))
    number = asked(till_, amount_ngwee=None, pack="starter")
    assert says(till_, number).credits == 120
    with pytest.raises(NotFound):
        asked(till_, amount_ngwee=None, pack="none")


def test_a_key_stands_for_one_top_up(till_: Till) -> None:
    assert till_.request(key="k") == till_.request(key="k")
    with pytest.raises(IdempotencyConflict):
        till_.request(key="k", amount_ngwee=900)
    with pytest.raises(IdempotencyConflict):
        till_.request("late", key="k")


def test_a_wish_that_no_provider_heard_of_in_time_lapses(till_: Till) -> None:
    number = till_.request()
    till_.clock.pass_s(601)
    till_.run()
    assert till_.shown(number).state == "expired"
    assert list(till_.served.payments) == []


def test_what_is_not_enough_for_a_credit_is_refused(till_: Till) -> None:
    with pytest.raises(InvalidRequest):
        till_.request(amount_ngwee=49)


# -- what goes back ------------------------------------------------------------------------------


def reverse(till: Till, number: int) -> int:
    return till.execute(ReversePayment(number, actor=STAFF, reason="case 881", at=till.clock.now()))


def test_a_reversal_takes_the_credits_back_and_blocks_while_negative(till_: Till) -> None:
    number = asked(till_)
    says(till_, number)
    till_.use(60)
    assert reverse(till_, number) == -60
    shown = till_.shown(number)
    assert (shown.state, shown.exception) == ("reversed", "reversed")
    with pytest.raises(InsufficientCredits):
        till_.wallet.require(Credits(1))
    with pytest.raises(TooLate):
        reverse(till_, number)


def test_what_was_held_can_be_reversed_too(till_: Till) -> None:
    number = asked(till_)
    says(till_, number, currency="EUR")
    assert reverse(till_, number) == 0
    assert till_.shown(number).state == "reversed"


def refund(till: Till, number: int, credits: int | None = None) -> int:
    return till.execute(
        RequestRefund(
            number,
            None if credits is None else Credits(credits),
            actor=STAFF,
            reason="asked for it",
            at=till.clock.now(),
        )
    )


def decide(till: Till, number: int, actor: Actor, *, approves: bool = True) -> None:
    till.execute(
        DecideRefund(number, approves=approves, actor=actor, reason="seen", at=till.clock.now())
    )


def reviewer(till: Till) -> Actor:
    """Hire somebody who may approve."""
    customer = till.account
    number = till.new_account("reviewer")
    till.account = customer
    till.execute(
        ChangeRole(
            number, Role.ADMIN, is_grant=True, actor=STAFF, reason="hired", at=till.clock.now()
        )
    )
    return Actor.of(number)


def paid(till: Till) -> int:
    number = till.request()
    till.run()
    assert till.shown(number).state == "confirmed"
    return number


def test_a_refund_takes_two_people_and_is_paid_by_the_provider(till_: Till) -> None:
    number, other = paid(till_), reviewer(till_)
    assert refund(till_, number, 40) == 2_000
    with pytest.raises(NotPermitted):
        decide(till_, number, STAFF)
    with pytest.raises(NotPermitted):
        decide(till_, number, Actor.of(till_.account))
    assert till_.available == 100
    decide(till_, number, other)
    assert (till_.available, till_.shown(number).state) == (60, "confirmed")
    till_.run()
    assert till_.shown(number).state == "refunded"
    assert [one.refunded_ngwee for one in till_.served.payments] == [2_000]


def test_a_refund_that_is_refused_leaves_the_credits(till_: Till) -> None:
    number, other = paid(till_), reviewer(till_)
    refund(till_, number)
    decide(till_, number, other, approves=False)
    assert (till_.available, till_.shown(number).state) == (100, "confirmed")
    with pytest.raises(TooLate):
        decide(till_, number, other)


def test_used_credits_are_not_refunded(till_: Till) -> None:
    number, other = paid(till_), reviewer(till_)
    refund(till_, number)
    till_.use(1)
    with pytest.raises(InsufficientCredits):
        decide(till_, number, other)


def test_who_pays_is_in_no_event_and_erased_with_the_account(till_: Till) -> None:
    number = asked(till_)
    payer = till_.shown(number).msisdn
    assert payer == till_.payer("pending-for-ever")
    log = till_.system.store.events_after(0, limit=1_000)
    assert not any(payer[4:].encode() in bytes(stored.state) for _, stored in log)
    till_.execute(
        EraseAccount(
            till_.account,
            sender_ids=(),
            top_ups=[number],
            actor=STAFF,
            reason="asked for it",
            at=till_.clock.now(),
        )
    )
    assert till_.shown(number).msisdn is None

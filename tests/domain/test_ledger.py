"""Every event posts what the chart says or moves nothing, and lots give up exactly their value."""

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.events import Event
from domain.ledger import MOVES_NOTHING, RULES, TAKES_LOTS, Holdings, Lot, postings
from domain.message import Message
from domain.payment import Payment
from domain.receipt import Receipt
from domain.wallet import CreditWallet
from tests.domain.test_plain_events import make
from tests.tidy import discovery

AVAILABLE = "Liabilities:Credits:Acct-7:Available"
RESERVED = "Liabilities:Credits:Acct-7:Reserved"
PREPAID = "Liabilities:Prepaid:Acct-7"
RECEIVABLE = "Assets:Receivable:Acct-7"
PAYABLE = "Liabilities:RefundsPayable:Acct-7"
CLEARING = "Assets:Clearing:MTN:Main"
MOBILE = "Assets:MobileMoney:MTN:Main"
UNALLOCATED = "Liabilities:Unallocated:MTN:Main"
FEES = "Expenses:MoMoFees:MTN:Main"
BOUGHT: dict[str, Any] = {
    "receipt": "r",
    "provider_account": "mtn/main",
    "value_ngwee": 11_600,
    "vat_ngwee": 1_600,
}


def event(kind: type[Event], **fields: Any) -> Event:
    named = {name for name in ("account", "provider_account", "network") if name in _fields(kind)}
    usual = {"account": 7, "provider_account": "mtn/main", "network": "mtn"}
    made: Any = make(kind, **{name: usual[name] for name in named} | fields)
    return cast("Event", made)


def _fields(kind: type[Event]) -> set[str]:
    return set(kind.__dataclass_fields__)


def booked(held: Holdings, kind: type[Event], position: int = 9, **fields: Any) -> dict[str, int]:
    """Post one event; its lines by account, which sum to 0 for each commodity."""
    lines = postings(position, event(kind, **fields), held, rules=RULES)
    for commodity in ("SMSCR", "ZMW"):
        assert sum(line.amount for line in lines if line.commodity == commodity) == 0
    assert len({line.account for line in lines}) == len(lines)
    assert all(line.amount for line in lines)
    return {line.account: line.amount for line in lines}


def test_every_event_of_the_domain_has_a_rule_or_moves_nothing() -> None:
    declared = {e for one in discovery.aggregates() for e in discovery.events(one).values()}
    assert set(RULES) | MOVES_NOTHING == declared
    assert set(RULES) & MOVES_NOTHING == set()
    assert set(RULES) >= TAKES_LOTS


def test_an_event_that_moves_nothing_posts_nothing() -> None:
    assert postings(1, event(Payment.Pending), Holdings(), rules=RULES) == []


# -- the table of the design, line by line -------------------------------------------------------


@pytest.mark.parametrize(("source", "place"), [("clearing", CLEARING), ("held", UNALLOCATED)])
def test_a_top_up_owes_messages_for_what_was_paid_less_tax(source: str, place: str) -> None:
    held = Holdings()
    assert booked(held, CreditWallet.TopUp, credits=200, source=source, **BOUGHT) == {
        place: 11_600,
        "Liabilities:VAT:Output": -1_600,
        "Equity:Credits:Issued": 200,
        AVAILABLE: -200,
        PREPAID: -10_000,
    }
    assert held.lots[9] == Lot(9, "r", 200, 10_000)


@pytest.mark.parametrize(
    ("kind", "place"), [(CreditWallet.Granted, "Granted"), (CreditWallet.Adjusted, "Adjusted")]
)
def test_credits_without_payment_are_a_lot_of_no_value(kind: type[Event], place: str) -> None:
    held = Holdings()
    assert booked(held, kind, credits=5) == {f"Equity:Credits:{place}": 5, AVAILABLE: -5}
    assert held.lots[9].value_ngwee == 0


def test_an_adjustment_down_takes_from_the_oldest_lot() -> None:
    held = Holdings.of([Lot(1, None, 10, 1_000), Lot(2, None, 10, 50)])
    assert booked(held, CreditWallet.Adjusted, credits=-11) == {
        AVAILABLE: 11,
        "Equity:Credits:Adjusted": -11,
        PREPAID: 1_005,
        "Income:Adjustments": -1_005,
    }


def test_credits_are_set_aside_and_come_back() -> None:
    assert booked(Holdings(), CreditWallet.Reserved, credits=3) == {AVAILABLE: 3, RESERVED: -3}
    assert booked(Holdings(), CreditWallet.Refunded, credits=3) == {AVAILABLE: -3, RESERVED: 3}


def test_a_sent_message_is_income_of_its_network() -> None:
    held = Holdings.of([Lot(1, None, 3, 100)])
    lines = {RESERVED: 1, "Equity:Credits:Consumed": -1, PREPAID: 33, "Income:SMS:Airtel": -33}
    assert booked(held, Message.Sent, credits=1, network="airtel") == lines


def test_a_message_from_a_lot_of_no_value_is_no_income() -> None:
    held = Holdings.of([Lot(1, None, 3, 0)])
    lines = booked(held, Message.Sent, credits=1)
    assert lines == {RESERVED: 1, "Equity:Credits:Consumed": -1}


def test_expiry_takes_from_the_lot_that_it_names() -> None:
    held = Holdings.of([Lot(1, None, 10, 1_000), Lot(2, None, 10, 50)])
    assert booked(held, CreditWallet.CreditsExpired, credits=4, lot=2) == {
        AVAILABLE: 4,
        "Equity:Credits:Expired": -4,
        PREPAID: 20,
        "Income:Breakage": -20,
    }


def test_a_claw_back_of_unused_credits_undoes_the_top_up() -> None:
    held = Holdings()
    bought = booked(held, CreditWallet.TopUp, credits=200, source="clearing", **BOUGHT)
    back = booked(held, CreditWallet.ClawedBack, credits=200, **BOUGHT)
    assert back == {account: -amount for account, amount in bought.items()}
    assert held == Holdings()


def test_a_claw_back_of_spent_credits_is_owed() -> None:
    held = Holdings.of([Lot(1, "r", 200, 10_000, taken=150)])
    assert booked(held, CreditWallet.ClawedBack, credits=200, **BOUGHT) == {
        AVAILABLE: 200,
        "Equity:Credits:Issued": -200,
        PREPAID: 2_500,
        "Liabilities:VAT:Output": 1_600,
        CLEARING: -11_600,
        RECEIVABLE: 7_500,
    }
    assert held == Holdings(debt=150, receivable_ngwee=7_500)


def test_a_claw_back_takes_what_its_lot_lacks_from_the_oldest() -> None:
    held = Holdings.of([Lot(1, "q", 100, 4_000), Lot(2, "r", 200, 10_000, taken=150)])
    lines = booked(held, CreditWallet.ClawedBack, credits=200, **BOUGHT)
    assert (lines[PREPAID], lines[RECEIVABLE]) == (2_500 + 4_000, 7_500 - 4_000)
    assert held == Holdings(debt=50, receivable_ngwee=3_500)


def test_who_owes_no_credits_owes_no_money() -> None:
    held = Holdings.of([Lot(1, "q", 300, 6_000), Lot(2, "r", 200, 10_000, taken=150)])
    lines = booked(held, CreditWallet.ClawedBack, credits=200, **BOUGHT)
    assert (lines["Income:Adjustments"], lines.get(RECEIVABLE)) == (7_500 - 3_000, None)
    assert (held.debt, held.receivable_ngwee) == (0, 0)


def test_a_new_lot_pays_a_debt_first() -> None:
    held = Holdings(debt=150, receivable_ngwee=7_500)
    lines = booked(held, CreditWallet.TopUp, credits=200, source="clearing", **BOUGHT)
    assert (lines[PREPAID], lines[RECEIVABLE]) == (-2_500, -7_500)
    assert held.lots[9].left == 50
    assert (held.debt, held.receivable_ngwee) == (0, 0)


def test_a_small_lot_pays_a_part_of_a_debt_and_is_used_up() -> None:
    held = Holdings(debt=150, receivable_ngwee=7_500)
    assert booked(held, CreditWallet.Granted, credits=50) == {
        "Equity:Credits:Granted": 50,
        AVAILABLE: -50,
    }
    assert held == Holdings(debt=100, receivable_ngwee=7_500)


def test_unused_credits_are_cashed_out_and_the_money_paid() -> None:
    held = Holdings.of([Lot(1, "q", 10, 10), Lot(2, "r", 200, 10_000, taken=100)])
    fields: dict[str, Any] = {
        "receipt": "r",
        "credits": 100,
        "value_ngwee": 5_800,
        "vat_ngwee": 800,
    }
    assert booked(held, CreditWallet.CashedOut, **fields) == {
        AVAILABLE: 100,
        "Equity:Credits:Issued": -100,
        PREPAID: 5_000,
        "Liabilities:VAT:Output": 800,
        PAYABLE: -5_800,
    }
    assert list(held.lots) == [1]
    assert booked(held, Payment.Refunded, amount_ngwee=5_800) == {PAYABLE: 5_800, CLEARING: -5_800}


LINE: dict[str, Any] = {"amount_ngwee": 5_000, "fee_ngwee": 50}


@pytest.mark.parametrize("sign", [1, -1])
def test_a_matched_line_moves_the_wallet_of_ours_and_clears_what_was_confirmed(sign: int) -> None:
    fields: dict[str, Any] = {"amount_ngwee": sign * 5_000, "fee_ngwee": 50, "source": "line"}
    lines = booked(Holdings(), Receipt.Matched, **fields)
    assert lines == {MOBILE: sign * 5_000 - 50, FEES: 50, CLEARING: sign * -5_000}
    back = booked(Holdings(), Receipt.Unmatched, **fields)
    assert back == {account: -amount for account, amount in lines.items()}


def test_a_held_line_that_is_matched_leaves_unallocated() -> None:
    fields: dict[str, Any] = {"amount_ngwee": 5_000, "fee_ngwee": 0, "source": "held"}
    assert booked(Holdings(), Receipt.Matched, **fields) == {UNALLOCATED: 5_000, CLEARING: -5_000}


def test_what_is_held_posts_once_a_line_shows_it() -> None:
    posted = {MOBILE: 4_950, FEES: 50, UNALLOCATED: -5_000}
    assert booked(Holdings(), Receipt.Held, posts=True, **LINE) == posted
    assert booked(Holdings(), Receipt.Held, posts=False, **LINE) == {}
    assert booked(Holdings(), Receipt.SeenOnStatement, posts_held=True, **LINE) == posted
    assert booked(Holdings(), Receipt.SeenOnStatement, posts_held=False, **LINE) == {}


def test_money_to_the_bank_is_in_transit() -> None:
    lines = booked(Holdings(), Receipt.Settled, amount_ngwee=-9_000, fee_ngwee=0)
    assert lines == {MOBILE: -9_000, "Assets:InTransit:MTN:Main": 9_000}


@pytest.mark.parametrize(
    ("source", "amount", "lines"),
    [
        ("clearing", 30, {CLEARING: -30, "Expenses:ReconLoss": 30}),
        ("clearing", -30, {CLEARING: 30, "Income:ReconGain": -30}),
        ("held", 30, {UNALLOCATED: 30, "Income:ReconGain": -30}),
        ("held", -30, {UNALLOCATED: -30, "Expenses:ReconLoss": 30}),
    ],
)
def test_what_is_written_off_is_a_loss_or_a_gain(source: str, amount: int, lines: Any) -> None:
    assert booked(Holdings(), Receipt.WrittenOff, source=source, amount_ngwee=amount) == lines


# -- lots ----------------------------------------------------------------------------------------


@given(credits=st.integers(1, 10**12), value=st.integers(0, 10**15), data=st.data())
def test_a_lot_gives_up_exactly_its_value_however_it_is_taken(
    credits: int, value: int, data: st.DataObject
) -> None:
    lot, given_up = Lot(1, None, credits, value), 0
    for _ in range(data.draw(st.integers(0, 5))):
        given_up += lot.take(data.draw(st.integers(0, lot.left)))
        assert given_up + lot.left_ngwee == value
    assert given_up + lot.take(lot.left) == value
    assert (lot.left, lot.left_ngwee) == (0, 0)


def test_a_lot_of_three_credits_for_one_kwacha_gives_up_every_ngwee() -> None:
    lot = Lot(1, None, 3, 100)
    assert [lot.take(1) for _ in range(3)] == [33, 33, 34]


def test_the_oldest_lot_goes_first() -> None:
    held = Holdings.of([Lot(3, None, 2, 20), Lot(5, None, 2, 2_000)])
    assert [held.take(1) for _ in range(4)] == [10, 10, 1_000, 1_000]
    assert held.lots == {}

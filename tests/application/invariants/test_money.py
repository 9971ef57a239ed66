"""Each invariant of money finds the break that is planted for it, under its name."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, cast

import pytest

from application.invariants import InvariantChecker
from domain.events import Event
from domain.ledger import RULES, Posting, Rule
from domain.message import Message
from domain.payment import Payment
from domain.period import Period
from domain.price_list import PriceList
from domain.receipt import Receipt
from domain.statement import Statement
from domain.values import SECOND, Credits, Instant
from domain.wallet import CreditWallet
from tests.domain.test_plain_events import make
from tests.projections.history import START
from tests.properties.test_money_histories import drawn_from
from tests.support.money_history import MoneyHistory


def logged(seed: int = 1, length: int = 250) -> list[Any]:
    events: list[Any] = []
    MoneyHistory(events.extend).happen(drawn_from(seed, length))
    return events


LOG = logged()


def names(
    events: Sequence[Event],
    *,
    rules: dict[type[Event], Rule] | None = None,
    alone_max_ngwee: int = 0,
) -> set[str]:
    checker = InvariantChecker(rules=rules or RULES, alone_max_ngwee=alone_max_ngwee)
    for position, event in enumerate(events, start=1):
        checker.feed(position, event)
    checker.settle()
    return {violation.name for violation in checker.violations}


def place_of(kind: type[Event], wanted: Callable[[Any], bool] = lambda _: True) -> int:
    return next(i for i, one in enumerate(LOG) if isinstance(one, kind) and wanted(one))


def with_change(
    kind: type[Event], wanted: Callable[[Any], bool] = lambda _: True, **fields: Any
) -> list[Event]:
    """Give the log with the first such event falsified."""
    place = place_of(kind, wanted)
    return [*LOG[:place], replace(LOG[place], **fields), *LOG[place + 1 :]]


def without(kind: type[Event], wanted: Callable[[Any], bool] = lambda _: True) -> list[Event]:
    place = place_of(kind, wanted)
    return [*LOG[:place], *LOG[place + 1 :]]


def posting(kind: type[Event], *more: Posting) -> dict[type[Event], Rule]:
    """Give the rules, of which one posts more than it should."""
    rule = RULES[kind]
    return {**RULES, kind: lambda position, event, held: [*rule(position, event, held), *more]}


def test_a_sound_log_breaks_nothing() -> None:
    assert names(LOG) == set()


def test_i1_finds_a_rule_that_posts_more_on_one_side() -> None:
    for commodity in ("ZMW", "SMSCR"):
        rules = posting(CreditWallet.TopUp, Posting("Income:SMS:MTN", commodity, -1))
        assert "I1" in names(LOG, rules=rules)


def test_i2_finds_a_debt_that_no_claw_back_made() -> None:
    assert "I2" in names(with_change(CreditWallet.Reserved, available=-1))


def test_i4_finds_a_claw_back_that_took_more_than_it_says() -> None:
    assert {"I2", "I4"} <= names(with_change(CreditWallet.ClawedBack, credits=1))
    assert {"I2", "I4"} <= names(with_change(CreditWallet.CashedOut, credits=999_999))


def test_i5_finds_prepaid_that_no_lot_holds() -> None:
    lines = [Posting("Liabilities:Prepaid:Acct-1", "ZMW", 1), Posting("Income:Breakage", "ZMW", -1)]
    assert "I5" in names(LOG, rules=posting(CreditWallet.Granted, *lines))


def test_i5_finds_income_that_no_lot_gave() -> None:
    lines = [Posting("Income:SMS:MTN", "ZMW", -1), Posting("Liabilities:VAT:Output", "ZMW", 1)]
    assert "I5" in names(LOG, rules=posting(Message.Sent, *lines))


def test_i5_finds_a_debt_without_credits_owed() -> None:
    lines = [Posting("Assets:Receivable:Acct-1", "ZMW", 1), Posting("Income:SMS:MTN", "ZMW", -1)]
    assert "I5" in names(LOG, rules=posting(CreditWallet.TopUp, *lines))


# -- I6 ------------------------------------------------------------------------------------------


def test_i6_finds_a_receipt_that_credits_twice() -> None:
    first = place_of(Receipt.Credited)
    top_up = next(e for e in LOG[first:] if isinstance(e, CreditWallet.TopUp))
    assert "I6" in names([*LOG, replace(LOG[first], timestamp=LOG[-1].at), top_up])


@pytest.mark.parametrize("kind", [Receipt.Credited, CreditWallet.TopUp])
def test_i6_finds_a_top_up_and_its_receipt_alone(kind: type[Event]) -> None:
    assert "I6" in names(without(kind))


def test_i6_finds_a_top_up_of_more_than_its_receipt() -> None:
    assert "I6" in names(with_change(CreditWallet.TopUp, value_ngwee=1))


def test_i6_finds_a_part_that_is_matched_twice() -> None:
    place = place_of(Receipt.Matched)
    assert "I6" in names([*LOG[: place + 1], *LOG[place:]])


def test_i6_finds_a_match_of_more_than_the_line() -> None:
    assert "I6" in names(with_change(Receipt.Matched, lambda e: e.amount_ngwee, amount_ngwee=10**9))


def test_i6_finds_a_match_that_is_taken_back_twice() -> None:
    place = place_of(Receipt.Unmatched)
    assert "I6" in names([*LOG[: place + 1], *LOG[place:]])


# -- I7 to I9 ------------------------------------------------------------------------------------


def test_i7_finds_a_match_that_clears_nothing() -> None:
    def is_own(event: Any) -> bool:
        return str(event.originator_id) in event.receipts

    assert "I7" in names(with_change(Receipt.Matched, is_own, receipts=["another"]))


@pytest.mark.parametrize("kind", [Receipt.Covered, Receipt.Reversed, Receipt.PaidBack])
def test_i7_finds_money_that_left_clearing_by_one_book_alone(kind: type[Event]) -> None:
    assert "I7" in names(without(kind, lambda e: getattr(e, "was_credited", True)))


def test_i7_finds_held_money_that_is_in_neither_book() -> None:
    fields = {"source": "clearing"}
    top_up = place_of(CreditWallet.TopUp, lambda e: e.source == "held")
    assert "I7" in names([*LOG[:top_up], replace(LOG[top_up], **fields), *LOG[top_up + 1 :]])


def test_i8_finds_a_line_that_is_posted_otherwise_than_it_was_seen() -> None:
    lines = [Posting("Assets:MobileMoney:MTN:Main", "ZMW", 1), Posting("Income:X", "ZMW", -1)]
    assert "I8" in names(LOG, rules=posting(Receipt.Matched, *lines))
    assert "I8" in names(with_change(Receipt.Held, lambda e: e.posts, fee_ngwee=7))


def test_i9_finds_a_file_that_does_not_add_up() -> None:
    assert "I9" in names(with_change(Statement.Imported, closing_ngwee=1))
    assert "I9" in names(with_change(Statement.Imported, is_balanced=False))


def test_i9_finds_lines_that_a_file_hides() -> None:
    assert "I9" in names(with_change(Statement.Imported, added=99))
    assert "I9" in names(without(Receipt.SeenOnStatement))


def test_i9_finds_a_gap_between_files_that_say_there_is_none() -> None:
    place = max(i for i, one in enumerate(LOG) if isinstance(one, Statement.Imported))
    last = LOG[place]
    moved = {"opening_ngwee": last.opening_ngwee + 5, "closing_ngwee": last.closing_ngwee + 5}
    with_gap = [*LOG[:place], replace(last, **moved), *LOG[place + 1 :]]
    assert {"I8", "I9"} <= names(with_gap)
    honest = [*LOG[:place], replace(last, **moved, is_contiguous=False), *LOG[place + 1 :]]
    assert names(honest) == set()


# -- I13 -----------------------------------------------------------------------------------------


def test_i13_finds_money_moved_without_a_reason_or_by_whom_it_goes_to() -> None:
    assert "I13" in names(with_change(Receipt.Assigned, reason=""))
    assert "I13" in names(
        with_change(Receipt.Assigned, approver=LOG[0].originator_id.hex, actor="")
    )
    assigned = LOG[place_of(Receipt.Assigned)]
    assert "I13" in names(with_change(Receipt.Assigned, actor=f"account:{assigned.account}"))
    assert "I13" in names(with_change(Receipt.Assigned, approver=assigned.actor))


def test_i13_finds_more_money_in_a_day_than_one_may_move_alone() -> None:
    assert "I13" in names(LOG, alone_max_ngwee=1)
    assert names(LOG, alone_max_ngwee=10**12) == set()


def test_i13_finds_a_refund_that_one_person_made() -> None:
    approved = LOG[place_of(Payment.RefundApproved)]
    assert "I13" in names(with_change(Payment.RefundApproved, approver=approved.actor))
    assert "I13" in names(with_change(Payment.RefundApproved, actor="account:5"))
    owner = f"account:{approved.account}"
    assert "I13" in names(with_change(Payment.RefundApproved, approver=owner))


def test_i13_finds_a_sheet_that_its_preparer_signed() -> None:
    prepared = make(Period.Prepared, actor="account:90")
    end = Instant(LOG[-1].at + SECOND)
    for approver, found in (("account:90", {"I13"}), ("account:91", set())):
        signed = make(Period.SignedOff, actor="account:90", approver=approver, timestamp=end)
        events: list[Any] = [prepared, replace(signed, originator_version=2)]
        assert names(events) - {"I10"} == found


@pytest.mark.parametrize(
    "kind",
    [
        PriceList.Published,
        PriceList.Withdrawn,
        Statement.Discarded,
        Period.Reopened,
        Receipt.Unmatched,
        Receipt.WrittenOff,
        Payment.RefundRequested,
    ],
)
def test_i13_finds_what_was_done_by_hand_without_a_reason(kind: type[Event]) -> None:
    done: Any = make(kind, actor="account:90", reason="")
    assert "I13" in names([done])


def test_a_correction_that_pays_a_debt_breaks_nothing() -> None:
    wallet = CreditWallet.open(7, at=START)
    receipt = Receipt.open("mtn/main", "T1", at=START)
    receipt.see_by_api(amount_ngwee=1_000, payment=None, at=START)
    bought: dict[str, Any] = {"vat_ngwee": 0, "at": START}
    source = receipt.credit(
        payment="p", account=7, credits=Credits(10), amount_ngwee=1_000, **bought
    )
    named: dict[str, Any] = {"provider_account": "mtn/main", "receipt": str(receipt.id)}
    wallet.top_up(Credits(10), value_ngwee=1_000, source=source, price_list="p", **named, **bought)
    later = Instant(START + SECOND)
    wallet.expire(Credits(4), lot=6, at=later)
    receipt.reverse(amount_ngwee=1_000, at=later)
    wallet.claw_back(Credits(10), value_ngwee=1_000, vat_ngwee=0, at=later, **named)
    wallet.adjust(Credits(6), actor="account:90", reason="1/x", at=Instant(later + SECOND))
    events = cast("list[Event]", [*receipt.collect_events(), *wallet.collect_events()])
    checker = InvariantChecker()
    for position, event in enumerate(sorted(events, key=lambda one: one.at), start=1):
        checker.feed(position, event)
    checker.settle()
    assert checker.violations == []
    assert checker.ledger.holdings(7).debt == 0

"""Matching, one situation at a time: what is taken, what is not guessed, what must be explained."""

from collections.abc import Sequence
from time import process_time

import pytest

from domain.fees import FeeSchedule
from domain.matching import (
    Expected,
    Line,
    LineKind,
    Outcome,
    Rule,
    Standing,
    Terms,
    Trouble,
    match_lines,
)
from domain.matching.findings import WORDS
from domain.values import SECOND, Instant

NOON = 1_767_261_600
K50 = 5_000


def _ours(
    reference: str = "",
    receipt: str = "",
    *,
    amount: int = K50,
    payer: str = "p",
    at_s: int = 0,
    standing: Standing = Standing.CONFIRMED,
    provider_reference: str = "",
) -> Expected:
    at = Instant((NOON + at_s) * SECOND)
    return Expected(reference, provider_reference, receipt, amount, payer, at, standing)


def _line(
    receipt: str = "",
    reference: str = "",
    *,
    amount: int = K50,
    fee: int = 0,
    payer: str = "p",
    at_s: int = 60,
    kind: LineKind = LineKind.PAYMENT,
    narration: str = "",
    original: str = "",
) -> Line:
    at = Instant((NOON + at_s) * SECOND)
    return Line(receipt, reference, amount, fee, payer, at, kind, narration, original)


def _match(
    ours: Sequence[Expected],
    lines: Sequence[Line],
    *,
    until_s: int = 30 * 24 * 3600,
    fees: FeeSchedule | None = None,
) -> Outcome:
    return match_lines(ours, lines, Terms(until=Instant((NOON + until_s) * SECOND), fees=fees))


def _pairs(outcome: Outcome) -> list[tuple[Rule, tuple[int, ...], tuple[int, ...]]]:
    return [(one.rule, one.lines, one.expected) for one in outcome.matches]


def _troubles(outcome: Outcome) -> list[tuple[Trouble, int | None, int | None, int]]:
    return [tuple(one) for one in outcome.findings]  # type: ignore[misc]


def test_the_receipt_comes_before_everything_else() -> None:
    outcome = _match([_ours("a"), _ours("b", "R1")], [_line("R1", at_s=0), _line("R2", at_s=5)])
    assert _pairs(outcome) == [(Rule.RECEIPT, (0,), (1,)), (Rule.PAYER, (1,), (0,))]
    assert outcome.findings == ()


def test_the_providers_own_id_of_the_asking_names_a_payment_too() -> None:
    outcome = _match([_ours("a", provider_reference="Z-77")], [_line("R1", "Z-77", payer="")])
    assert _pairs(outcome) == [(Rule.REFERENCE, (0,), (0,))]


def test_our_id_under_another_receipt_than_we_know_is_not_guessed() -> None:
    outcome = _match([_ours("order-1", "R1")], [_line("R2", "order-1")])
    assert outcome.matches == ()
    assert _troubles(outcome) == [
        (Trouble.AMBIGUOUS, 0, None, 0),
        (Trouble.AMBIGUOUS, None, 0, -K50),
    ]


def test_two_receipts_that_differ_are_two_transactions_whoever_paid() -> None:
    outcome = _match([_ours("a", "R1")], [_line("R2")])
    assert outcome.matches == ()
    assert [one.trouble for one in outcome.findings] == [
        Trouble.MISSING_IN_LEDGER,
        Trouble.MISSING_ON_STATEMENT,
    ]
    assert [(one.line, one.expected) for one in outcome.suggestions] == [(0, 0)]


def test_a_line_that_lost_its_receipt_is_found_by_its_payer() -> None:
    outcome = _match([_ours("a", "R1")], [_line("")])
    assert _pairs(outcome) == [(Rule.PAYER, (0,), (0,))]


@pytest.mark.parametrize(("apart_s", "is_taken"), [(3_600, True), (3_601, False)])
def test_a_payer_is_evidence_within_the_window_only(apart_s: int, *, is_taken: bool) -> None:
    assert bool(_match([_ours("a")], [_line("R", at_s=apart_s)]).matches) is is_taken


def test_a_narration_that_names_two_payments_is_not_guessed() -> None:
    ours = [_ours("order-11"), _ours("order-22", payer="q")]
    outcome = _match(ours, [_line("R", narration="for order-11. and order-22.", payer="x")])
    assert outcome.matches == ()
    assert {one.trouble for one in outcome.findings} == {Trouble.AMBIGUOUS}
    assert len(outcome.findings) == 3


@pytest.mark.parametrize("shown", [K50 - 1, K50 + 1])
def test_both_signs_of_a_difference_must_be_explained(shown: int) -> None:
    outcome = _match([_ours("a", "R")], [_line("R", amount=shown)])
    assert _troubles(outcome) == [(Trouble.AMOUNT_MISMATCH, 0, 0, shown - K50)]


@pytest.mark.parametrize(("fee", "difference"), [(79, -1), (80, 0), (81, 1)])
def test_a_fee_is_compared_with_the_schedule_half_up(fee: int, difference: int) -> None:
    agreed = FeeSchedule(flat_ngwee=5, per_10_000=149)  # 74.5 of K50, and 5
    outcome = _match([_ours("a", "R")], [_line("R", fee=fee)], fees=agreed)
    assert sum(one.difference_ngwee for one in outcome.findings) == difference
    assert {one.trouble for one in outcome.findings} <= {Trouble.FEE_MISMATCH}


def test_what_is_newer_than_the_statements_is_in_transit() -> None:
    outcome = _match([_ours("a"), _ours("b", at_s=11)], [], until_s=10)
    assert outcome.in_transit == (1,)
    assert _troubles(outcome) == [(Trouble.MISSING_ON_STATEMENT, None, 0, -K50)]


def test_a_payment_that_ended_unpaid_and_is_on_no_line_is_nobodys_trouble() -> None:
    ended = [_ours("a", standing=Standing.FAILED), _ours("b", standing=Standing.EXPIRED)]
    assert _match(ended, []).findings == ()


def test_money_goes_in_or_out_and_never_pays_the_other() -> None:
    outcome = _match([_ours("a", "R")], [_line("R", amount=-K50, kind=LineKind.REFUND)])
    assert outcome.matches == ()


def test_parts_that_do_not_make_the_whole_are_taken_with_their_difference() -> None:
    outcome = _match([_ours("a")], [_line("R1", "a", amount=2_000), _line("R2", "a", amount=1_000)])
    assert _pairs(outcome) == [(Rule.GROUP, (0, 1), (0,))]
    assert _troubles(outcome) == [(Trouble.AMOUNT_MISMATCH, 0, 0, -2_000)]


def test_a_sum_of_a_day_that_is_not_ours_is_a_shortfall_either_way() -> None:
    for shown in (9_999, 10_001):
        outcome = _match(
            [_ours("a"), _ours("b", payer="q")], [_line("R", amount=shown, kind=LineKind.BATCH)]
        )
        assert _troubles(outcome) == [(Trouble.SETTLEMENT_SHORTFALL, 0, None, shown - 10_000)]


def test_two_sums_of_one_day_are_not_guessed() -> None:
    batches = [_line(f"R{n}", amount=K50, kind=LineKind.BATCH) for n in range(2)]
    outcome = _match([_ours("a")], batches)
    assert outcome.matches == ()
    assert {one.trouble for one in outcome.findings} == {Trouble.AMBIGUOUS}


def test_a_receipt_is_reversed_once() -> None:
    reversals = [
        _line(f"V{n}", amount=-K50, kind=LineKind.REVERSAL, original="R", at_s=90) for n in (1, 2)
    ]
    outcome = _match([_ours("a", "R")], [_line("R"), *reversals])
    assert [one.original for one in outcome.matches] == [None, 0]
    assert _troubles(outcome) == [
        (Trouble.REVERSED_AFTER_CREDIT, 1, 0, 0),
        (Trouble.MISSING_IN_LEDGER, 2, None, -K50),
    ]


def test_fees_and_settlements_are_booked_for_what_they_are() -> None:
    lines = [_line("F", amount=-70, kind=LineKind.FEE), _line("S", kind=LineKind.SETTLEMENT)]
    assert _match([], lines).findings == ()


def test_every_trouble_has_words() -> None:
    assert set(WORDS) == set(Trouble)


@pytest.mark.slow
def test_many_alike_take_no_more_time_than_many_unlike() -> None:
    count = 5_000
    alike = [_ours(str(n), at_s=n % 60) for n in range(count)]
    lines = [_line(f"R{n}", at_s=n % 60) for n in range(count)]
    back = [
        _line(f"V{n}", amount=-K50, kind=LineKind.REVERSAL, at_s=99) for n in range(count // 50)
    ]
    started_s = process_time()
    outcome = _match(alike, lines + back)
    assert process_time() - started_s < 2
    assert {one.trouble for one in outcome.findings} == {Trouble.AMBIGUOUS}

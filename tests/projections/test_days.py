"""The days of our wallets: sheets that add up, dated by lines while a day is open, and ages."""

from collections import defaultdict
from typing import Any

import pytest

from application.invariants import InvariantChecker
from application.ports.queries import AgeRow, JournalRow
from domain.ageing import Kind
from domain.days import day_of
from domain.ledger import chart
from domain.payment import Payment
from domain.period import Period
from domain.receipt import Receipt
from domain.sheet import bounds_of, day_named
from domain.statement import Statement
from domain.trial_balance import TrialBalance
from domain.values import SECOND, Credits, Instant
from domain.wallet import CreditWallet
from projections.folds.days import Days
from tests.projections.history import START, sim
from tests.projections.test_rebuild import InPieces, at_full_speed
from tests.projections.truth import ListLog, Truth
from tests.properties.test_money_histories import drawn_from
from tests.support.money import a_payment
from tests.support.money_history import HOME, OPENING, MoneyHistory

HOUR = 3600 * SECOND
FIRST, SECOND_DAY, THIRD = "2026-02-01", "2026-02-02", "2026-02-03"

BOOKS = TrialBalance.of(7, {"Equity:Credits:Issued": 3})


def at(day: str, hour: int = 12) -> Instant:
    return Instant(bounds_of(day)[0] + hour * HOUR)


def logged(length: int) -> tuple[list[Any], MoneyHistory]:
    events: list[Any] = [*sim(1).collect_events()]
    history = MoneyHistory(events.extend)
    history.happen(drawn_from(3, length))
    return events, history


LOG, HISTORY = logged(400)


def test_it_adds_up_to_what_the_ledger_holds_and_to_the_statements(truth: Truth) -> None:
    truth.save(*LOG)
    queries, checker = truth.follow(), InvariantChecker()
    for position, event in enumerate(LOG, start=1):
        checker.feed(position, event)
    held, now = checker.ledger.balances, Instant(HISTORY.now + 1)
    shown = sum(one.amount - one.fee for one in HISTORY.moved[: HISTORY.imported])
    open_lines = shown - held[chart.mobile_money(HOME)]
    sums: dict[str, int] = defaultdict(int)
    for row in queries.ages(now):
        assert row.provider_account == HOME
        sums[row.kind] += row.amount_ngwee
    owed = sum(-held[name] for name in held if name.startswith("Liabilities:RefundsPayable"))
    assert sums[Kind.CLEARING] == held[chart.clearing(HOME)]
    assert sums[Kind.UNALLOCATED] == open_lines - held[chart.unallocated(HOME)]
    assert sums[Kind.REFUNDS_PAYABLE] == owed
    figures = queries.figures(HOME, day_named(now))
    book = OPENING + held[chart.mobile_money(HOME)] + held[chart.clearing(HOME)]
    assert figures.book_ngwee == book + held[chart.unallocated(HOME)]
    assert figures.unidentified_ngwee == sums[Kind.UNALLOCATED]
    assert figures.in_transit_ngwee - figures.explained_ngwee == sums[Kind.CLEARING]
    assert (figures.statement_ngwee, figures.unexplained_ngwee) == (OPENING + shown, 0)


def test_rebuilt_it_is_the_same_in_any_batches(truth: Truth) -> None:
    prints = set()
    for sizes in ([7, 40, 2], [500]):
        truth.forget_read_models()
        follower = truth.follower([Days()], log=InPieces(LOG[:300], sizes, stride=3))
        assert follower.catch_up(timeout_s=60), follower.status()
        prints.add(truth.fingerprints(projections=[Days()])["days"])
        follower.close()
    follower = truth.follower([Days()], log=ListLog(LOG[:300], stride=3), batch_events=11)
    follower.rebuild(["days"], pace=at_full_speed)
    follower.close()
    prints.add(truth.fingerprints(projections=[Days()])["days"])
    assert len(prints) == 1


def test_the_journal_of_each_day_balances_and_is_the_ledger(truth: Truth) -> None:
    truth.save(*LOG)
    queries = truth.follow()
    first, last = day_of(START), day_of(HISTORY.now)
    rows = queries.journal(first, last, after=(0, ""), limit=1_000)
    held: dict[str, int] = defaultdict(int)
    days: dict[int, int] = defaultdict(int)
    for row in rows:
        held[row.account] += row.debit_ngwee - row.credit_ngwee
        days[row.day] += row.debit_ngwee - row.credit_ngwee
    assert set(days.values()) == {0}
    money = [row for row in queries.trial_balance(limit=1_000) if row.commodity == "ZMW"]
    assert dict(held) == {row.account: row.amount for row in money}
    pages: list[JournalRow] = []
    after = (0, "")
    while page := queries.journal(first, last, after=after, limit=3):
        pages += page
        after = page[-1].day, page[-1].account
    assert pages == rows
    assert queries.journal(last + 1, last + 9, after=(0, ""), limit=5) == []


# -- days by hand -----------------------------------------------------------------------------


def paid(name: str, ngwee: int, *, at: Instant, account: int = 1) -> tuple[Receipt, CreditWallet]:
    """Let the provider's API confirm a payment."""
    receipt, wallet = Receipt.open(HOME, name, at=at), CreditWallet.open(account, at=at)
    receipt.see_by_api(amount_ngwee=ngwee, payment="p", at=at)
    source = receipt.credit(
        payment="p", account=account, credits=Credits(100), amount_ngwee=ngwee, vat_ngwee=0, at=at
    )
    wallet.top_up(
        Credits(100),
        value_ngwee=ngwee,
        vat_ngwee=0,
        source=source,
        provider_account=HOME,
        receipt=str(receipt.id),
        price_list="p",
        at=at,
    )
    return receipt, wallet


def line(receipt: Receipt, ngwee: int, *, happened: Instant, fee: int = 0) -> Receipt:
    receipt.see_on_statement(
        statement="f",
        line=2,
        amount_ngwee=ngwee,
        fee_ngwee=fee,
        happened_at=happened,
        at=at(THIRD),
    )
    return receipt


def stray(name: str, ngwee: int, *, happened: Instant) -> Receipt:
    """Let a line show what nobody asked for, and have it held."""
    receipt = line(Receipt.open(HOME, name, at=at(THIRD)), ngwee, happened=happened)
    receipt.hold(cause="UNKNOWN", at=at(THIRD))
    return receipt


def file(
    number: int, first: Instant, last: Instant, opening: int | None, closing: int | None
) -> Statement:
    statement = Statement.open(number, provider_account=HOME, sha256=f"{number}", at=at(THIRD))
    statement.note_import(
        template="mtn",
        opening_ngwee=opening,
        closing_ngwee=closing,
        total_ngwee=0,
        added_ngwee=0,
        lines=1,
        added=0,
        refused=0,
        first_at=first,
        last_at=last,
        is_contiguous=True,
        actor="account:90",
        at=at(THIRD),
    )
    return statement


def told(truth: Truth, period: str) -> tuple[int, int, int, int, int | None, int | None]:
    found = truth.follow().figures(HOME, period)
    return (
        *(found.book_ngwee, found.in_transit_ngwee, found.explained_ngwee),
        *(found.unidentified_ngwee, found.statement_ngwee, found.unexplained_ngwee),
    )


def locked(truth: Truth, period: str) -> Period:
    figures = truth.follow().figures(HOME, period)
    found, after = Period.open(HOME, period, at=at(THIRD)), at(THIRD)
    found.prepare(figures, position=1, actor="account:90", note="7/x", at=after)
    found.sign_off(figures, approver="account:91", at=after)
    found.lock(figures, frozen=BOOKS, actor="account:91", at=after)
    truth.save(found)
    return found


def test_a_line_is_of_its_own_day_and_a_payment_of_the_day_it_was_confirmed(truth: Truth) -> None:
    shown, wallet = paid("T1", 5_000, at=at(FIRST, 23))
    line(shown, 5_000, happened=at(FIRST, 23), fee=100)
    shown.match(rule="id", receipts=[str(shown.id)], at=at(THIRD))
    coming, other = paid("T2", 700, at=at(FIRST, 23), account=2)
    line(coming, 700, happened=at(SECOND_DAY, 1))
    truth.save(shown, wallet, coming, other)
    truth.save(file(1, at(FIRST, 23), at(SECOND_DAY, 1), 1_000, 6_600))
    assert told(truth, FIRST) == (6_600, 700, 0, 0, 5_900, 0)
    coming.match(rule="id", receipts=[str(coming.id)], at=at(THIRD))
    truth.save(coming)
    assert told(truth, FIRST) == (6_600, 700, 0, 0, 5_900, 0)
    assert told(truth, SECOND_DAY) == (6_600, 0, 0, 0, 6_600, 0)
    assert told(truth, "2026-02") == (*told(truth, SECOND_DAY)[:4], None, None)
    assert told(truth, "2026-01-31")[4] is None


def test_a_line_of_another_amount_is_explained_until_it_is_given_up(truth: Truth) -> None:
    receipt, wallet = paid("T1", 5_000, at=at(FIRST))
    line(receipt, 4_900, happened=at(FIRST))
    receipt.match(rule="id", receipts=[str(receipt.id)], at=at(SECOND_DAY))
    truth.save(receipt, wallet, file(1, at(FIRST), at(FIRST), 0, 4_900))
    assert told(truth, FIRST) == (5_000, 0, -100, 0, 4_900, 0)
    receipt.write_off(actor="account:90", reason="1/x", at=at(THIRD))
    truth.save(receipt)
    assert told(truth, FIRST) == (4_900, 0, 0, 0, 4_900, 0)


def test_what_a_line_shows_and_nobody_claims_is_unidentified_until_it_is_assigned(
    truth: Truth,
) -> None:
    receipt, wallet = stray("T1", 5_000, happened=at(FIRST)), CreditWallet.open(1, at=at(FIRST))
    truth.save(receipt, wallet, file(1, at(FIRST), at(FIRST), 0, 5_000))
    assert told(truth, FIRST) == (0, 0, 0, 5_000, 5_000, 0)
    assign(truth, receipt, wallet)
    assert told(truth, FIRST) == (5_000, 0, 0, 0, 5_000, 0)


def assign(truth: Truth, receipt: Receipt, wallet: CreditWallet) -> None:
    source = receipt.assign(
        account=1,
        credits=Credits(100),
        vat_ngwee=0,
        actor="account:90",
        reason="1/x",
        at=at(THIRD),
    )
    wallet.top_up(
        Credits(100),
        value_ngwee=receipt.amount_ngwee,
        vat_ngwee=0,
        source=source,
        provider_account=HOME,
        receipt=str(receipt.id),
        price_list="p",
        at=at(THIRD),
    )
    truth.save(receipt, wallet)


@pytest.mark.parametrize("period", [FIRST, "2026-02"])
def test_what_is_said_after_the_lock_is_of_the_day_it_is_said(truth: Truth, period: str) -> None:
    receipt, wallet = stray("T1", 5_000, happened=at(FIRST)), CreditWallet.open(1, at=at(FIRST))
    truth.save(receipt, wallet, file(1, at(FIRST), at(FIRST), 0, 5_000))
    if period == FIRST:
        locked(truth, FIRST)
    else:  # locked as if February were over
        figures = truth.follow().figures(HOME, FIRST)
        month = Period.open(HOME, period, at=at(THIRD))
        month.prepare(figures, position=1, actor="account:90", note="7/x", at=at(THIRD))
        month.sign_off(figures, approver="account:91", at=at(THIRD))
        month.lock(figures, frozen=BOOKS, actor="account:91", at=at("2026-03-01"))
        truth.save(month)
    assign(truth, receipt, wallet)
    assert told(truth, FIRST)[:4] == (0, 0, 0, 5_000)
    assert told(truth, SECOND_DAY)[:4] == (0, 0, 0, 5_000)
    assert told(truth, THIRD)[:4] == (5_000, 0, 0, 0)


def test_rows_that_no_file_brought_are_unexplained_and_days_in_no_file_are_not_told(
    truth: Truth,
) -> None:
    receipt = stray("T1", 5_000, happened=at(FIRST))
    truth.save(receipt, file(1, at(FIRST), at(FIRST), 0, 5_050))
    assert told(truth, FIRST) == (0, 0, 0, 5_000, 5_050, 50)
    assert told(truth, SECOND_DAY)[4] is None
    truth.save(file(2, at(THIRD), at(THIRD), 5_050, 5_050))
    assert told(truth, SECOND_DAY)[4:] == (5_050, 50)
    truth.save(file(3, at("2026-02-05"), at("2026-02-05"), 9_000, None))
    assert told(truth, "2026-02-04")[4] is None


def test_a_period_tells_who_closed_it_and_keeps_its_figures_until_it_is_reopened(
    truth: Truth,
) -> None:
    truth.put("reason", 7, "no statement that day")
    found = locked(truth, FIRST)
    row = truth.follow().period(HOME, FIRST)
    assert row is not None
    assert (row.state, row.preparer, row.approver, row.locked_by) == (
        *("locked", "account:90"),
        *("account:91", "account:91"),
    )
    assert (row.note, row.figures) == (
        "no statement that day",
        truth.queries().figures(HOME, FIRST),
    )
    assert truth.queries().periods(None, after="", limit=5) == [row]
    assert truth.queries().periods("mtn/other", after="", limit=5) == []
    assert truth.queries().periods(HOME, after=FIRST, limit=5) == []
    found.reopen(actor="account:91", reason="1/x", at=at(THIRD))
    truth.save(found)
    row = truth.follow().period(HOME, FIRST)
    assert row is not None
    assert (row.state, row.figures, row.preparer, row.note) == ("open", None, None, None)
    assert truth.queries().period(HOME, SECOND_DAY) is None
    assert truth.queries().wallets_with_days() == []


def test_what_is_open_has_an_age_as_of_any_moment(truth: Truth) -> None:
    shown, wallet = paid("T1", 5_000, at=at(FIRST))
    line(shown, 5_000, happened=at(SECOND_DAY))
    shown.match(rule="id", receipts=[str(shown.id)], at=at(THIRD))
    payments: list[Payment] = [a_payment(n, at=at(FIRST), account=1) for n in (1, 2, 3)]
    for payment in payments[1:]:
        payment.initiate(at=at(FIRST))
        payment.fail(cause="NO", at=at(SECOND_DAY))
    payments[2].hold(receipt="r", cause="OTHER_PAYER", at=at(THIRD))
    truth.save(shown, wallet, *payments, stray("T9", 300, happened=at(FIRST)))
    queries = truth.follow()

    def ages(day: str) -> list[tuple[str, int, int, int]]:
        rows = queries.ages(bounds_of(day)[1])
        return [(row.kind, row.days_least, row.count, row.amount_ngwee) for row in rows]

    assert ages("2026-01-31") == []
    assert ages(FIRST) == [
        ("clearing", 0, 1, 5_000),
        ("payments", 0, 3, 15_000),
        ("unallocated", 0, 1, 300),
    ]
    assert ages(SECOND_DAY) == [("payments", 0, 1, 5_000), ("unallocated", 0, 1, 300)]
    assert ages(THIRD) == [("payments", 2, 2, 10_000), ("unallocated", 2, 1, 300)]
    assert ages("2026-03-10")[1] == ("unallocated", 31, 1, 300)
    assert AgeRow("payments", HOME, 2, 3, 2, 10_000) in queries.ages(bounds_of(THIRD)[1])
    items = queries.aged_items(bounds_of(THIRD)[1], after="", limit=10)
    assert [(one.subject, one.since, one.amount_ngwee) for one in items] == [
        ("1", at(FIRST), 5_000),
        ("3", at(FIRST), 5_000),
        ("T9", at(FIRST), 300),
    ]
    rest = queries.aged_items(bounds_of(THIRD)[1], after=items[0].next, limit=1)
    assert rest == items[1:2]

"""A statement says whether it balances; a period takes two people and stays shut."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from domain.errors import InvalidRequest, NotPermitted, TooLate
from domain.period import Period, PeriodState
from domain.sheet import Figures, bounds_of
from domain.statement import Statement
from domain.trial_balance import TrialBalance
from domain.values import Instant

AT = Instant(1_765_000_000_000_000)

BOOKS = TrialBalance.of(7, {"Equity:Credits:Issued": 3})


def note(statement: Statement, **changed: Any) -> bool:
    fields: dict[str, Any] = {
        "template": "mtn-1",
        "opening_ngwee": 100,
        "closing_ngwee": 150,
        "total_ngwee": 50,
        "added_ngwee": 50,
        "lines": 1,
        "added": 1,
        "refused": 0,
        "first_at": AT,
        "last_at": AT,
        "is_contiguous": True,
        "actor": "account:2",
    }
    return statement.note_import(at=AT, **{**fields, **changed})


def statement() -> Statement:
    return Statement.open(1, provider_account="mtn/main", sha256="ab", at=AT)


@pytest.mark.parametrize(
    ("changed", "balances"),
    [
        ({}, True),
        ({"total_ngwee": 49}, False),
        ({"opening_ngwee": None}, False),
        ({"closing_ngwee": None}, False),
        ({"refused": 1}, False),
    ],
)
def test_a_file_balances_when_all_of_it_was_read_and_adds_up(changed: Any, balances: bool) -> None:
    assert note(statement(), **changed) is balances


def test_a_file_whose_lines_stand_in_the_books_is_not_discarded() -> None:
    found = statement()
    note(found)
    note(found, added=0, added_ngwee=0)
    with pytest.raises(TooLate):
        found.discard(actor="account:2", reason="1/x", at=AT)


def test_a_file_that_added_nothing_is_discarded_once() -> None:
    found = statement()
    note(found, added=0, added_ngwee=0)
    found.discard(actor="account:2", reason="1/x", at=AT)
    with pytest.raises(TooLate):
        found.discard(actor="account:2", reason="1/x", at=AT)


def period() -> Period:
    return Period.open("mtn/main", "2026-11-28", at=AT)


FIGURES = Figures(
    book_ngwee=150,
    in_transit_ngwee=50,
    explained_ngwee=-10,
    unidentified_ngwee=20,
    statement_ngwee=110,
)
AFTER = bounds_of("2026-11-28")[1]


def prepare(found: Period, figures: Figures = FIGURES, note: str | None = None) -> None:
    found.prepare(figures, position=10, actor="account:2", note=note, at=AFTER)


def test_a_sheet_goes_from_the_book_to_the_statement() -> None:
    assert (FIGURES.expected_ngwee, FIGURES.unexplained_ngwee) == (110, 0)
    assert replace(FIGURES, statement_ngwee=99).unexplained_ngwee == -11
    assert replace(FIGURES, statement_ngwee=None).unexplained_ngwee is None


@pytest.mark.parametrize("statement", [99, None])
def test_who_prepares_what_is_not_explained_says_why(statement: int | None) -> None:
    figures = replace(FIGURES, statement_ngwee=statement)
    with pytest.raises(InvalidRequest, match="Say in a note"):
        prepare(period(), figures)
    prepare(period(), figures, note="1/x")


@pytest.mark.parametrize(
    "written", ["2026", "2026-13", "2026-02-30", "28-11-2026", "2026-11-1", "9999-12"]
)
def test_a_period_is_a_day_or_a_month(written: str) -> None:
    with pytest.raises(InvalidRequest):
        Period.open("mtn/main", written, at=AT)


def test_who_prepared_a_sheet_does_not_sign_it_off() -> None:
    found = period()
    prepare(found)
    with pytest.raises(NotPermitted):
        found.sign_off(FIGURES, approver="account:2", at=AFTER)
    found.sign_off(FIGURES, approver="account:3", at=AFTER)
    assert found.state == PeriodState.SIGNED_OFF


def test_what_changed_since_is_not_signed_off_and_not_locked() -> None:
    found, changed = period(), replace(FIGURES, in_transit_ngwee=51, statement_ngwee=109)
    prepare(found)
    with pytest.raises(TooLate, match="have it prepared again"):
        found.sign_off(changed, approver="account:3", at=AFTER)
    prepare(found, changed)
    found.sign_off(changed, approver="account:3", at=AFTER)
    with pytest.raises(TooLate, match="have it reopened"):
        found.lock(FIGURES, frozen=BOOKS, actor="account:3", at=AFTER)
    with pytest.raises(TooLate, match="not over yet"):
        found.lock(changed, frozen=BOOKS, actor="account:3", at=Instant(AFTER - 1))
    found.lock(changed, frozen=BOOKS, actor="account:3", at=AFTER)


def test_a_locked_period_refuses_and_says_what_to_do_instead() -> None:
    found = period()
    prepare(found)
    found.sign_off(FIGURES, approver="account:3", at=AFTER)
    with pytest.raises(TooLate):
        prepare(found)
    found.lock(FIGURES, frozen=BOOKS, actor="account:3", at=AFTER)
    with pytest.raises(TooLate, match="post the correction into the open period"):
        prepare(found)
    found.reopen(actor="account:3", reason="1/x", at=AFTER)
    prepare(found)


def test_nothing_is_signed_off_locked_or_reopened_before_its_time() -> None:
    found = period()
    too_early: list[Callable[[], None]] = [
        lambda: found.sign_off(FIGURES, approver="account:3", at=AFTER),
        lambda: found.lock(FIGURES, frozen=BOOKS, actor="account:3", at=AFTER),
        lambda: found.reopen(actor="account:3", reason="1/x", at=AFTER),
    ]
    for early in too_early:
        with pytest.raises(TooLate):
            early()
    with pytest.raises(InvalidRequest, match="has not begun"):
        found.prepare(FIGURES, position=1, actor="account:2", at=Instant(AFTER - 86_400_000_001))

"""The table of modem errors is the vectors' table, and doubt begins where they say."""

import json

import pytest

from adapters.modems.at.dialogue import Result, ResultKind
from adapters.modems.at.rejections import (
    BARE_ERROR_IN_DOUBT_AFTER_S,
    CME_ERRORS,
    CMS_ERRORS,
    outcome_of,
    outcome_of_line,
    refusal,
)
from domain.reports import InDoubt, Rejected, RejectionClass
from tests.adapters.modems.emulated import VECTORS


def cms(code: int | None) -> Result:
    return Result(ResultKind.CMS, code)


def test_the_table_of_cms_errors_is_that_of_the_vectors() -> None:
    codes = json.loads((VECTORS / "cms_errors.json").read_text())["codes"]
    table = {
        str(code): {
            "class": meaning.rejection.value,
            "name": meaning.name,
            "in_doubt": meaning.in_doubt_after_s is not None,
        }
        | (
            {}
            if meaning.in_doubt_after_s is None
            else {"in_doubt_after_s": meaning.in_doubt_after_s}
        )
        for code, meaning in CMS_ERRORS.items()
    }
    assert table == codes


@pytest.mark.parametrize(
    ("result", "after_s", "is_doubt"),
    [
        (cms(332), 0.0, True),
        (cms(332), 50.0, True),
        (cms(500), 9.9, False),
        (cms(500), 10.0, True),
        (cms(38), 119.0, False),
        (cms(None), 9.9, False),
        (cms(None), 10.1, True),
        (Result(ResultKind.ERROR), 9.9, False),
        (Result(ResultKind.ERROR), BARE_ERROR_IN_DOUBT_AFTER_S, True),
        (Result(ResultKind.CME, 31), 0.0, True),
        (Result(ResultKind.CME, 100), 3.0, False),
        (Result(ResultKind.CME, 100), 30.0, True),
        (Result(ResultKind.CME, 515), 30.0, False),
    ],
)
def test_an_error_is_doubt_only_when_the_segment_may_have_left(
    result: Result, after_s: float, is_doubt: bool
) -> None:
    assert isinstance(outcome_of(result, after_s=after_s), InDoubt if is_doubt else Rejected)


def test_nothing_that_was_not_handed_over_is_in_doubt() -> None:
    assert refusal(cms(332)) == Rejected(
        332,
        RejectionClass.TRANSIENT,
        "+CMS ERROR: 332 (network timeout: IN DOUBT, may have been sent)",
    )


@pytest.mark.parametrize("kind", [ResultKind.CMS, ResultKind.CME])
def test_an_error_that_no_table_knows_is_transient(kind: ResultKind) -> None:
    outcome = outcome_of(Result(kind, 7_777), after_s=60)
    assert outcome == Rejected(7_777, RejectionClass.TRANSIENT, f"{kind}: 7777 (unknown number)")


def test_a_missing_or_locked_sim_is_never_the_messages_fault() -> None:
    for code in (10, 11, 12, 13, 15):
        assert CME_ERRORS[code].rejection is RejectionClass.MODEM_OR_SIM


@pytest.mark.parametrize(
    ("line", "code"), [("+CMS ERROR: 21", 21), ("+CME ERROR: 30", 30), ("ERROR", None)]
)
def test_an_error_line_has_the_same_meaning_as_its_result(line: str, code: int | None) -> None:
    outcome = outcome_of_line(line, 0.0)
    assert isinstance(outcome, Rejected)
    assert outcome.code == code

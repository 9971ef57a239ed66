"""What the AT driver makes of an error: its table's class, and doubt from when the table says."""

from collections.abc import Mapping

import pytest

from adapters.modems.at.dialogue import Result, ResultKind, result_of
from adapters.modems.at.rejections import outcome_of, outcome_of_line, refusal
from adapters.modems.devices.error_words import CME_WORDS, CMS_WORDS, number_of, words_of
from domain.causes import ErrorCode, ErrorTable, OwnCause, RejectionClass
from domain.causes.cme import CME
from domain.causes.cms import CMS
from domain.causes.meaning import Meaning
from domain.reports import InDoubt, Rejected
from tests.support.outcomes import cms, refused


@pytest.mark.parametrize(
    ("line", "after_s", "is_doubt"),
    [
        ("+CMS ERROR: 332", 0.0, True),
        ("+CMS ERROR: 332", 50.0, True),
        ("+CMS ERROR: 500", 9.9, False),
        ("+CMS ERROR: 500", 10.0, True),
        ("+CMS ERROR: 38", 119.0, False),
        ("+CMS ERROR", 9.9, False),
        ("+CMS ERROR", 10.1, True),
        ("ERROR", 9.9, False),
        ("ERROR", 10.0, True),
        ("+CME ERROR: 31", 0.0, True),
        ("+CME ERROR: 100", 3.0, False),
        ("+CME ERROR: 100", 30.0, True),
        ("+CME ERROR: 515", 30.0, False),
        ("+CMS ERROR: SIM not inserted", 0.0, False),
        ("+CMS ERROR: network timeout", 0.0, True),
        ("+CME ERROR: network timeout", 0.0, True),
        ("+CMS ERROR: unknown error", 9.9, False),
        ("+CMS ERROR: unknown error", 10.0, True),
        ("+CME ERROR: SIM busy", 0.0, False),
        ("+CMS ERROR: not today", 0.0, True),
        ("+CMS ERROR: 999999", 0.0, True),
    ],
)
def test_an_error_is_doubt_only_when_the_segment_may_have_left(
    line: str, after_s: float, is_doubt: bool
) -> None:
    assert isinstance(outcome_of_line(line, after_s), InDoubt if is_doubt else Rejected)


def test_nothing_that_was_not_handed_over_is_in_doubt() -> None:
    assert refusal(Result(ResultKind.CMS, 332)) == Rejected(
        cms(332),
        RejectionClass.TRANSIENT,
        "+CMS ERROR: 332 (network timeout: IN DOUBT, may have been sent)",
    )
    in_words = result_of("+CME ERROR: not today")
    assert in_words is not None
    assert refusal(in_words).cause is OwnCause.MODEM_ERROR


@pytest.mark.parametrize(
    ("kind", "table", "name"),
    [
        (ResultKind.CMS, ErrorTable.CMS, "manufacturer specific"),
        (ResultKind.CME, ErrorTable.CME, "an error that our table of 27.007 lacks"),
    ],
)
def test_an_error_that_no_table_knows_is_transient(
    kind: ResultKind, table: ErrorTable, name: str
) -> None:
    outcome = outcome_of(Result(kind, 7_777), after_s=60)
    assert outcome == Rejected(
        ErrorCode(table, 7_777), RejectionClass.TRANSIENT, f"{kind}: 7777 ({name})"
    )


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("+CMS ERROR: 30", "CMS_30"),
        ("+CME ERROR: 30", "CME_30"),
        ("+CMS ERROR", "MODEM_ERROR"),
        ("ERROR", "MODEM_ERROR"),
        ("ERROR: 38", "MODEM_ERROR"),
        ("MODEM ERROR: 15", "MODEM_ERROR"),
        ("+CMS ERROR: SMSC address unknown", "CMS_330"),
        ("+CMS ERROR: No Network Service", "CMS_331"),
        ("+CME ERROR: SIM PIN required", "CME_11"),
        ("COMMAND NOT SUPPORT", "MODEM_ERROR"),
    ],
)
def test_a_rejection_says_whose_number_it_is(line: str, cause: str) -> None:
    assert str(refused(line).cause) == cause


@pytest.mark.parametrize(("words", "numbers"), [(CMS_WORDS, CMS), (CME_WORDS, CME)])
def test_every_number_that_the_standards_name_has_words(
    words: Mapping[str, int], numbers: Mapping[int, Meaning]
) -> None:
    makers_own = {512, 513, 515}
    without = {number for number in numbers if words_of(number, words) is None} - makers_own
    assert without <= {55, 122}  # named in 27.007 by a restriction and by a congestion
    for form, number in words.items():
        assert number_of(form.upper(), words) == number
        assert number_of(form.replace("sim", "(U)SIM"), words) == number

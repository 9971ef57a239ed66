"""What people write is read alike wherever they write it."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.bulk import RECIPIENTS_MAX, check_recipients
from domain.credits import CREDITS_MAX, check_credits
from domain.errors import InvalidRequest, TooManyRecipients
from domain.rate_limits import PER_MINUTE_MAX, check_limit
from domain.reasons import REASON_CHARACTERS_MAX, check_reason
from domain.sender_id_rules import USE_CASE_CHARACTERS_MAX, check_use_case
from domain.written import NUMBER_MAX, check_whole, read_whole


@given(st.integers(-NUMBER_MAX, NUMBER_MAX))
def test_a_number_is_read_as_it_is_and_of_its_digits(number: int) -> None:
    assert read_whole(number) == read_whole(str(number)) == number


@pytest.mark.parametrize(
    "written",
    [
        *("", "-", "--1", "1_000", "1,000", "1.0", "1e3", "0x10", "+5", " 5", "5 ", "5\n", "five"),
        *("\u0663", "\uff15", "\u0967\u0968", "\u00b2", "1" * 20, "\0", None, True, 5.0, [5], b"5"),
    ],
)
def test_only_digits_0_to_9_are_a_number(written: object) -> None:
    assert read_whole(written) is None
    with pytest.raises(InvalidRequest, match="digits 0 to 9") as refused:
        check_whole(written, "credits", least=0, most=10)
    assert refused.value.field == "credits"


@pytest.mark.parametrize(
    ("least", "most", "check"),
    [
        (-CREDITS_MAX, CREDITS_MAX, check_credits),
        (0, PER_MINUTE_MAX, lambda written: check_limit(written, "single")),
        (0, CREDITS_MAX, lambda written: check_limit(written, "daily_credits")),
        (3, 7, lambda written: check_whole(written, "x", least=3, most=7)),
    ],
)
def test_bounds_are_inside(least: int, most: int, check: Callable[[object], int]) -> None:
    assert (check(least), check(str(most))) == (least, most)
    for outside in (least - 1, str(most + 1)):
        with pytest.raises(InvalidRequest):
            check(outside)


def test_a_reason_has_words_and_not_too_many() -> None:
    assert check_reason("  the invoice is paid \n") == "the invoice is paid"
    longest = "x" * REASON_CHARACTERS_MAX
    assert check_reason(longest) == longest
    for reason in ("", " \t", longest + "x"):
        with pytest.raises(InvalidRequest, match="1 to 1000 characters"):
            check_reason(reason)


@pytest.mark.parametrize("control", ["\0", "\x1b", "\ud800"])
def test_words_hold_nothing_that_cannot_be_kept(control: str) -> None:
    for check, field in ((check_reason, "reason"), (check_use_case, "use_case")):
        with pytest.raises(InvalidRequest, match=f"The {field} contains") as refused:
            check(f"x{control}y")
        assert refused.value.field == field


def test_a_use_case_is_kept_as_it_was_written() -> None:
    longest = " " + "x" * (USE_CASE_CHARACTERS_MAX - 1)
    assert check_use_case(longest) == longest
    with pytest.raises(InvalidRequest):
        check_use_case(longest + "x")


def test_a_bulk_has_an_end() -> None:
    check_recipients(RECIPIENTS_MAX)
    with pytest.raises(TooManyRecipients, match="at most 500 recipients; this one has 501"):
        check_recipients(RECIPIENTS_MAX + 1)

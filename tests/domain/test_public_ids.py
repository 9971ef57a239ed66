"""Ids and times as they are written."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.public_ids import feltech_id, iso_time, parse_message_id, wilcybertek_id
from domain.values import Instant

NUMBERS = st.integers(min_value=1, max_value=10**17)
TIMES = st.integers(min_value=0, max_value=4_000_000_000 * 10**6)


@pytest.mark.parametrize(
    ("number", "at", "written"),
    [
        (1, 1_712_345_678_000_000, "MSG-1712345678-0001"),
        (35, 1_712_345_678_999_999, "MSG-1712345678-000Z"),
        (36, 1_712_345_678_000_000, "MSG-1712345678-0010"),
        (475_029, 1_712_345_678_000_000, "MSG-1712345678-A6J9"),
        (36**4, 1_712_345_678_000_000, "MSG-1712345678-10000"),
    ],
)
def test_the_number_is_in_base_36(number: int, at: int, written: str) -> None:
    assert wilcybertek_id(number, Instant(at)) == written


@given(NUMBERS, TIMES)
def test_both_forms_carry_the_same_number(number: int, at: int) -> None:
    long = parse_message_id(wilcybertek_id(number, Instant(at)))
    short = parse_message_id(feltech_id(number))
    assert long is not None
    assert short is not None
    assert long.number == short.number == number
    assert long.is_of(Instant(at))
    assert short.is_of(Instant(at))
    assert not long.is_of(Instant(at + 1_000_000))


@given(st.text())
def test_any_text_is_an_id_as_we_write_it_or_none(text: str) -> None:
    ref = parse_message_id(text)
    if ref is not None:
        assert text in {
            str(ref.number),
            feltech_id(ref.number),
            wilcybertek_id(ref.number, Instant((ref.accepted_s or 0) * 10**6)),
        }


@given(TIMES)
def test_times_are_exact(at: int) -> None:
    written = iso_time(Instant(at))
    assert len(written) == len("2026-04-02T12:00:00.000000Z")
    read = datetime.strptime(written, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    seconds, microseconds = divmod(at, 10**6)
    assert read == datetime.fromtimestamp(seconds, UTC).replace(microsecond=microseconds)

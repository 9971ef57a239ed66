"""Ids and times as they are written."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidRequest
from domain.public_ids import (
    check_iso_time,
    feltech_id,
    iso_time,
    parse_message_id,
    wilcybertek_id,
)
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


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("1970-01-01T00:00Z", 0),
        ("2026-12-01T00:00+02:00", 1_796_076_000_000_000),
        ("2026-11-30T22:00:00.5Z", 1_796_076_000_500_000),
        ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
    ],
)
def test_a_time_with_its_zone_is_read_and_can_be_written(written: str, at: int) -> None:
    read = check_iso_time(written, field="from")
    assert read == at
    assert check_iso_time(iso_time(read), field="from") == at


@pytest.mark.parametrize(
    "written",
    [
        *("", "now", "2026-12-01", "2026-12-01T00:00", "1969-12-31T23:59Z"),
        *("9999-12-31T23:59-01:00", "0001-01-01T00:00+23:59"),
    ],
)
def test_a_time_without_a_zone_or_out_of_range_is_refused(written: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        check_iso_time(written, field="from")
    assert caught.value.field == "from"

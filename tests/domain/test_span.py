"""A stretch of time is read as people write it: days in Lusaka, or moments with their zone."""

import pytest

from domain.errors import InvalidRequest
from domain.public_ids import iso_time_or_none
from domain.span import Span, read_span


@pytest.mark.parametrize(
    ("written", "begins"),
    [
        ("2026-11-30", "2026-11-29T22:00:00.000000Z"),
        ("2026-11-30T08:00Z", "2026-11-30T08:00:00.000000Z"),
        ("2026-11-30T08:00:00+02:00", "2026-11-30T06:00:00.000000Z"),
        ("2026-11-30T08:00:00 02:00", "2026-11-30T06:00:00.000000Z"),
        ("2026-11-30T08:00:00.25-01:00", "2026-11-30T09:00:00.250000Z"),
    ],
)
def test_a_beginning_is_a_day_or_a_moment(written: str, begins: str) -> None:
    assert iso_time_or_none(read_span(written, None).since) == begins


def test_the_last_day_belongs_to_it_and_a_moment_that_ends_it_does_not() -> None:
    one_day = read_span("2026-11-30", "2026-11-30")
    assert one_day == read_span("2026-11-30T00:00+02:00", "2026-12-01T00:00+02:00")
    assert read_span(None, None) == Span(None, None)


@pytest.mark.parametrize(
    "written",
    ["", "yesterday", "2026-02-30", "2026-11-30T08:00", "2026-11-30T25:00Z", "20261130",
     "2026-11-30T08:00+99:00", "\u0662026-11-30", "2026-11-30\n"],
)  # fmt: skip
def test_what_is_neither_is_refused_by_its_name(written: str) -> None:
    with pytest.raises(InvalidRequest, match=r"^The to must be a day") as refused:
        read_span(None, written)
    assert refused.value.field == "to"


def test_an_end_before_the_beginning_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="before its beginning"):
        read_span("2026-11-30", "2026-11-28")

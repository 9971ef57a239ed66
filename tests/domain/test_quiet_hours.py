"""Quiet hours are hours of the day in Lusaka, over midnight or within a day."""

from datetime import datetime

import pytest

from domain.errors import InvalidRequest
from domain.quiet_hours import QuietHours, check_quiet_hours, is_kept_quiet
from domain.values import SECOND, Category, Instant, Lane

NIGHT, NOON = QuietHours("20:00", "07:00"), QuietHours("12:00", "14:00")


def lusaka(time: str) -> Instant:
    """Give an instant by its local time, on 2 January where no day is said."""
    day, _, hour = time.rpartition(" ")
    written = f"2026-01-0{day or 2}T{hour}+02:00"
    return Instant(int(datetime.fromisoformat(written).timestamp() * SECOND))


@pytest.mark.parametrize(
    ("hours", "at", "end", "begins"),
    [
        (NIGHT, "19:59:59", None, "20:00"),
        (NIGHT, "20:00", "3 07:00", "20:00"),
        (NIGHT, "23:59", "3 07:00", "23:59"),
        (NIGHT, "00:00", "07:00", "00:00"),
        (NIGHT, "06:59:59", "07:00", "06:59:59"),
        (NIGHT, "07:00", None, "20:00"),
        (NOON, "11:59", None, "12:00"),
        (NOON, "12:00", "14:00", "12:00"),
        (NOON, "14:00", None, "3 12:00"),
    ],
)
def test_each_moment_is_in_them_or_before_the_next(
    hours: QuietHours, at: str, end: str | None, begins: str
) -> None:
    assert hours.end_of(lusaka(at)) == (None if end is None else lusaka(end))
    assert hours.leaves_at(lusaka(at)) == lusaka(end or at)
    assert hours.begin_after(lusaka(at)) == lusaka(begins)


@pytest.mark.parametrize("asked", ["20:00-07:00", {"from": "20:00", "to": "07:00"}])
def test_they_are_read_in_either_form_and_written_in_one(asked: object) -> None:
    hours = check_quiet_hours(asked)
    assert hours is not None
    assert QuietHours.read(hours.written) == hours == NIGHT


@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_is_none(nothing: object) -> None:
    assert check_quiet_hours(nothing) is None


@pytest.mark.parametrize(
    "asked",
    [
        {"from": "20:00"},
        {"from": "20:00", "to": "20:00"},
        {"from": "24:00", "to": "07:00"},
        {"from": "8:00", "to": "07:00"},
        {"from": "20:00", "to": "07:00:00"},
        {"from": "٢٠:00", "to": "07:00"},
        {"from": 20, "to": 7},
        {"from": "20:00", "to": "07:60"},
        {},
        [],
        ["20:00", "07:00"],
        "20:00",
        "20:00-07:00-08:00",
        "20:00-07:00\n",
        7,
        True,
    ],
)
def test_what_is_no_two_times_is_refused(asked: object) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        check_quiet_hours(asked)
    assert refusal.value.field == "quiet_hours"


def test_promotions_are_held_and_if_asked_for_all_but_passwords() -> None:
    promotional, other = Category.PROMOTIONAL, Category.TRANSACTIONAL
    assert [lane for lane in Lane if is_kept_quiet(promotional, lane, is_all=False)] == list(Lane)
    assert [lane for lane in Lane if is_kept_quiet(other, lane, is_all=False)] == []
    held = [lane for lane in Lane if is_kept_quiet(other, lane, is_all=True)]
    assert held == [Lane.NORMAL, Lane.BULK]

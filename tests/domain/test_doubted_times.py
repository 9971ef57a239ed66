"""What times count from that a clock wrote which was behind."""

from domain.doubted_times import STRETCHES_MAX, DoubtedTimes
from domain.stretch import NOBODY_KNOWS, Stretch
from domain.values import Instant

START, HOUR = 1_790_000_000_000_000, 3_600_000_000


def at(hours: float) -> Instant:
    return Instant(round(START + hours * HOUR))


def times(*, behind: int | None = 10 * HOUR) -> DoubtedTimes:
    """Give those of a clock that was ten hours behind from noon to one."""
    made = DoubtedTimes.open("a", at=at(2))
    made.doubt("a", from_at=at(2), until_at=at(4), at=at(2))
    found = None if behind is None else Stretch(at(2), at(3), behind, None)
    made.settle("a", found, at=at(13))
    return made


def test_while_a_clock_is_doubted_nobody_knows() -> None:
    made = DoubtedTimes.open("a", at=at(2))
    made.doubt("a", from_at=at(2), until_at=at(4), at=at(2))
    assert made.counts_from(at(3)) is None
    assert made.counts_from(at(1)) == at(1)
    assert made.counts_from(at(5)) == at(5)


def test_what_was_dated_too_early_counts_later_by_as_much_and_all_else_as_it_is_dated() -> None:
    assert times().counts_from(at(2.5)) == at(12.5)
    assert [times().counts_from(at(hours)) for hours in (1, 3.5)] == [at(1), at(3.5)]


def test_nothing_counts_from_later_than_when_the_clock_was_believed() -> None:
    assert times(behind=100 * HOUR).counts_from(at(2.5)) == at(13)
    assert times(behind=None).counts_from(at(3.5)) == at(13)
    assert times(behind=None).stretches == [Stretch(at(2), at(4), NOBODY_KNOWS, at(13))]


def test_a_clock_that_had_been_right_leaves_nothing_behind() -> None:
    assert times(behind=0).stretches == []


def test_of_too_many_the_oldest_become_one_that_holds_them_all() -> None:
    made = DoubtedTimes.open("a", at=at(0))
    for hour in range(0, 30 * STRETCHES_MAX, 10):
        made.doubt("a", from_at=at(hour), until_at=at(hour + 2), at=at(hour))
        made.settle("a", Stretch(at(hour), at(hour + 1), HOUR, None), at=at(hour + 5))
    assert len(made.stretches) == STRETCHES_MAX
    assert all((made.counts_from(at(hour)) or 0) >= at(hour + 1) for hour in range(0, 3_000, 10))

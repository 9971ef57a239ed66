"""SIMs send no faster than they may, and rest ever longer after trouble."""

from typing import Final

import pytest

from application.fleet.pacing import BackOff, Pacer, TokenBucket
from application.fleet.quota import DayUse
from domain.days import OFFSET_S, day_of
from domain.values import SECOND, Instant

NOON_S: Final = 12 * 3600.0


class Seconds:
    """A clock that begins at noon in Lusaka."""

    def __init__(self) -> None:
        self.now_s = 20_000 * 24 * 3600.0 + NOON_S - OFFSET_S

    def __call__(self) -> float:
        return self.now_s

    def now(self) -> Instant:
        return Instant(round(self.now_s * SECOND))

    def monotonic_s(self) -> float:
        return self.now_s


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


def pacer_of(clock: Seconds, *, per_day: int, per_minute: int = 0) -> Pacer:
    return Pacer(segments_per_minute=per_minute, day=DayUse(per_day, clock), monotonic_s=clock)


def test_a_bucketful_may_go_at_once_and_then_one_at_a_time(seconds: Seconds) -> None:
    bucket = TokenBucket(4, 60.0, monotonic_s=seconds)
    for _ in range(4):
        assert bucket.ready_in_s() == 0.0
        bucket.take()
    assert bucket.ready_in_s() == pytest.approx(15.0)
    seconds.now_s += 14.9
    assert bucket.ready_in_s() > 0
    seconds.now_s += 0.1
    assert bucket.ready_in_s() == 0.0


def test_a_quiet_week_saves_up_no_more_than_a_bucketful(seconds: Seconds) -> None:
    bucket = TokenBucket(2, 60.0, monotonic_s=seconds)
    seconds.now_s += 7 * 24 * 3600
    bucket.take()
    bucket.take()
    assert bucket.ready_in_s() > 0


def test_zero_is_no_limit(seconds: Seconds) -> None:
    pacer = pacer_of(seconds, per_day=0)
    for _ in range(10_000):
        pacer.take()
    assert pacer.message_ready_in_s() == pacer.segment_ready_in_s() == 0.0


def test_a_clock_that_goes_back_takes_no_tokens_away(seconds: Seconds) -> None:
    bucket = TokenBucket(1, 60.0, monotonic_s=seconds)
    seconds.now_s -= 1_000
    assert bucket.ready_in_s() == 0.0


def test_the_days_limit_holds_back_a_message_but_cuts_none_in_two(seconds: Seconds) -> None:
    pacer = pacer_of(seconds, per_day=2)
    for _ in range(3):  # a message of three segments began while there was a token
        assert pacer.segment_ready_in_s() == 0.0
        pacer.take()
    assert pacer.message_ready_in_s() == NOON_S


def test_a_new_day_in_lusaka_brings_a_new_quota(seconds: Seconds) -> None:
    pacer = pacer_of(seconds, per_day=2)
    for _ in range(2):
        pacer.take()
    seconds.now_s += NOON_S - 1
    assert pacer.message_ready_in_s() == 1.0
    seconds.now_s += 1
    assert pacer.message_ready_in_s() == 0.0
    pacer.take()
    assert pacer.message_ready_in_s() == 0.0
    pacer.take()
    assert pacer.message_ready_in_s() == 24 * 3600


def test_a_clock_that_is_set_back_brings_back_no_day(seconds: Seconds) -> None:
    pacer = pacer_of(seconds, per_day=1)
    pacer.take()
    seconds.now_s -= 24 * 3600
    assert pacer.message_ready_in_s() > 0


def test_what_the_log_knows_of_the_day_counts(seconds: Seconds) -> None:
    day = DayUse(5, seconds)
    day.learn(day_of(seconds.now()), 4)
    assert day.ready_in_s == 0.0
    day.take()
    assert day.ready_in_s == NOON_S


def test_the_minutes_limit_holds_back_segments_too(seconds: Seconds) -> None:
    pacer = pacer_of(seconds, per_minute=1, per_day=100)
    pacer.take()
    assert pacer.segment_ready_in_s() == pytest.approx(60.0)


def test_a_limit_below_zero_is_refused(seconds: Seconds) -> None:
    with pytest.raises(ValueError, match="0 \\(none\\) or more"):
        TokenBucket(-1, 60.0, monotonic_s=seconds)


def test_rests_grow_to_the_last_step_and_begin_anew_after_success() -> None:
    back_off = BackOff((1, 5))
    assert [back_off.next_s() for _ in range(4)] == [1, 5, 5, 5]
    back_off.reset()
    assert back_off.next_s() == 1


@pytest.mark.parametrize("steps_s", [(), (-1.0,), (float("inf"),)])
def test_a_back_off_needs_sensible_steps(steps_s: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="back-off"):
        BackOff(steps_s)

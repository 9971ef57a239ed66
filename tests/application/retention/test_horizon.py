"""Erasing goes no faster than two days in a day, whatever the clock says, also across restarts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from application.ports import ClockMark
from application.retention.horizon import Horizon
from application.retention.vouching import NoteClock
from application.system import System
from domain.days import DAY_S
from domain.values import SECOND, Instant
from tests.support.system import running_system
from tests.support.virtual import START, VirtualClock


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def system(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[System]:
    is_server = request.param == "postgresql"
    url = request.getfixturevalue("database_url") if is_server else None
    with running_system(tmp_path, database_url=url) as running:
        yield running


def horizon(system: System, clock: VirtualClock, *, begun_at: Instant | None = None) -> Horizon:
    return Horizon(
        store=system.store, committer=system.committer, clock=clock, begun_at=lambda: begun_at
    )


def days(at: Instant) -> float:
    return (at - START) / SECOND / DAY_S


def test_it_stands_at_now_while_the_gateway_runs(system: System) -> None:
    clock = VirtualClock()
    found = horizon(system, clock)
    for _ in range(20):
        assert found.move() == clock.now()
        clock.pass_s(600)


def test_a_clock_that_is_far_ahead_moves_it_by_two_days_and_then_at_twice_the_pace(
    system: System,
) -> None:
    horizon(system, VirtualClock()).move()
    ahead = VirtualClock()
    ahead.pass_s(60 * DAY_S)
    found = horizon(system, ahead)
    assert days(found.move()) == 2
    ahead.pass_s(DAY_S)
    assert days(found.move()) == 4


def test_it_is_back_at_once_when_the_clock_is(system: System) -> None:
    ahead = VirtualClock()
    ahead.pass_s(60 * DAY_S)
    horizon(system, ahead).move()
    assert horizon(system, VirtualClock()).move() == START


def test_a_store_of_before_it_begins_with_its_newest_time(system: System) -> None:
    ahead = VirtualClock()
    ahead.pass_s(60 * DAY_S)
    assert days(horizon(system, ahead, begun_at=START).move()) == 2


def test_a_person_who_vouches_moves_it_no_faster(system: System) -> None:
    horizon(system, VirtualClock()).move()
    ahead = VirtualClock()
    ahead.pass_s(60 * DAY_S)
    mark = ClockMark(ClockMark.OPERATOR, ahead.now(), ahead.now(), "os:me@here")
    system.committer.execute(NoteClock(mark, at=ahead.now()))
    assert days(horizon(system, ahead).move()) == 2

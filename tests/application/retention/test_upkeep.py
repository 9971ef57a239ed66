"""The store drops what is over in small steps, and stops when it is told to."""

from collections.abc import Callable

import pytest

from application.retention.upkeep import PAUSE_S, ROUNDS_MAX, ROWS_MAX, Upkeep
from domain.values import Instant
from tests.support.virtual import VirtualClock


class Rows:
    """A store in which so many rows are over."""

    def __init__(self, over: int) -> None:
        self.over = over

    def drop_old_saves(self, now: Instant, *, limit: int) -> int:
        dropped = min(self.over, limit)
        self.over -= dropped
        return dropped


@pytest.fixture
def upkeep() -> Callable[..., Upkeep]:
    def make(rows: Rows, pause: Callable[[float], bool]) -> Upkeep:
        return Upkeep(store=rows, clock=VirtualClock(), pause=pause)  # type: ignore[arg-type]

    return make


def test_a_turn_drops_all_that_is_over_with_a_pause_between_two_steps(
    upkeep: Callable[..., Upkeep],
) -> None:
    pauses: list[float] = []

    def pause(seconds: float) -> bool:
        pauses.append(seconds)
        return False

    rows = Rows(2 * ROWS_MAX + 1)
    assert upkeep(rows, pause).step() == 2 * ROWS_MAX + 1
    assert pauses == [PAUSE_S, PAUSE_S]


def test_a_turn_has_an_end_and_the_next_one_goes_on(upkeep: Callable[..., Upkeep]) -> None:
    rows = Rows(ROUNDS_MAX * ROWS_MAX + 7)
    turns = upkeep(rows, lambda s: False)
    assert turns.step() == ROUNDS_MAX * ROWS_MAX
    assert turns.step() == 7


def test_a_turn_ends_at_once_when_the_process_does(upkeep: Callable[..., Upkeep]) -> None:
    rows = Rows(10 * ROWS_MAX)
    assert upkeep(rows, lambda s: True).step() == ROWS_MAX

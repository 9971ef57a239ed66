"""Whether somebody follows the log, and how far behind in time, is seen by looking."""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

from application.books.behind import LATE_S, LONG_S, STILL_S, Following
from application.ports.queries import ProjectionStatus, Queries
from application.system import System
from domain.values import SECOND, Instant
from tests.support.system import create_account, running_system


class Clock:
    """The time, as the test says it is."""

    def __init__(self, system: System) -> None:
        self._system = system
        self.passed_s = 0.0

    def now(self) -> Instant:
        return Instant(self._system.clock.now() + int(self.passed_s * SECOND))

    def monotonic_s(self) -> float:
        return self.passed_s


def test_nobody_who_follows_is_named_after_a_moment_and_is_long_after_a_while(
    tmp_path: Path,
) -> None:
    with running_system(tmp_path, follows=False) as system:
        clock = Clock(system)
        watch = Following(store=system.store, queries=system.queries, clock=clock)
        assert watch.words() == "ok"
        create_account(system)
        assert watch.words() == "ok"
        clock.passed_s += STILL_S
        assert watch.words().startswith("nobody follows the log, for 3 s: ")
        assert (round(watch.lag_s), watch.is_long) == (STILL_S, False)
        clock.passed_s += LONG_S
        assert watch.words().startswith("nobody follows the log, for 13 s: ")
        assert (watch.lag_s > LONG_S, watch.is_long) == (True, True)
        while system.follower.step():
            pass
        assert watch.words() == "ok"
        assert (watch.lag_s, watch.is_long) == (0.0, False)


class Slow:
    """Read models that see one event at each look."""

    def __init__(self, head: int) -> None:
        self.head = head
        self.position = 0

    def projections(self) -> Sequence[ProjectionStatus]:
        self.position += 1
        return [ProjectionStatus("dispatch", self.position, self.head, None)]


def test_a_follower_that_goes_on_and_is_far_behind_is_slow_but_there(tmp_path: Path) -> None:
    with running_system(tmp_path, follows=False) as system:
        for k in range(20):
            create_account(system, name=f"N{k}")
        clock, queries = Clock(system), Slow(system.store.head())
        watch = Following(store=system.store, queries=cast("Queries", queries), clock=clock)
        said = []
        for _ in range(int(LATE_S) + 2):
            said.append(watch.words())
            clock.passed_s += 1
        assert said[: int(LATE_S)] == ["ok"] * int(LATE_S)
        assert said[-1].startswith(
            "the read models are 31 s behind the log: dispatch stands at 32 "
        )
        assert not watch.is_long

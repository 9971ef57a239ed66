"""A part that a process did not have before: it is one value, and the supervisor does the rest."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from application.ports import RepeatableForgotten, Save, Turn
from domain.values import SECOND, Instant
from tests.worker.processes import Running, own_threads, running, until
from worker.parts import PARTS
from worker.parts.loop import Loop
from worker.parts.part import Part, Process, ProcessRole, Stage

pytestmark = pytest.mark.processes

ROLES = frozenset({ProcessRole.ALL, ProcessRole.WORKER})


class Odd:
    """A part of the test's own, whose step does what it is told to."""

    def __init__(self, stage: Stage = Stage.TELL, *, is_vital: bool = True) -> None:
        self.stage = stage
        self.is_vital = is_vital
        self.error: Exception | None = None
        self.steps = 0
        self.saw: list[set[str]] = []

    def step(self) -> None:
        self.steps += 1
        if self.error is not None:
            raise self.error

    def make(self, process: Process) -> Sequence[Loop]:
        self.process = process
        return [Loop("odd", self.step, every_s=0.01, at_end=lambda: self.saw.append(own_threads()))]

    @contextmanager
    def running(self, folder: Path, role: ProcessRole = ProcessRole.ALL) -> Iterator[Running]:
        part = Part("odd", ROLES, self.stage, self.make, is_vital=self.is_vital)
        with running(folder, role=role, parts=[*PARTS, part]) as gw:
            yield gw


@pytest.mark.parametrize("role", list(ProcessRole))
def test_a_part_runs_in_the_roles_that_it_names(tmp_path: Path, role: ProcessRole) -> None:
    odd = Odd()
    with odd.running(tmp_path, role) as gw:
        assert ("odd" in own_threads()) is (role in ROLES)
        if role in ROLES:
            until(lambda: odd.steps > 2)
            assert 'ngoma_thread_faults{thread="odd"} 0.0' in gw.metrics()
            assert odd.process.system is gw.system


def test_a_fault_of_a_part_shows_in_readiness_and_metrics_by_its_name(tmp_path: Path) -> None:
    odd = Odd()
    with odd.running(tmp_path) as gw:
        until(lambda: gw.system.readiness().is_ready)
        odd.error = ZeroDivisionError()
        until(lambda: not gw.system.readiness().is_ready)
        assert gw.system.readiness().checks["threads"] == "odd: ZeroDivisionError"
        assert gw.supervisor.failures["odd"] >= 1
        assert 'ngoma_thread_faults{thread="odd"} 0.0' not in gw.metrics()
        odd.error = None
        until(lambda: gw.system.readiness().is_ready)


def test_a_part_that_is_not_vital_hurts_nobodys_readiness(tmp_path: Path) -> None:
    odd = Odd(is_vital=False)
    with odd.running(tmp_path) as gw:
        odd.error = ZeroDivisionError()
        until(lambda: bool(gw.supervisor.failures))
        assert gw.system.readiness().is_ready


@pytest.mark.parametrize(
    ("stage", "after", "before"),
    [
        (Stage.FOLLOW, {"sims", "relay", "presence"}, {"committer"}),
        (Stage.TELL, {"sims"}, {"committer", "follower", "relay", "presence"}),
        (Stage.CARRY, set(), {"committer", "follower", "relay", "presence", "sims"}),
    ],
)
def test_a_part_stops_after_those_of_later_stages_and_before_those_of_earlier_ones(
    tmp_path: Path, stage: Stage, after: set[str], before: set[str]
) -> None:
    odd = Odd(stage)
    with odd.running(tmp_path):
        until(lambda: odd.steps > 0)
    (alive,) = odd.saw
    assert before <= alive
    assert not after & alive
    assert own_threads() == set()


def test_a_part_that_does_not_end_leaves_the_committer_time_to_drain(tmp_path: Path) -> None:
    release = threading.Event()
    stuck = Part("stuck", ROLES, Stage.CARRY, lambda _: [Loop("stuck", lambda: release.wait(20))])
    with running(tmp_path, parts=[*PARTS, stuck]) as gw:
        sender = gw.account()
        accepted = gw.send(sender)
        began_s = time.monotonic()
        assert not gw.supervisor.stop(3)
        assert time.monotonic() - began_s < 5
        assert gw.message(accepted[0]).number == accepted[0]
        assert "committer" not in own_threads()
        release.set()


# -- the store's upkeep ------------------------------------------------------------------------


def test_an_end_does_not_wait_for_a_step_that_only_reads() -> None:
    release = threading.Event()
    looking = Loop("looking", lambda: release.wait(20), patience_s=0.01)
    looking.start()
    looking.stop()
    assert looking.join(10.0)
    assert looking.is_alive
    release.set()
    assert looking.join(10.0)


def test_old_saves_are_dropped_although_commands_keep_coming(tmp_path: Path) -> None:
    with running(tmp_path, sims=0, parts=[p for p in PARTS if p.name != "upkeep"]) as gw:
        long_ago = Instant(gw.clock.now() - 2 * 3600 * SECOND)
        old = [Save(uuid4(), long_ago) for _ in range(3)]
        sender = gw.account()
        for place, save in enumerate(old):
            save.changes.append(RepeatableForgotten(place))  # changes nothing, and makes it a save
            gw.system.store.transact(lambda turn, save=save: save)  # type: ignore[misc]
        assert kept(gw, old) == [True] * 3
    with running(tmp_path, sims=0) as gw:
        ends_s = time.monotonic() + 15
        while any(kept(gw, old)):
            gw.send(sender)
            assert time.monotonic() < ends_s


def kept(gw: Running, saves: list[Save]) -> list[bool]:
    found: list[bool] = []

    def look(turn: Turn) -> Save:
        found.extend(turn.was_saved(save.save_id) for save in saves)
        return Save(uuid4(), gw.clock.now())

    gw.system.store.transact(look)
    return found

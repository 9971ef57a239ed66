"""A crew: many SIMs in one thread, each waiting as if it had one of its own."""

import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from adapters.bootstrap import bootstrap
from adapters.settings import Settings
from application.books.asking import Asked
from application.books.commands import Command, Done, Outcome
from application.fleet.desk import Desk
from application.fleet.waits import SimWaits
from application.ports import ModemSettings
from domain.errors import Overloaded
from domain.values import Network
from tests.support.system import FastKeyHasher
from tests.support.templates import copy_migrated
from tests.worker.processes import own_threads
from worker.aside import SpeakerThreads
from worker.parts.part import Process
from worker.parts.sims import SIMS
from worker.sims import Crew

LIMIT_S = 10.0
HURRIED = SimWaits(store_s=0.02, closing_s=0.02)


class Line:
    """Notes in which rounds commands came, and answers each."""

    def __init__(self) -> None:
        self.came: list[Command[Any]] = []
        self.refusal: Overloaded | None = None

    def submit(self, command: Command[Any], done: Done[Any]) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.came.append(command)
        threading.Timer(0.001, done, [Outcome(result=len(self.came))]).start()


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def crew(line: Line) -> Crew:
    return Crew("crew", committer=line)


def run(crew: Crew, *targets: Callable[[], None]) -> None:
    """Run strands to their ends; all are there before the first begins."""
    all_there = threading.Event()

    def begin(target: Callable[[], None]) -> None:
        assert crew.wait(all_there, LIMIT_S)
        target()

    strands = [crew.strand(partial(begin, target), f"strand-{target}") for target in targets]
    for strand in strands:
        strand.start()
    all_there.set()
    crew.call()
    for strand in strands:
        strand.join(LIMIT_S)
        assert not strand.is_alive()


def test_while_one_waits_the_others_go_on(crew: Crew) -> None:
    said: list[str] = []
    event = threading.Event()

    def waits() -> None:
        said.append("waits")
        assert crew.wait(event, LIMIT_S)
        said.append("heard")

    def works() -> None:
        said.append("works")
        event.set()

    run(crew, waits, works)
    assert said == ["waits", "works", "heard"]


def test_all_of_a_crew_share_one_thread_which_ends_with_the_last(crew: Crew) -> None:
    threads: set[threading.Thread] = set()

    def looks() -> None:
        threads.add(threading.current_thread())
        crew.give_way()
        threads.add(threading.current_thread())

    run(crew, looks, looks, looks)
    (thread,) = threads
    thread.join(LIMIT_S)
    assert not thread.is_alive()
    run(crew, looks)  # and another comes with whoever comes later
    assert len(threads) == 2


def test_a_wait_ends_with_its_time(crew: Crew) -> None:
    waited_s: list[float] = []

    def waits() -> None:
        began_s = time.monotonic()
        assert not crew.wait(threading.Event(), 0.05)
        waited_s.append(time.monotonic() - began_s)

    run(crew, waits)
    assert 0.05 <= waited_s[0] < LIMIT_S


def test_what_is_asked_in_one_round_is_submitted_at_its_end(crew: Crew, line: Line) -> None:
    seen: list[int] = []

    def asks() -> None:
        asked = Asked(crew, _Nothing(), crew.wait)
        seen.append(len(line.came))
        assert asked.outcome(LIMIT_S) is not None

    run(crew, asks, asks, asks)
    assert seen == [0, 0, 0]
    assert len(line.came) == 3


def test_a_full_line_is_the_outcome_of_what_was_asked(crew: Crew, line: Line) -> None:
    line.refusal = Overloaded("full")
    found: list[Outcome[None] | None] = []

    def asks() -> None:
        found.append(Asked(crew, _Nothing(), crew.wait).outcome(LIMIT_S))

    run(crew, asks)
    assert found[0] is not None
    assert found[0].error is line.refusal


def test_whoever_never_waits_gives_way(crew: Crew) -> None:
    turns: list[str] = []

    def busy(name: str) -> None:
        for _ in range(3):
            turns.append(name)
            crew.give_way()

    run(crew, lambda: busy("a"), lambda: busy("b"))
    assert turns == ["a", "b"] * 3


def test_a_thread_that_is_not_of_the_crew_cannot_wait_in_it(crew: Crew) -> None:
    with pytest.raises(RuntimeError, match="strand"):
        crew.wait(threading.Event(), 0.0)


def test_a_fault_of_one_ends_no_other(crew: Crew) -> None:
    said: list[str] = []

    def fails() -> None:
        raise ZeroDivisionError

    def works() -> None:
        crew.give_way()
        said.append("works")

    run(crew, fails, works)
    assert said == ["works"]


def test_modems_without_a_port_share_a_thread_and_ports_have_their_own(tmp_path: Path) -> None:
    copy_migrated(tmp_path)
    modems = (_modem("one", "simulated"), _modem("two", "simulated"), _modem("three", "at"))
    settings = Settings(data_dir=tmp_path, modems=modems)
    system = bootstrap(settings, hasher=FastKeyHasher())
    try:
        speakers = SpeakerThreads(system.committer)
        process = Process(system, host="here", work=(), speakers=speakers, waits=HURRIED)
        loops = SIMS.make(process)
        for loop in loops:
            loop.start()
        assert own_threads() >= {"sims", "sim-three"}
        assert not own_threads() & {"sim-one", "sim-two"}
        for loop in loops:
            loop.stop()
        assert all(loop.join(LIMIT_S) for loop in loops)
    finally:
        system.close()


def test_a_ring_reaches_who_waits_at_a_desk(tmp_path: Path, crew: Crew) -> None:
    copy_migrated(tmp_path)
    system = bootstrap(Settings(data_dir=tmp_path), hasher=FastKeyHasher())
    desk = Desk(Network.MTN, queries=system.queries, store=system.store, clock=system.clock)
    desk.on_ring(crew.call)
    began_s, bell = time.monotonic(), desk.bell  # read before it can have rung
    threading.Timer(0.02, desk.ring).start()
    run(crew, lambda: crew.wait_at(desk, bell, LIMIT_S))
    system.close()
    assert time.monotonic() - began_s < LIMIT_S / 2


class _Nothing(Command[None]):
    """Changes nothing."""

    def touches(self) -> tuple[()]:
        return ()

    def decide(self, books: object) -> None:
        """Do nothing."""


def _modem(name: str, driver: str) -> ModemSettings:
    return ModemSettings(name=name, device=f"/dev/{name}", network=Network.MTN, driver=driver)

"""A brake bites at once: after it was put on, no segment of that SIM begins."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from adapters.modems.at.driver import AtModemDriver
from adapters.modems.at.port import SerialPort
from adapters.modems.simulated.emulator import Emulator
from adapters.modems.simulated.profiles import PROFILES
from adapters.modems.simulated.pty import EmulatorPty
from adapters.modems.simulated.sim_card import SimCard, imsi_for
from application.accounts.principal import Principal
from application.books.actors import Actor
from application.fleet.duty import SetQuarantine
from domain.message import State
from domain.sim import sim_id
from tests.support.counts import soak_count
from tests.worker.cli.commands import Cli
from tests.worker.gateway import FAST, Gateway
from worker.parts.loop import Loop
from worker.sims import SimRunner

LOAD: Final = 30
IN_FLIGHT_S: Final = 0.2
"""Many times what a segment takes from its start to its answer."""
TIMINGS: Final = replace(FAST, renew_soon_s=0.05, renew_again_s=0.05)


@contextmanager
def sending(gw: Gateway, folder: Path) -> Iterator[SimRunner]:
    """Run a SIM's thread over a real pty and an emulated modem."""
    link = folder / "e.tty"
    card = SimCard(imsi_for("e"))
    emulator = Emulator(PROFILES["e173"], card, clock=gw.clock, log=gw.air, latency_s=0.005)
    with EmulatorPty(emulator, link, clock=gw.clock):
        driver = AtModemDriver(lambda: SerialPort(str(link), clock=gw.clock), clock=gw.clock)
        sim = gw.sim(driver, "e", waits=TIMINGS)
        loop = Loop("sim-e", partial(sim.step, 0.1), at_end=sim.close, wake=sim.stop)
        loop.start()
        try:
            yield sim
        finally:
            loop.stop()
            assert loop.join(10)
        assert loop.faults == 0


def position(gw: Gateway) -> int:
    """Give the log position of the SIM's newest event, which is its brake."""
    return gw.store.position_of(sim_id(imsi_for("e")))


def started_after(gw: Gateway, brake: int) -> list[str]:
    """Name what began after a position: attempts."""
    found = gw.store.events_after(brake, limit=10_000, topics=["Message.AttemptStarted"])
    return [event.topic for _, event in found]


def release(gw: Gateway, sim: int) -> None:
    actor, now = Actor("ops"), gw.clock.now()
    gw.execute(SetQuarantine(sim, quarantined=False, actor=actor, reason="well", at=now))


def load(gw: Gateway, sender: Principal, chance: random.Random, first: int) -> None:
    for place in range(LOAD):
        gw.send(sender, "x" * chance.choice((10, 10, 300)), first=first + place)


@pytest.mark.processes  # a dialogue in real time, eight seconds of it
@pytest.mark.timeout(1_800)
def test_no_segment_begins_once_a_quarantine_was_confirmed(
    gw: Gateway, tmp_path: Path, report_count: Callable[..., None]
) -> None:
    cli = Cli(gw.folder)
    tries, seed = soak_count(200, quick=20), random.randrange(1_000_000)
    chance, sender = random.Random(seed), gw.account(credits=1_000_000)
    late = 0
    with sending(gw, tmp_path) as sim:
        gw.until(lambda: sim.status.state == "online")
        (lease,) = gw.store.leases()
        for trial in range(tries):
            load(gw, sender, chance, 1 + trial * LOAD)
            before = len(gw.air.segments)
            gw.until(lambda before=before: len(gw.air.segments) > before + 3)  # type: ignore[misc]
            threading.Event().wait(chance.random() * 0.02)
            cli.run("modem", "quarantine", lease.sim, "--reason", "fraud")
            returned_at, brake = gw.clock.now(), position(gw)
            threading.Event().wait(IN_FLIGHT_S)
            after = [s for s in gw.air.segments if s.time > returned_at]
            late += len(after) > 1 or bool(started_after(gw, brake))  # one may have begun before
            assert late == 0, (seed, trial, after)
            gw.until(lambda: sim.status.state == "quarantined")
            release(gw, lease.sim)
            gw.until(lambda: sim.status.state in {"online", "sending", "resting"})
    report_count("quarantines under load", tries, late, seed)


def test_a_quarantine_between_two_segments_stops_the_second_at_its_prompt(gw: Gateway) -> None:
    """No renewal of the lease has told the SIM's thread: the log's lock does."""
    sim = gw.sim(gw.driver("a"), per_minute=1)
    (number,) = gw.send(gw.account(), "x" * 200)
    gw.until(lambda: len(gw.air.segments) == 1, sim)
    (lease,) = gw.store.leases()
    gw.clock.advance(40)
    gw.until(lambda: gw.store.leases()[0].expires_at > lease.expires_at, sim)
    gw.steps(5, sim)
    Cli(gw.folder).run("modem", "quarantine", lease.sim, "--reason", "fraud")
    gw.clock.advance(25)  # its pace allows the next segment, and no renewal is due
    gw.until(lambda: gw.message(number).state is State.QUEUED, sim)
    assert gw.message(number).bound_sim == lease.sim
    assert len(gw.air.segments) == 1


@pytest.mark.slow
def test_what_a_braked_sim_was_about_to_take_goes_by_another(gw: Gateway) -> None:
    braked, other = gw.sim(gw.driver("a"), "a"), gw.sim(gw.driver("b"), "b")
    gw.online(braked)
    (lease,) = gw.store.leases()
    actor, now = Actor("ops"), gw.clock.now()
    gw.execute(SetQuarantine(lease.sim, quarantined=True, actor=actor, reason="x", at=now))
    (number,) = gw.send(gw.account())
    gw.until(lambda: braked.counts["Refused"] == 1, braked)
    gw.until(lambda: gw.message(number).state is State.SENT, braked, other)
    assert [segment.imsi for segment in gw.air.segments] == [imsi_for("b")]
    gw.until(lambda: braked.status.state == "quarantined", braked)
    assert braked.counts["Refused"] <= 2

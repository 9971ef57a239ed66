"""The SIMs of this host, each in a thread that its port may block; who blocks none share one.

A modem that is not well hurts nobody's readiness.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from application.fleet.liveness import FleetWatch
from application.fleet.rounds import Rounds, Source
from application.messages.pages import Pages
from application.ports import MODEM_CHECK, ModemSettings, WaitsAside
from domain.values import Network
from worker.parts.loop import Loop
from worker.parts.part import Part, Process, ProcessRole, Stage
from worker.sims import Crew, SimRunner

STEP_S: Final = 1.0
AHEAD_MAX: Final = 31
"""Messages that a crew reads with one that it takes: what its other SIMs take next."""
UP: Final = frozenset({"online", "sending"})
"""States of a SIM's thread in which it takes messages."""
DOWN: Final = frozenset({"offline", "needs a person"})
"""States in which its modem is not up; a modem that was not tried yet has no reason."""


def _make(process: Process) -> Sequence[Loop]:
    system = process.system
    crew = Crew("sims", committer=system.committer)
    pages = {
        network: Pages(system.store, system.reader, system.clock, ahead_max=AHEAD_MAX)
        for network in process.desks.networks
    }
    for network in process.desks.networks:
        process.desks.of(network).on_ring(crew.call)
    hands = [_hand(process, modem, crew, pages[modem.network]) for modem in system.modems]
    process.sims = sims = [sim for sim, _ in hands]
    if sims:
        watch = process.system.metrics.watch
        watch("modem_words", "What modems said, by kind.", partial(_words, sims), label="kind")
        watch("modem_online", "Modems that may send.", partial(_online, sims), label="modem")
        text = "What the settings let the SIM in a modem begin in a day, by the SIM's number."
        watch("sim_segments_per_day", text, partial(_quotas, sims), label="sim")
        text = "Airtime of the SIM in a modem, in ngwee, as its network said last."
        watch("modem_airtime_ngwee", text, partial(_airtime, sims), label="modem")
        text = "How strong a modem's network is, in dBm, as it said last."
        watch("modem_signal_dbm", text, system.reception.known, label="modem")
    for sim in sims:
        check = f"{MODEM_CHECK}{sim.settings.name}"
        process.system.signals.add_check(check, partial(_trouble, sim), is_vital=False)
        process.system.signals.add_note(check, partial(_lacks, sim))
        if sim.airtime.code is not None:
            check = f"airtime {sim.settings.name}"
            process.system.signals.add_check(check, partial(_low, sim), is_vital=False)
    return [loop for _, loop in hands]


def _hand(
    process: Process, modem: ModemSettings, crew: Crew, pages: Pages
) -> tuple[SimRunner, Loop]:
    """Make a SIM's runner and its loop: in the crew, or in a thread that its port may block."""
    driver = process.system.open_modem(modem)
    make = partial(
        SimRunner,
        modem,
        driver,
        system=process.system,
        desk=_source(process, modem),
        holder=process.host,
        alarms=process.alarms,
        waits=process.waits,
    )
    name = f"sim-{modem.name}"
    if not isinstance(driver, WaitsAside):
        sim = make()
        return sim, Loop(name, partial(sim.step, STEP_S), at_end=sim.close, wake=sim.stop)
    driver.wait_by(crew.wait)
    sim = make(
        pages=pages,
        committer=crew,
        wait=crew.wait,
        wait_at=crew.wait_at,
    )

    def step() -> None:
        sim.step(STEP_S)
        crew.give_way()

    return sim, Loop(name, step, at_end=sim.close, wake=sim.stop, spawn=crew.strand, wait=crew.wait)


def _source(process: Process, modem: ModemSettings) -> Source:
    own = process.desks.of(modem.network)
    if not modem.off_net:
        return own
    watch = FleetWatch(process.system.store, process.system.clock)
    others = [process.desks.of(network) for network in Network if network is not modem.network]
    return Rounds(own, others, without_sim=watch.offline)


def _trouble(sim: SimRunner) -> str:
    """Say how a modem is: "ok", or why it is not up today."""
    status = sim.status
    if status.state not in DOWN or status.reason is None:
        return "ok"
    return f"{status.state}: {status.reason}"


def _lacks(sim: SimRunner) -> str | None:
    """Say what does not work on a modem that is up, such as delivery reports."""
    return sim.lacks


def _low(sim: SimRunner) -> str:
    """Say how a SIM's airtime is: "ok", or that there is little, or that nobody knows."""
    return sim.airtime.trouble or "ok"


def _airtime(sims: Sequence[SimRunner]) -> Mapping[str, float]:
    known = {sim.settings.name: sim.airtime.known for sim in sims}
    return {name: float(row.ngwee) for name, row in known.items() if row and row.ngwee is not None}


def _quotas(sims: Sequence[SimRunner]) -> Mapping[str, float]:
    on_duty = [(sim.carrier.lease.duty, sim.settings.segments_per_day) for sim in sims]
    return {str(duty.sim): float(most) for duty, most in on_duty if duty is not None and most}


def _words(sims: Sequence[SimRunner]) -> Mapping[str, float]:
    return sum((sim.counts for sim in sims), Counter[str]())


def _online(sims: Sequence[SimRunner]) -> Mapping[str, float]:
    statuses = [sim.status for sim in sims]
    return {status.modem: float(status.state in UP) for status in statuses}


SIMS: Final = Part(
    "sims", frozenset({ProcessRole.ALL, ProcessRole.WORKER}), Stage.CARRY, _make, is_vital=False
)

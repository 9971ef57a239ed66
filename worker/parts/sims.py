"""A thread for each SIM of this host; a modem that is not well hurts nobody's readiness."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from application.fleet.liveness import FleetWatch
from application.fleet.rounds import Rounds, Source
from application.ports import MODEM_CHECK, ModemSettings
from domain.values import Network
from worker.parts.loop import Loop
from worker.parts.part import Part, Process, ProcessRole, Stage
from worker.sims import SimRunner

STEP_S: Final = 1.0
UP: Final = frozenset({"online", "sending"})
"""States of a SIM's thread in which it takes messages."""
DOWN: Final = frozenset({"offline", "needs a person"})
"""States in which its modem is not up; a modem that was not tried yet has no reason."""


def _make(process: Process) -> Sequence[Loop]:
    process.sims = sims = [_runner(process, modem) for modem in process.system.modems]
    if sims:
        watch = process.system.metrics.watch
        watch("modem_words", "What modems said, by kind.", partial(_words, sims), label="kind")
        watch("modem_online", "Modems that may send.", partial(_online, sims), label="modem")
        text = "Airtime of the SIM in a modem, in ngwee, as its network said last."
        watch("modem_airtime_ngwee", text, partial(_airtime, sims), label="modem")
    for sim in sims:
        check = f"{MODEM_CHECK}{sim.settings.name}"
        process.system.signals.add_check(check, partial(_trouble, sim), is_vital=False)
        if sim.airtime.code is not None:
            check = f"airtime {sim.settings.name}"
            process.system.signals.add_check(check, partial(_low, sim), is_vital=False)
    return [
        Loop(
            f"sim-{sim.settings.name}",
            partial(sim.step, STEP_S),
            at_end=sim.close,
            wake=sim.stop,
        )
        for sim in sims
    ]


def _runner(process: Process, modem: ModemSettings) -> SimRunner:
    system = process.system
    return SimRunner(
        modem,
        system.open_modem(modem),
        system=system,
        desk=_source(process, modem),
        holder=process.host,
        alarms=process.alarms,
        waits=process.waits,
    )


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


def _low(sim: SimRunner) -> str:
    """Say how a SIM's airtime is: "ok", or that there is little, or that nobody knows."""
    return sim.airtime.trouble or "ok"


def _airtime(sims: Sequence[SimRunner]) -> Mapping[str, float]:
    known = {sim.settings.name: sim.airtime.known for sim in sims}
    return {name: float(row.ngwee) for name, row in known.items() if row and row.ngwee is not None}


def _words(sims: Sequence[SimRunner]) -> Mapping[str, float]:
    return sum((sim.counts for sim in sims), Counter[str]())


def _online(sims: Sequence[SimRunner]) -> Mapping[str, float]:
    statuses = [sim.status for sim in sims]
    return {status.modem: float(status.state in UP) for status in statuses}


SIMS: Final = Part(
    "sims", frozenset({ProcessRole.ALL, ProcessRole.WORKER}), Stage.CARRY, _make, is_vital=False
)

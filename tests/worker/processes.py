"""A whole gateway process in the test's: all threads of a role, over simulated modems."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from adapters.bootstrap import bootstrap
from adapters.modems.at.rejections import outcome_of_line
from adapters.modems.simulated.driver import SimulatedModemDriver
from adapters.modems.simulated.network_log import MemoryNetworkLog, SegmentOnAir
from adapters.modems.simulated.sim_card import imsi_for
from adapters.settings import Settings
from application.books.due import DueWork
from application.fleet.waits import SimWaits
from application.ports import ModemSettings
from application.system import System
from domain.values import Network
from tests.support.system import FastKeyHasher
from tests.worker.gateway import FAST, Gateway, ShiftedClock
from worker.parts import PARTS
from worker.parts.part import Part, ProcessRole
from worker.sims import SimStatus
from worker.supervisor import Supervisor
from worker.timed_work import due_work

LIMIT_S: Final = 15.0


def own_threads() -> set[str]:
    """Name a supervisor's threads; another test's web app may have left pools ("…-hash_0")."""
    names = {thread.name for thread in threading.enumerate()}
    return {
        name.removeprefix("ngoma-")
        for name in names
        if name.startswith("ngoma-") and "_" not in name
    } - {"logs"}  # the outlet of logs outlives what it serves


class Air(MemoryNetworkLog):
    """A network log that says when a segment came."""

    def __init__(self) -> None:
        super().__init__()
        self.came = threading.Event()
        self.came_at_s = 0.0

    def append(self, segment: SegmentOnAir) -> None:
        self.came_at_s = time.monotonic()
        super().append(segment)
        self.came.set()


class Running(Gateway):
    """A gateway with all its threads."""

    supervisor: Supervisor
    air: Air

    def __init__(self, system: System, air: Air) -> None:
        super().__init__(system, system.clock, system.store)  # type: ignore[arg-type]
        self.air = air

    def modems(self) -> list[SimStatus]:
        return [sim.status for sim in self.supervisor.process.sims]

    def sent(self, count: int) -> None:
        self.until(lambda: len(self.air.segments) >= count)

    def metrics(self) -> str:
        return self.system.metrics.render()[0].decode()


@contextmanager
def running(
    folder: Path,
    *,
    sims: int = 1,
    role: ProcessRole = ProcessRole.ALL,
    name: str = "m",
    latency_s: float = 0.0,
    off_net: bool = False,
    segments_per_day: int = 0,
    first_kind: type[SimulatedModemDriver] = SimulatedModemDriver,
    parts: Sequence[Part] = PARTS,
    waits: SimWaits = FAST,
    work: Callable[[System], Sequence[DueWork]] = due_work,
    **settings: Any,
) -> Iterator[Running]:
    clock, air = ShiftedClock(), Air()

    def open_modem(modem: ModemSettings) -> SimulatedModemDriver:
        kind = first_kind if modem == modems[0] else SimulatedModemDriver
        return kind(
            modem.name,
            clock=clock,
            error_table=outcome_of_line,
            log=air,
            latency_s=latency_s,
            imsi=imsi_for(modem.name),
        )

    modems = tuple(
        ModemSettings(
            name=f"{name}{place}",
            device="",
            network=Network.MTN,
            driver="simulated",
            segments_per_minute=0,
            segments_per_day=segments_per_day,
            off_net=off_net,
        )
        for place in range(sims)
    )
    system = bootstrap(
        Settings(data_dir=folder, modems=modems, **settings), hasher=FastKeyHasher(), clock=clock
    )
    system = replace(system, open_modem=open_modem)
    system.store.migrate()
    system.follower.migrate()
    gateway = Running(system, air)
    gateway.supervisor = Supervisor(
        system, role, parts=parts, work=work(system), waits=waits, host=f"host-{name}"
    )
    gateway.supervisor.start()
    try:
        yield gateway
    finally:
        assert gateway.supervisor.stop(20)
        system.close()


def until(condition: Callable[[], bool]) -> None:
    limit_s = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < limit_s
        threading.Event().wait(0.002)


def all_online(gw: Running) -> None:
    until(lambda: {status.state for status in gw.modems()} == {"online"})

"""The modem drivers under conformance: how each is put on a bench, and what it guarantees."""

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from adapters.modems.at.driver import AtModemDriver
from adapters.modems.at.port import SerialPort
from adapters.modems.at.rejections import outcome_of_line
from adapters.modems.at.timeouts import AtTimeouts
from adapters.modems.simulated.driver import SimulatedModemDriver
from adapters.modems.simulated.emulator import Emulator
from adapters.modems.simulated.memory import MemoryPort
from adapters.modems.simulated.network_log import FileNetworkLog
from adapters.modems.simulated.profiles import PROFILES
from adapters.modems.simulated.pty import EmulatorPty
from adapters.modems.simulated.sim_card import SimCard, imsi_for
from application.ports import ModemDriver
from domain.reports import InboundReceived, Place, RegistrationChanged, StatusReportReceived
from tests.adapters.modems.emulated import RealClock, VirtualClock, read_log

HARD_S = 0.6
TIMEOUTS = AtTimeouts(
    sync_s=1.0,
    command_s=2.0,
    sim_ready_s=1.0,
    registration_s=1.0,
    poll_s=0.05,
    prompt_s=0.5,
    answer_s=0.3,
    hard_answer_s=HARD_S,
    ok_after_cmgs_s=0.3,
    cmgs_after_ok_s=0.2,
    late_answer_s=0.9,
    quiet_s=0.02,
)
IMSI = imsi_for("conformance")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarantees:
    """What a driver does beyond what every driver must."""

    tells_of_a_reboot: bool = True
    """Otherwise a modem that starts anew is silent, and shows later by lost modes."""
    hears_inbound: bool = True
    """Whether messages and status reports reach it."""
    hears_registration: bool = True
    """Whether it is told when the network is lost."""


@dataclass(frozen=True, slots=True)
class Rig:
    """One driver on one modem, and the network behind it."""

    driver: ModemDriver
    log_path: Path
    report: Callable[[bytes], None]
    deliver: Callable[[bytes], None]
    lose_network: Callable[[], None]
    pass_time: Callable[[float], None]

    @property
    def on_air(self) -> Sequence[dict[str, object]]:
        return read_log(self.log_path)


MakeRig = Callable[..., contextlib.AbstractContextManager[Rig]]


def at_over_a_pty(profile: str) -> MakeRig:
    @contextlib.contextmanager
    def rig(folder: Path, *faults: str, first_reference: int = 0) -> Iterator[Rig]:
        clock = RealClock()
        emulator = Emulator(
            PROFILES[profile],
            SimCard(IMSI),
            clock=clock,
            log=FileNetworkLog(folder / "network.log"),
            faults=faults,
            first_reference=first_reference,
        )
        link = folder / "modem"
        with EmulatorPty(emulator, link, clock=clock) as server:
            driver = AtModemDriver(
                lambda: SerialPort(str(link), clock=clock), clock=clock, timeouts=TIMEOUTS
            )
            yield Rig(
                driver,
                folder / "network.log",
                lambda pdu: server.ask(lambda modem, now_s: modem.report(pdu, now_s)),
                lambda pdu: server.ask(lambda modem, now_s: modem.deliver(pdu, now_s)),
                lambda: server.ask(lambda modem, now_s: modem.register(2, now_s)),
                time.sleep,
            )
            driver.close()

    return rig


def at_in_memory(profile: str) -> MakeRig:
    @contextlib.contextmanager
    def rig(folder: Path, *faults: str, first_reference: int = 0) -> Iterator[Rig]:
        clock = VirtualClock()
        emulator = Emulator(
            PROFILES[profile],
            SimCard(IMSI),
            clock=clock,
            log=FileNetworkLog(folder / "network.log"),
            faults=faults,
            first_reference=first_reference,
        )
        driver = AtModemDriver(
            lambda: MemoryPort(emulator, clock=clock, wait_until=clock.wait_until),
            clock=clock,
            timeouts=TIMEOUTS,
        )
        yield Rig(
            driver,
            folder / "network.log",
            lambda pdu: emulator.report(pdu, clock.monotonic_s()),
            lambda pdu: emulator.deliver(pdu, clock.monotonic_s()),
            lambda: emulator.register(2, clock.monotonic_s()),
            lambda seconds: clock.wait_until(clock.monotonic_s() + seconds),
        )
        driver.close()

    return rig


@contextlib.contextmanager
def simulated(folder: Path, *faults: str, first_reference: int = 0) -> Iterator[Rig]:
    clock = VirtualClock()
    driver = SimulatedModemDriver(
        "conformance",
        clock=clock,
        error_table=outcome_of_line,
        log=FileNetworkLog(folder / "network.log"),
        faults=faults,
        patience_s=HARD_S,
        imsi=IMSI,
        first_reference=first_reference,
        wait_until=clock.wait_until,
    )
    yield Rig(
        driver,
        folder / "network.log",
        lambda pdu: driver.receive(StatusReportReceived(pdu)),
        lambda pdu: driver.receive(InboundReceived(pdu, Place("SM", 1))),
        lambda: driver.receive(RegistrationChanged(registered=False)),
        lambda seconds: clock.wait_until(clock.monotonic_s() + seconds),
    )
    driver.close()


MINIMAL = Guarantees(tells_of_a_reboot=False, hears_inbound=False, hears_registration=False)
RIGS: dict[str, tuple[MakeRig, Guarantees]] = {
    "at e173 on a pty": (at_over_a_pty("e173"), Guarantees()),
    "at sim800 on a pty": (at_over_a_pty("sim800"), Guarantees()),
    "at ec25 on a pty": (at_over_a_pty("ec25"), Guarantees()),
    "at minimal on a pty": (at_over_a_pty("minimal"), MINIMAL),
    "at e173 in memory": (at_in_memory("e173"), Guarantees()),
    "at sim800 in memory": (at_in_memory("sim800"), Guarantees()),
    "at ec25 in memory": (at_in_memory("ec25"), Guarantees()),
    "at minimal in memory": (at_in_memory("minimal"), MINIMAL),
    "simulated": (simulated, Guarantees()),
}
WITH_FAULTS = (
    "at sim800 on a pty",  # one in real time; the others' silences cost nothing
    *(name for name in RIGS if "pty" not in name),
)


def marked(rigs: Iterable[str]) -> list[Any]:
    """Mark the rigs over a pty, which take real time: ``make check`` leaves them out."""
    processes = pytest.mark.processes
    return [pytest.param(rig, marks=processes) if "pty" in rig else rig for rig in rigs]


over_every_fault = pytest.mark.parametrize("name", marked(WITH_FAULTS))

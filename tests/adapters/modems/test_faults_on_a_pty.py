"""Each fault that modems have, once over a real pty: all of them at the same time."""

import re
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pytest

from adapters.modems.at.driver import AtModemDriver
from adapters.modems.at.port import SerialPort
from adapters.modems.simulated.emulator import Emulator
from adapters.modems.simulated.network_log import MemoryNetworkLog
from adapters.modems.simulated.profiles import SIM800
from adapters.modems.simulated.pty import EmulatorPty
from adapters.modems.simulated.sim_card import SimCard, imsi_for
from application.ports import ModemUnavailable
from domain.reports import LinkLost
from tests.adapters.modems.emulated import RealClock, go, tpdu
from tests.adapters.modems.fault_list import FAULTS
from tests.conformance.modem_rigs import TIMEOUTS

pytestmark = [pytest.mark.processes, pytest.mark.slow]

TRIES: Final = 25
"""Segments and openings until all must be well again."""


def quickened(spec: str) -> str:
    """Let a fault pass in tenths of a second: a pty knows no virtual time."""
    return re.sub(r"late=\d+", "late=0.8", re.sub(r"back=\d+", "back=0.3", spec))


class Trial:
    """One modem with one fault, and the driver that has to live with it."""

    def __init__(self, fault: str, link: Path) -> None:
        clock = RealClock()
        self.log = MemoryNetworkLog()
        emulator = Emulator(
            SIM800,
            SimCard(imsi_for(fault)),
            clock=clock,
            log=self.log,
            faults=[quickened(fault)],
            report_after_s=0.05,
        )
        self.server = EmulatorPty(emulator, link, clock=clock)
        self.driver = AtModemDriver(
            lambda: SerialPort(str(link), clock=clock), clock=clock, timeouts=TIMEOUTS
        )
        self.accepted: list[str] = []

    def run(self) -> None:
        """Send until three in a row are accepted once the fault has struck."""
        with self.server:
            self._opened()
            for number in range(TRIES):
                text = f"text {number}"
                outcome = self.driver.submit(tpdu(text), start=go)
                is_accepted = type(outcome).__name__ == "Accepted"
                self.accepted = [*self.accepted, text] if is_accepted else []
                if number >= 3 and len(self.accepted) >= 3:
                    break
                heard = self.driver.step(0.05)
                is_lost = any(isinstance(report, LinkLost) for report in heard)
                if is_lost or self.driver.health() is None:
                    self._opened()
            self.driver.close()

    def _opened(self) -> None:
        for _ in range(TRIES):
            try:
                self.driver.open()
            except ModemUnavailable:
                threading.Event().wait(0.1)
            else:
                return


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Future[Trial]]]:
    folder = tmp_path_factory.mktemp("modems")

    def run(number: int, fault: str) -> Trial:
        trial = Trial(fault, folder / f"modem{number}")
        trial.run()
        return trial

    with ThreadPoolExecutor(len(FAULTS)) as pool:
        yield {
            fault: pool.submit(run, number, fault) for number, fault in enumerate(FAULTS.values())
        }


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_modem_is_well_again_after_its_fault_and_sent_nothing_twice(
    trials: Mapping[str, Future[Trial]], fault: str
) -> None:
    trial = trials[fault].result(60)
    texts = [segment.text for segment in trial.log.segments]
    assert len(texts) == len(set(texts))
    assert len(trial.accepted) >= 3
    assert set(trial.accepted) <= set(texts)

"""The operator says how long a modem may take to answer a segment, and that is waited for."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import pytest

from adapters.bootstrap import bootstrap
from adapters.clock import SystemClock
from adapters.modems.simulated.emulator import Emulator
from adapters.modems.simulated.network_log import MemoryNetworkLog
from adapters.modems.simulated.profiles import PROFILES
from adapters.modems.simulated.pty import EmulatorPty
from adapters.modems.simulated.sim_card import SimCard, imsi_for
from adapters.settings import load_settings
from application.ports import ModemDriver, ModemSettings
from domain.causes import OwnCause
from domain.errors import InvalidRequest
from domain.reports import Accepted, InDoubt
from domain.tpdu import encode_segment
from domain.values import Encoding, Network

TPDU: Final = encode_segment(
    "+260961234567",
    ["hello"],
    0,
    Encoding.GSM7,
    concat_ref=None,
    validity_minutes=60,
    status_report=True,
)
LATE_S: Final = 1.0


@contextmanager
def modem(folder: Path, *, timeout: str) -> Iterator[ModemDriver]:
    """Give the driver that a gateway with this setting opens; its modem answers after a second."""
    clock, link = SystemClock(), folder / "slow.tty"
    card = SimCard(imsi_for("slow"))
    emulator = Emulator(
        PROFILES["e173"],
        card,
        clock=clock,
        log=MemoryNetworkLog(),
        faults=[f"late={LATE_S}"],
    )
    settings = load_settings(
        environment={"NGOMA_AT_ANSWER_TIMEOUT_S": timeout}, data_dir=folder / "data"
    )
    with ExitStack() as stack:
        system = bootstrap(settings)
        stack.callback(system.close)
        stack.enter_context(EmulatorPty(emulator, link, clock=clock))
        driver = system.open_modem(ModemSettings("slow", str(link), Network.MTN))
        stack.callback(driver.close)
        driver.open()
        yield driver


def test_a_segment_without_an_answer_in_time_is_in_doubt(tmp_path: Path) -> None:
    with modem(tmp_path, timeout="0.3") as driver:
        began_s = time.monotonic()
        outcome = driver.submit(TPDU, start=lambda: True)
        took_s = time.monotonic() - began_s
    assert outcome == InDoubt(OwnCause.NO_ANSWER, "no answer in 0.3 s")
    assert 0.3 <= took_s < LATE_S


@pytest.mark.slow
def test_more_time_hears_the_same_answer(tmp_path: Path) -> None:
    with modem(tmp_path, timeout="30") as driver:
        assert isinstance(driver.submit(TPDU, start=lambda: True), Accepted)


@pytest.mark.parametrize("wrong", ["0", "-1", "120.1"])
def test_a_limit_that_no_lease_could_outlast_is_refused_in_words(wrong: str) -> None:
    with pytest.raises(InvalidRequest, match=r"must be from 0\.1 to 120"):
        load_settings(environment={"NGOMA_AT_ANSWER_TIMEOUT_S": wrong})

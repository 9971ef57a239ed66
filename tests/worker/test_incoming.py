"""What comes to a SIM is saved once, and the modem forgets it after that and not before."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from adapters.modems.at.driver import AtModemDriver
from adapters.modems.at.port import SerialPort
from adapters.modems.simulated.driver import SimulatedModemDriver
from adapters.modems.simulated.emulator import Emulator
from adapters.modems.simulated.profiles import PROFILES
from adapters.modems.simulated.pty import EmulatorPty
from adapters.modems.simulated.sim_card import SimCard, imsi_for
from domain.contents import ContentKind
from domain.reports import (
    InboundReceived,
    Incoming,
    MemoryFreed,
    MemoryFull,
    Place,
    StatusReportReceived,
)
from tests.adapters.modems.emulated import vector_pdus
from tests.worker.gateway import Gateway
from worker.sims import SimRunner

REPORT = vector_pdus("status_report.json")[0]
MESSAGES = vector_pdus("deliver.json")


def kept(gw: Gateway) -> list[bytes]:
    """Give the PDUs that stand beside the log, in the order in which they were saved."""
    rows = (gw.system.store.content(ContentKind.INBOUND, number) for number in range(1, 30))
    return [bytes.fromhex(row.body) for row in rows if row is not None and row.body is not None]


class Forgetless(SimulatedModemDriver):
    """Deletes nothing: as when the gateway dies between saving and deleting."""

    forgets = False

    def forget(self, incoming: Incoming) -> None:
        if self.forgets:
            super().forget(incoming)


@pytest.mark.parametrize(
    "incoming",
    [
        StatusReportReceived(REPORT, Place("SM", 1)),
        InboundReceived(MESSAGES[0], Place("SM", 1)),
        InboundReceived(b"\0" * 30, Place("SM", 1)),
    ],
    ids=["report", "message", "nothing that can be read"],
)
def test_what_was_saved_before_a_crash_is_deleted_after_it_and_kept_once(
    gw: Gateway, incoming: StatusReportReceived | InboundReceived
) -> None:
    driver = gw.driver("a", kind=Forgetless)
    assert isinstance(driver, Forgetless)
    sim = gw.sim(driver)
    gw.online(sim)
    driver.receive(incoming)
    gw.until(lambda: len(kept(gw)) == 1, sim)
    sim.close()
    assert driver._stored == {incoming.place: incoming}
    driver.forgets = True
    after = gw.sim(driver)
    gw.until(lambda: driver._stored == {}, after)
    assert kept(gw) == [incoming.pdu]
    after.close()


def test_a_store_that_is_away_leaves_it_in_the_modem_until_it_is_back(gw: Gateway) -> None:
    driver = gw.driver("a")
    sim = gw.sim(driver)
    gw.online(sim)
    gw.store.is_down = True
    driver.receive(InboundReceived(MESSAGES[0], Place("SM", 1)))
    gw.until(lambda: sim.counts["InboundReceived"] == 1, sim)
    gw.steps(5, sim)
    assert list(driver._stored) == [Place("SM", 1)]
    gw.store.is_down = False
    gw.until(lambda: driver._stored == {}, sim)
    assert kept(gw) == MESSAGES[:1]
    sim.close()


def test_a_full_memory_is_an_alarm_until_there_is_a_place_again(gw: Gateway) -> None:
    driver = gw.driver("a")
    sim = gw.sim(driver)
    gw.online(sim)
    driver.receive(MemoryFull("full"))
    gw.until(lambda: any("memory" in name for name in gw.alarms.standing()), sim)
    driver.receive(MemoryFreed())
    gw.until(lambda: not gw.alarms.standing(), sim)
    sim.close()


@contextmanager
def emulated(gw: Gateway, link: Path, card: SimCard) -> Iterator[tuple[EmulatorPty, SimRunner]]:
    emulator = Emulator(PROFILES["e173"], card, clock=gw.clock, log=gw.air)
    with EmulatorPty(emulator, link, clock=gw.clock) as server:
        driver = AtModemDriver(lambda: SerialPort(str(link), clock=gw.clock), clock=gw.clock)
        sim = gw.sim(driver, "e")
        try:
            yield server, sim
        finally:
            sim.close()


def test_over_a_serial_port_what_lies_in_the_sim_and_what_comes_later_is_saved_and_deleted(
    gw: Gateway, tmp_path: Path
) -> None:
    card = SimCard(imsi_for("e"))
    for pdu in (*MESSAGES[:2], REPORT):
        card.store(pdu)
    with emulated(gw, tmp_path / "e.tty", card) as (server, sim):
        gw.until(lambda: len(kept(gw)) == 3 and card.stored == {}, sim)
        server.ask(lambda modem, now_s: modem.deliver(MESSAGES[2], now_s))
        gw.until(lambda: len(kept(gw)) == 4 and card.stored == {}, sim)
    assert kept(gw) == [*MESSAGES[:2], REPORT, MESSAGES[2]]

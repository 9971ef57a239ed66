"""What an emulated modem is to say next is never said to be due when it cannot be said yet."""

from collections.abc import Callable

import pytest

from adapters.modems.simulated.emulator import BOOT_S, Emulator
from adapters.modems.simulated.memory import MemoryPort
from adapters.modems.simulated.network_log import MemoryNetworkLog
from adapters.modems.simulated.profiles import SIM800
from adapters.modems.simulated.sim_card import SimCard, imsi_for
from domain.segments import segment
from domain.tpdu import encode_submit
from tests.adapters.modems.emulated import RECIPIENT, VirtualClock

REPORT_S = 2.0
LOOKS_MAX = 50


class ModemWithReport:
    """It has sent a segment, and its delivery report comes ``REPORT_S`` later."""

    def __init__(self, *faults: str) -> None:
        self.clock = VirtualClock()
        self.looks = 0
        sim = SimCard(imsi_for("wire"))
        self.modem = Emulator(
            SIM800,
            sim,
            clock=self.clock,
            log=MemoryNetworkLog(),
            faults=faults,
            report_after_s=REPORT_S,
        )
        self.port = MemoryPort(self.modem, clock=self.clock, wait_until=self._wait_until)
        self.send()

    def send(self) -> None:
        cut = segment("hello")
        pdu = encode_submit(
            RECIPIENT, cut.parts, cut.text.encoding, concat_ref=7, status_report=True
        )[0]
        self.port.write(b"ATE0\rAT+CMGF=0\rAT+CNMI=2,1,0,1,0\r")
        self.port.write(f"AT+CMGS={len(pdu)}\r".encode())
        self.port.write(b"00" + pdu.hex().encode() + b"\x1a")

    def _wait_until(self, moment_s: float) -> None:
        self.looks += 1
        assert self.looks < LOOKS_MAX, "it waits for what cannot come yet, and no time passes"
        self.clock.wait_until(moment_s)

    def read_for(self, seconds: float) -> bytes:
        """Read until nothing comes for so long."""
        said = b""
        while data := self.port.read(self.clock.seconds + seconds):
            said += data
        return said


def test_a_report_that_is_due_while_the_modem_starts_anew_waits_until_it_hears() -> None:
    bench = ModemWithReport()
    bench.read_for(REPORT_S / 2)
    bench.clock.seconds = 1_000.0 + REPORT_S - BOOT_S / 2
    bench.modem.reboot(bench.clock.seconds)
    assert b"RDY" in bench.read_for(1.0)
    assert bench.clock.seconds == pytest.approx(1_000.0 + REPORT_S + BOOT_S / 2 + 1.0)


def unplugged(bench: ModemWithReport) -> None:
    bench.send()  # the second segment meets the fault


def rebooting(bench: ModemWithReport) -> None:
    bench.modem.reboot(bench.clock.seconds)


@pytest.mark.parametrize("happens", [unplugged, rebooting])
def test_what_has_been_fetched_leaves_nothing_due_in_the_past(
    happens: Callable[[ModemWithReport], None],
) -> None:
    bench = ModemWithReport("unplug:after=1:back=30")
    happens(bench)
    for _ in range(200):
        bench.clock.seconds += 0.025
        bench.modem.due(bench.clock.seconds)
        due_s = bench.modem.next_due_s
        assert due_s is None or due_s > bench.clock.seconds

"""The emulator behaves like a modem where a driver could be wrong, and its log tells no lies."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.modems.at.driver import AtModemDriver
from adapters.modems.at.port import SerialPort
from adapters.modems.at.timeouts import AtTimeouts
from adapters.modems.simulated.emulator import Emulator
from adapters.modems.simulated.faults import STORM, Fault, FaultKind, FaultPlan, Stage, parse_fault
from adapters.modems.simulated.network_log import FileNetworkLog, MemoryNetworkLog
from adapters.modems.simulated.profiles import E173, PROFILES, SIM800, Profile
from adapters.modems.simulated.pty import EmulatorPty
from adapters.modems.simulated.sim_card import SimCard, iccid_for, imsi_for
from domain.reports import Accepted, InDoubt
from domain.tpdu import decode_status_report
from tests.adapters.modems.emulated import (
    RealClock,
    VirtualClock,
    go,
    read_log,
    tpdu,
    tpdus,
    vector_pdus,
)

ROOT = Path(__file__).parents[3]


class Wire:
    """Somebody who types at an emulator."""

    def __init__(
        self, profile: Profile = SIM800, *faults: str, pin: str | None = None, latency_s: float = 0
    ) -> None:
        self.clock = VirtualClock()
        self.log = MemoryNetworkLog()
        self.sim = SimCard(imsi_for("wire"), pin=pin)
        self.modem = Emulator(
            profile,
            self.sim,
            clock=self.clock,
            log=self.log,
            faults=faults,
            latency_s=latency_s,
        )

    def type(self, data: bytes, *, wait_s: float = 0.0) -> bytes:
        self.modem.feed(data, self.clock.seconds)
        self.clock.seconds += wait_s
        return self.modem.due(self.clock.seconds)

    def send(self, pdu: bytes, *, octets: int | None = None) -> bytes:
        self.type(b"ATE0\rAT+CMGF=0\r")
        self.type(f"AT+CMGS={len(pdu) if octets is None else octets}\r".encode())
        return self.type(b"00" + pdu.hex().encode() + b"\x1a")


def test_echo_is_on_at_first_and_the_answer_follows_it() -> None:
    wire = Wire()
    assert wire.type(b"AT\r") == b"AT\r\r\nOK\r\n"
    assert wire.type(b"ATE0\r") == b"ATE0\r\r\nOK\r\n"
    assert wire.type(b"A") == b""
    assert wire.type(b"T\r") == b"\r\nOK\r\n"


def test_the_prompt_has_no_line_end_and_escape_leaves_it() -> None:
    wire = Wire()
    wire.type(b"ATE0\rAT+CMGF=0\r")
    assert wire.type(b"AT+CMGS=23\r") == b"\r\n> "
    assert wire.type(b"0001") == b""
    assert wire.type(b"\x1b") == b"\r\nOK\r\n"
    assert wire.type(b"AT\r") == b"\r\nOK\r\n"
    assert not wire.log.segments


def test_in_text_mode_a_pdu_goes_out_as_somebodys_text() -> None:
    wire = Wire()
    wire.type(b"ATE0\r")
    assert wire.type(b"AT+CMGS=23\r") == b"\r\n> "
    assert wire.type(b"0001AB\x1a") == b"\r\n+CMGS: 1\r\n\r\nOK\r\n"
    assert [(entry.recipient, entry.text) for entry in wire.log.segments] == [("23", "0001AB")]


@pytest.mark.parametrize(
    ("pdu", "octets"), [(b"\x01\x02", None), (tpdu(), 3), (tpdu()[:-2], None), (b"", None)]
)
def test_a_pdu_that_is_not_what_was_announced_is_refused(pdu: bytes, octets: int | None) -> None:
    wire = Wire()
    assert wire.send(pdu, octets=octets) == b"\r\n+CMS ERROR: 304\r\n"
    assert not wire.log.segments


def test_the_log_has_the_segment_before_the_modem_answers(tmp_path: Path) -> None:
    wire = Wire(latency_s=2)
    path = tmp_path / "network.log"
    wire.modem._log = FileNetworkLog(path)
    assert wire.send(tpdu("on the air")) == b""
    (entry,) = read_log(path)
    assert entry["text"] == "on the air"
    assert entry["mr"] == 1
    assert wire.type(b"", wait_s=2) == b"\r\n+CMGS: 1\r\n\r\nOK\r\n"


def test_a_log_line_has_just_these_fields(tmp_path: Path) -> None:
    wire = Wire()
    wire.clock.seconds += 0.25
    wire.modem._log = FileNetworkLog(tmp_path / "log")
    for part in tpdus("mwaiseni " * 30, "+260966000001", reference=9):
        wire.send(part)
    first, second = read_log(tmp_path / "log")
    assert first == {
        "time": "2026-11-18T11:23:20.250000Z",
        "imsi": wire.sim.imsi,
        "recipient": "+260966000001",
        "text": ("mwaiseni " * 30)[:153],
        "part": 1,
        "of": 2,
        "reference": 9,
        "mr": 1,
        "pdu": "00" + tpdus("mwaiseni " * 30, "+260966000001", reference=9)[0].hex().upper(),
    }
    assert (second["part"], second["mr"]) == (2, 2)


def test_a_reboot_forgets_everything_and_is_deaf_for_a_moment() -> None:
    wire = Wire()
    wire.type(b"ATE0\rAT+CMGF=0\rAT+CREG=1\rAT+CNMI=2,1,0,1,0\r")
    wire.modem.reboot(wire.clock.seconds)
    assert wire.type(b"AT\r") == b""
    assert wire.type(b"", wait_s=1).startswith(b"\r\nRDY\r\n\r\n+CFUN: 1\r\n")
    assert wire.type(b"AT+CMGF?\r") == b"AT+CMGF?\r\r\n+CMGF: 1\r\n\r\nOK\r\n"
    assert b"+CREG: 0,1" in wire.type(b"AT+CREG?\r")
    wire.modem.report(vector_pdus("status_report.json")[0], wire.clock.seconds)
    assert wire.type(b"") == b""


def test_a_locked_sim_has_three_tries_and_is_locked_again_after_a_reboot() -> None:
    wire = Wire(pin="1234")
    wire.type(b"ATE0\rAT+CMEE=1\rAT+CMGF=0\r")
    assert b"+CPIN: SIM PIN" in wire.type(b"AT+CPIN?\r")
    assert b"+CME ERROR: 11" in wire.type(b"AT+CIMI\r")
    assert b"+CMS ERROR: 311" in wire.type(b"AT+CMGS=20\r")
    assert b"+CME ERROR: 16" in wire.type(b'AT+CPIN="0000"\r')
    assert b"+SPIC: 2," in wire.type(b"AT+SPIC\r")
    assert wire.type(b'AT+CPIN="1234"\r').startswith(b"\r\nOK\r\n")
    assert b"+CPIN: READY" in wire.type(b"AT+CPIN?\r")
    wire.modem.reboot(wire.clock.seconds)
    wire.type(b"", wait_s=1)
    wire.type(b"ATE0\r")
    for _ in range(3):
        wire.type(b'AT+CPIN="0000"\r')
    assert b"+CPIN: SIM PUK" in wire.type(b"AT+CPIN?\r")
    assert b"OK" not in wire.type(b'AT+CPIN="1234"\r')


def test_an_unregistered_modem_sends_nothing() -> None:
    wire = Wire()
    wire.modem.register(2, wire.clock.seconds)
    assert b"+CMS ERROR: 331" in wire.send(tpdu())
    assert not wire.log.segments


def test_a_late_answer_comes_while_other_commands_are_answered() -> None:
    wire = Wire(SIM800, "late=30")
    assert wire.send(tpdu()) == b""
    assert wire.type(b"AT\r") == b"\r\nOK\r\n"
    assert wire.type(b"", wait_s=30) == b"\r\n+CMGS: 1\r\n\r\nOK\r\n"


def test_a_modem_that_is_busy_with_a_segment_hears_the_next_command_after_it() -> None:
    wire = Wire(latency_s=2)
    assert wire.send(tpdu()) == b""
    assert wire.type(b"AT\r", wait_s=1) == b""
    assert wire.type(b"AT\r", wait_s=1) == b"\r\n+CMGS: 1\r\n\r\nOK\r\n" + b"\r\nOK\r\n" * 2


def test_the_storm_says_nothing_that_counts() -> None:
    report = next(line for line in STORM if line.startswith("+CDS"))
    decoded = decode_status_report(bytes.fromhex(report.split("\r\n")[1]))
    assert decoded.recipient == "+260000000000"  # nobody's number
    wire = Wire(E173, "urc-storm")
    said = wire.type(b"AT\r")
    assert said.endswith(b"\r\nOK\r\n")
    assert len(said) > len(b"AT\r\r\nOK\r\n")


def test_noise_and_overlong_lines_do_not_upset_it() -> None:
    wire = Wire()
    wire.type(b"ATE0\r")
    assert wire.type(b"\x00\xffnoise\r") == b"\r\nERROR\r\n"
    wire.type(b"A" * 100_000)
    assert b"ERROR" in wire.type(b"\r")
    assert wire.type(b"AT+CNMI=x,y\rAT+CREG=\r").count(b"ERROR") == 2


# -- the script of faults -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "fault"),
    [
        ("no-answer", Fault(kind=FaultKind.NO_ANSWER, is_sent=True)),
        ("no-answer:sent=no", Fault(kind=FaultKind.NO_ANSWER)),
        ("cms=38:times=2", Fault(kind=FaultKind.CMS, code=38, times=2)),
        ("cme=515:p=0.25", Fault(kind=FaultKind.CME, code=515, chance=0.25)),
        ("late=1.5:after=3", Fault(kind=FaultKind.LATE, is_sent=True, delay_s=1.5, after=3)),
        ("reboot:at=pdu", Fault(kind=FaultKind.REBOOT, at=Stage.PDU)),
        ("unplug:back=0.5", Fault(kind=FaultKind.UNPLUG, is_sent=True, back_s=0.5)),
        ("error:delay=11:sent=yes", Fault(kind=FaultKind.ERROR, is_sent=True, delay_s=11)),
        ("urc-storm=0.5", Fault(kind=FaultKind.URC_STORM, is_sent=True, chance=0.5)),
    ],
)
def test_a_fault_reads_as_it_is_written(spec: str, fault: Fault) -> None:
    assert parse_fault(spec) == fault


@pytest.mark.parametrize(
    "spec",
    [
        *("", "nonsense", "cms", "cms=x", "late", "late=-1", "late=1:sent=no", "no-answer=3"),
        *("cms=38:times=x", "cms=38:often=1", "reboot:at=noon", "no-answer:at=prompt"),
        *("cms=1:at=pdu", "no-answer:sent=maybe", "late=inf", "late=nan"),
    ],
)
def test_what_is_no_fault_is_refused_with_the_words_that_are_wrong(spec: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(spec))):
        parse_fault(spec)


def test_faults_are_dealt_out_in_order_by_count_and_by_seed() -> None:
    plan = FaultPlan(["cms=1:times=1", "cms=2:after=1:times=2", "cms=3:after=4"])
    dealt = [fault.code if (fault := plan.next_fault()) else None for _ in range(6)]
    assert dealt == [1, 2, 2, None, 3, 3]

    def luck(seed: int) -> list[bool]:
        plan = FaultPlan(["error:p=0.3"], seed=seed)
        return [plan.next_fault() is not None for _ in range(200)]

    assert luck(1) == luck(1) != luck(2)
    assert 30 < sum(luck(1)) < 90


# -- over a real pty ----------------------------------------------------------------------------


def on_pty(link: Path, log: Path, *faults: str) -> tuple[EmulatorPty, Callable[[], SerialPort]]:
    clock = RealClock()
    emulator = Emulator(
        SIM800, SimCard(imsi_for("pty")), clock=clock, log=FileNetworkLog(log), faults=faults
    )
    return EmulatorPty(emulator, link, clock=clock), lambda: SerialPort(str(link), clock=clock)


def test_the_link_is_there_while_it_is_served_and_no_descriptor_is_left(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    link = tmp_path / "modem"
    server, open_port = on_pty(link, tmp_path / "log")
    with server:
        assert link.is_symlink()
        for _ in range(3):  # the host may come and go
            port = open_port()
            port.write(b"AT\r")
            assert port.read(RealClock().monotonic_s() + 5)
            port.close()
    server.close()
    assert not link.is_symlink()
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_link_never_takes_the_place_of_a_file(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("data")
    with pytest.raises(FileExistsError):
        on_pty(precious, tmp_path / "log")
    assert precious.read_text() == "data"


def test_an_unplugged_modem_comes_back_on_another_pty_under_the_same_link(tmp_path: Path) -> None:
    link = tmp_path / "modem"
    server, open_port = on_pty(link, tmp_path / "log", "unplug:back=0.1:times=1")
    with server:
        driver = AtModemDriver(open_port, clock=RealClock(), timeouts=AtTimeouts(quiet_s=0.01))
        held = os.open(link, os.O_RDWR | os.O_NOCTTY)  # keeps the old number taken
        first = link.readlink()
        driver.open()
        assert isinstance(driver.submit(tpdu("first"), start=go), InDoubt)
        for _ in range(500):
            if link.is_symlink() and link.readlink() != first:
                break
            threading.Event().wait(0.01)
        os.close(held)
        driver.open()
        assert driver.submit(tpdu("second"), start=go) == Accepted(2)
        driver.close()
    assert [entry["text"] for entry in read_log(tmp_path / "log")] == ["first", "second"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
@pytest.mark.slow
def test_the_emulator_process_ends_cleanly_and_its_log_survives_any_end(
    tmp_path: Path, number: signal.Signals
) -> None:
    link, log = tmp_path / "modem", tmp_path / "log"
    code = (
        "from pathlib import Path; from worker.cli.modem_emulate import run_emulator; "
        f"run_emulator('e173', Path({str(link)!r}), Path({str(log)!r}), ['late=60:after=1'])"
    )
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        assert b"e173 modem answers" in process.stdout.readline()
        clock = RealClock()
        driver = AtModemDriver(
            lambda: SerialPort(str(link), clock=clock),
            clock=clock,
            timeouts=AtTimeouts(quiet_s=0.01, answer_s=0.1, hard_answer_s=0.2),
        )
        driver.open()
        assert driver.submit(tpdu("first"), start=go) == Accepted(1)
        assert isinstance(driver.submit(tpdu("second"), start=go), InDoubt)
        driver.close()
        process.send_signal(number)
        assert process.wait(10) == (-number if number is signal.SIGKILL else 0)
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
    assert link.is_symlink() is (number is signal.SIGKILL)
    assert [entry["text"] for entry in read_log(log)] == ["first", "second"]


def test_made_up_sims_are_plausible_and_always_the_same() -> None:
    assert imsi_for("a") == imsi_for("a") != imsi_for("b")
    assert len(imsi_for("a")) == 15
    assert len(iccid_for(imsi_for("a"))) == 20
    assert len(PROFILES) >= 12
    assert len({profile.imei for profile in PROFILES.values()}) == len(PROFILES)

"""What other programs write to a modem is answered as a modem does: they send through it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.modems.simulated.emulator import Emulator
from adapters.modems.simulated.network_log import MemoryNetworkLog
from adapters.modems.simulated.profiles import PROFILES, SIM800, Profile
from adapters.modems.simulated.pty import EmulatorPty
from adapters.modems.simulated.sim_card import SimCard, imsi_for
from tests.adapters.modems.emulated import RealClock, VirtualClock, tpdu, vector_pdus

REPORT = vector_pdus("status_report.json")[0]
TALKATIVE = [each for each in PROFILES.values() if each.name != "minimal"]


class Line:
    """A modem without echo, and what it says to each line."""

    def __init__(self, profile: Profile = SIM800, pin: str | None = None) -> None:
        self.clock = VirtualClock()
        self.log = MemoryNetworkLog()
        self.sim = SimCard(imsi_for("line"), pin=pin)
        self.modem = Emulator(
            replace(profile, busy_s=0.0), self.sim, clock=self.clock, log=self.log
        )
        self.type("ATE0")

    def type(self, line: str) -> list[str]:
        self.modem.feed(line.encode("latin-1") + b"\r", self.clock.seconds)
        said = self.modem.due(self.clock.seconds).decode("latin-1")
        return [piece for piece in said.replace("\r", "\n").split("\n") if piece]


@pytest.mark.parametrize("profile", TALKATIVE, ids=lambda each: each.name)
@pytest.mark.parametrize(
    "line",
    [
        *("AT&F", "ATI", "AT+CFUN=1", "AT+CFUN?", "AT+CSCA?", 'AT+CSCA="+260970000000",145'),
        *("AT+CSCS?", "AT+CSCS=?", 'AT+CSCS="GSM"', "AT+CSMS?", "AT+CSMS=?", "AT+CMGF=?"),
        *("AT+CPMS=?", "AT+CPMS?", 'AT+CPMS="SM","SM"', "AT+CNMI=?", "AT+CNMI?", "AT+CMGL=4"),
        *("AT^PORTSEL=1", "AT^CURC=0", "AT+CMGS=?", "AT+CMGD=?", "AT+CPIN=?"),
    ],
)
def test_what_stops_other_programs_when_refused_is_taken(profile: Profile, line: str) -> None:
    said = Line(profile).type(line)
    if line.startswith("AT+CPMS") and "+CPMS" in profile.leaves_out_ok:
        assert said[-1].startswith("+CPMS:")
    else:
        assert said[-1] == "OK"


def test_a_question_changes_nothing() -> None:
    line = Line(pin="1234")
    for _ in range(4):
        assert line.type("AT+CPIN=?") == ["OK"]
    assert line.sim.tries == 3
    line.type('AT+CPIN="1234"')
    for setting in ("+CMGF=0", "+CREG=1", "+CNMI=2,1,0,1,0", "+CMEE=1"):
        assert line.type(f"AT{setting}")[-1] == "OK"
        name = setting.partition("=")[0]
        before = line.type(f"AT{name}?")
        assert line.type(f"AT{name}=?")[-1] == "OK"
        assert line.type(f"AT{name}?") == before
    assert "ERROR" in line.type('AT+CPMS="XX"')[-1]


def test_a_line_may_hold_several_commands_and_the_first_that_fails_ends_it() -> None:
    line = Line()
    assert line.type("AT+CMEE=1;+CREG=2") == ["OK"]
    assert line.type("AT+CREG?")[0].startswith("+CREG: 2,")
    assert "ERROR" in line.type("AT+CREG=1;+NONSENSE;+CREG=0")[-1]
    assert line.type("AT+CREG?")[0].startswith("+CREG: 1,")
    assert line.type("at+csq")[-1] == "OK"
    assert line.type("ATS7=45 S0=0 L1 V1 X4 &c1 E0 Q0") == ["OK"]
    assert line.type("+++AT S7=45 S0=0") == ["OK"]
    assert line.type("AT+CMGF=0") == ["OK"]
    assert line.type("AT+CMGS=21\0") == ["> "]


@pytest.mark.parametrize("command", ["ATZ", "AT&F"])
def test_a_reset_brings_the_echo_back(command: str) -> None:
    line = Line()
    line.type(command)
    assert line.type("AT") == ["AT", "OK"]


def test_reports_that_are_stored_are_told_and_read_and_partial_settings_keep_the_rest() -> None:
    line = Line(PROFILES["icon225"])
    assert line.type("AT+CNMI=2,1,0,2,0") == ["OK"]
    assert line.type("AT+CNMI=2,1") == ["OK"]
    assert line.type("AT+CNMI?")[0] == "+CNMI: 2,1,0,2,0"
    line.modem.report(REPORT, line.clock.seconds)
    assert b'+CDSI: "SR",1' in line.modem.due(line.clock.seconds)
    line.type('AT+CPMS="SR"')
    assert REPORT.hex().upper() in line.type("AT+CMGR=1")
    assert "ERROR" in Line(SIM800).type("AT+CNMI=2,1,0,2,0")[-1]


# -- the programs themselves, where they are installed ------------------------------------------


def by_hand(port: Path, _: Path, recipient: str) -> None:
    """Send as a person at a terminal does."""
    fd = os.open(port, os.O_RDWR | os.O_NOCTTY)
    try:
        pdu = tpdu("from outside", recipient)
        for piece in (b"ATE0\r", b"AT+CMGF=0\r", f"AT+CMGS={len(pdu)}\r".encode()):
            os.write(fd, piece)
            _read_until(fd, (b"OK", b">"))
        os.write(fd, b"00" + pdu.hex().encode() + b"\x1a")
        assert b"+CMGS: 1" in _read_until(fd, (b"OK",))
    finally:
        os.close(fd)


def _read_until(fd: int, ends: tuple[bytes, ...]) -> bytes:
    heard = b""
    for _ in range(100):
        heard += os.read(fd, 1_000)
        if heard.strip().endswith(ends):
            return heard
    raise AssertionError(heard)


def gammu(port: Path, folder: Path, recipient: str) -> None:
    config = folder / "gammurc"
    config.write_text(f"[gammu]\ndevice = {port}\nconnection = at115200\n")
    command = ["gammu", "-c", str(config), "sendsms", "TEXT", recipient, "-text", "from outside"]
    subprocess.run(command, check=True, timeout=60, capture_output=True)


def gnokii(port: Path, folder: Path, recipient: str) -> None:
    config = folder / "gnokiirc"
    config.write_text(f"[global]\nport = {port}\nmodel = AT\nconnection = serial\n")
    command = ["gnokii", "--config", str(config), "--sendsms", recipient]
    subprocess.run(command, check=True, timeout=60, capture_output=True, input=b"from outside")


Program = Callable[[Path, Path, str], None]
PROGRAMS: list[Program] = [
    by_hand,
    *(program for program in (gammu, gnokii) if shutil.which(program.__name__)),
]


@contextmanager
def plugged_in(profile: Profile) -> Iterator[tuple[Path, Path, MemoryNetworkLog]]:
    clock, log = RealClock(), MemoryNetworkLog()
    emulator = Emulator(profile, SimCard(imsi_for("foreign")), clock=clock, log=log)
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:  # some programs cut long names
        port = Path(folder) / "tty"
        with EmulatorPty(emulator, port, clock=clock):
            yield port, Path(folder), log


@pytest.mark.processes
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda each: each.__name__)
def test_a_program_that_is_installed_sends_through_an_emulated_modem(program: Program) -> None:
    with plugged_in(SIM800) as (port, folder, log):
        program(port, folder, "+260977123456")
    assert [(entry.recipient, entry.text) for entry in log.segments] == [
        ("+260977123456", "from outside")
    ]


@pytest.mark.soak
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda each: each.__name__)
@pytest.mark.parametrize("name", ["e173", "ec25", "sim7600", "mf190", "mc75i"])
def test_it_sends_through_the_others_too(program: Program, name: str) -> None:
    with plugged_in(PROFILES[name]) as (port, folder, log):
        program(port, folder, "+260977123456")
    assert [entry.text for entry in log.segments] == ["from outside"]

"""What other programs write to a modem is answered as a modem does: they send through it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.modems.simulated.emulator import Emulator
from adapters.modems.simulated.network_log import MemoryNetworkLog
from adapters.modems.simulated.profiles import PROFILES, SIM800, Profile
from adapters.modems.simulated.pty import EmulatorPty
from adapters.modems.simulated.sim_card import SimCard, imsi_for
from tests.adapters.modems.emulated import RealClock, VirtualClock, vector_pdus
from tests.adapters.modems.foreign_programs import TRIED, Program

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
@pytest.mark.slow
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


TWO_PARTS = "This is a message of two parts, as people write them. " * 3 + "Here it ends."
OTHERS = [
    (program, name)
    for program in TRIED
    for name in ("e173", "ec25", "sim7600", "mf190", "mc75i")
    if not (program.waits_for_report and name == "mc75i")  # it refuses reports with ds = 1
]


@contextmanager
def plugged_in(profile: Profile) -> Iterator[tuple[Path, Path, MemoryNetworkLog]]:
    clock, log = RealClock(), MemoryNetworkLog()
    emulator = Emulator(
        profile, SimCard(imsi_for("foreign")), clock=clock, log=log, report_after_s=1.0
    )
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:  # some programs cut long names
        port = Path(folder) / "tty"
        with EmulatorPty(emulator, port, clock=clock):
            yield port, Path(folder), log


@pytest.mark.processes
@pytest.mark.parametrize(
    "program", [p for p in TRIED if not p.waits_for_report], ids=lambda each: each.name
)
def test_a_program_that_is_installed_sends_through_an_emulated_modem(program: Program) -> None:
    with plugged_in(SIM800) as (port, folder, log):
        program.send(port, folder, "+260977123456", "from outside")
    assert [(entry.recipient, entry.text) for entry in log.segments] == [
        ("+260977123456", "from outside")
    ]


@pytest.mark.soak
@pytest.mark.parametrize(
    ("program", "name"), OTHERS, ids=[f"{program.name}-{name}" for program, name in OTHERS]
)
def test_it_sends_through_the_others_too(program: Program, name: str) -> None:
    with plugged_in(PROFILES[name]) as (port, folder, log):
        program.send(port, folder, "+260977123456", "from outside")
    assert [entry.text for entry in log.segments] == ["from outside"]


@pytest.mark.soak
@pytest.mark.parametrize(
    "program", [p for p in TRIED if p.waits_for_report], ids=lambda each: each.name
)
def test_a_message_of_two_parts_is_sent_and_its_reports_are_understood(program: Program) -> None:
    with plugged_in(SIM800) as (port, folder, log):
        program.send(port, folder, "+260977123456", TWO_PARTS)
    assert [(entry.part, entry.of) for entry in log.segments] == [(1, 2), (2, 2)]
    assert "".join(entry.text for entry in log.segments) == TWO_PARTS

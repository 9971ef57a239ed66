"""Each of the 29 faults that modems have, by name, and many of them at once: no segment twice."""

import random

import pytest

from adapters.modems.simulated.faults import FaultKind, parse_fault
from adapters.modems.simulated.profiles import PROFILES
from application.ports import ModemUnavailable
from domain.reports import MemoryFull, NotSent, StatusReportReceived
from tests.adapters.modems.emulated import AtBench, Story, go, seconds_of, tpdu, vector_pdus

FAULTS = {
    "F1 no prompt": "no-prompt:times=1",
    "F2 silence, sent": "no-answer:times=1",
    "F3 silence, not sent": "no-answer:sent=no:times=1",
    "F4 late answer": "late=125:times=1",
    "F5 no OK": "cmgs-without-ok:times=1",
    "F6 no reference": "ok-without-cmgs:times=1",
    "F7 bare error": "error:times=1",
    "F8 an error of a class": "cms=332:sent=yes:times=1",
    "F9 reports between lines": "urc-storm=0.5",
    "F10 one byte at a time": "crumbs",
    "F10 line noise": "noise=0.2",
    "F10 CR CR LF": "crcrlf",
    "F11 echo after a start": "reboot:at=prompt:times=1",
    "F12 a start in mid-segment": "reboot:at=pdu:times=1",
    "F12 a start after Ctrl-Z": "reboot:sent=yes:times=1",
    "F13 unplugged": "unplug:at=pdu:times=1",
    "F14 nobody reads": "deaf:back=20:times=1",
    "F15 SIM pulled": "sim-out:back=20:times=1",
    "F15 SIM swapped": "sim-swap:back=60:times=1",
    "F16 network lost": "network=2:back=15:times=1",
    "F16 network refuses": "network=3:back=15:times=1",
    "F17 report before its answer": "reports=early",
    "F17 report twice": "reports=twice",
    "F17 report of another segment": "reports=strange",
    "F18 memory full": "full:back=60:times=1",
    "F19 refuses what it should know": "cme=4:at=prompt:times=1",
    "F20 a USSD text in the way": "urc-storm",
    "F21 no airtime": "cms=38:times=3",
    "F27 no reports": "reports=lost",
    "F28 a part is refused": "cms=21:after=1:times=1",
    "F29 a prompt that stays": "stale-prompt:back=12:times=1",
}
"""F22 and F23 (two modems of one number, two processes at a port) are arrangements of modems and
ports, F24 to F26 (a killed driver, a lease that ends, a clock that jumps) of processes: see
tests/adapters/modems/test_at_port.py, tests/worker and tests/end_to_end."""

ALL_THROUGH = ("urc-storm=0.2", "noise=0.1", "crumbs", "crcrlf", "reports=twice", "reports=early")
DEALT = tuple(spec.split(":times")[0] for spec in FAULTS.values() if ":times" in spec)


def told(bench: AtBench, *, segments: int, seconds: float = 5.0) -> Story:
    """Send texts that all differ, hearing and opening anew as the owner of a SIM does."""
    story = Story(bench.driver, bench.log, bench.clock)
    for number in range(segments):
        before = bench.clock.seconds
        story.submit(f"text {number}", is_withheld=False)
        assert bench.clock.seconds - before < 260  # a late answer, the modes, and the hard limit
        try:
            story.step(seconds)
            bench.driver.health()
        except ModemUnavailable:
            reopened(bench)
    story.check()
    return story


def reopened(bench: AtBench) -> None:
    for _ in range(12):
        bench.clock.seconds += 10
        try:
            bench.driver.open()
        except ModemUnavailable:
            continue
        return
    pytest.fail("the modem did not come back")


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_every_fault_is_outlived_and_no_segment_is_on_the_air_twice(fault: str) -> None:
    bench = AtBench(fault).opened()
    told(bench, segments=6)
    reopened(bench)
    outcomes = [bench.driver.submit(tpdu(f"after {n}"), start=go) for n in range(4)]
    assert "Accepted" in {type(outcome).__name__ for outcome in outcomes}


def test_every_kind_of_fault_is_among_them() -> None:
    assert {parse_fault(spec).kind for spec in FAULTS.values()} == set(FaultKind)


@pytest.mark.parametrize("seed", range(40))
def test_faults_together_send_no_segment_twice(seed: int) -> None:
    dice = random.Random(seed)
    dealt = [f"{spec}:p=0.3" for spec in dice.sample(DEALT, 4)]
    through = dice.sample(ALL_THROUGH, 2)
    profile = dice.choice(list(PROFILES.values()))
    bench = AtBench(*dealt, *through, profile=profile, seed=seed)
    reopened(bench)
    told(bench, segments=8)


def test_a_modem_that_reads_nothing_holds_nobody_up() -> None:
    bench = AtBench("deaf:back=1000:times=1").opened()
    bench.driver.submit(tpdu(), start=go)
    assert seconds_of(bench, lambda: bench.driver.submit(tpdu("next"), start=go)) < 5


def test_a_prompt_that_esc_does_not_leave_is_never_ended_by_ctrl_z() -> None:
    bench = AtBench("stale-prompt:back=30:times=1").opened()
    bench.driver.submit(tpdu("one"), start=go)
    bench.written.clear()
    assert isinstance(bench.driver.submit(tpdu("two"), start=go), NotSent)
    assert b"\x1a" not in b"".join(bench.written)
    assert bench.texts == ["one"]


def test_a_full_memory_is_told_by_a_device_that_has_a_word_for_it() -> None:
    bench = AtBench("full:back=1000:times=1", profile=PROFILES["e173"]).opened()
    bench.driver.submit(tpdu(), start=go)
    bench.emulator.deliver(vector_pdus("deliver.json")[0], bench.clock.seconds)
    assert any(isinstance(report, MemoryFull) for report in bench.driver.step(1))


@pytest.mark.parametrize(("how", "count"), [("lost", 0), ("twice", 2), ("strange", 1)])
def test_reports_go_as_the_script_has_it(how: str, count: int) -> None:
    bench = AtBench(f"reports={how}").opened()
    bench.emulator._relay(vector_pdus("status_report.json")[0])
    heard = [r for r in bench.driver.step(1) if isinstance(r, StatusReportReceived)]
    assert len(heard) == count

"""Each of the 29 faults that modems have, by name, and many of them at once: no segment twice."""

import random
import re
from pathlib import Path

import pytest

from adapters.modems.simulated.faults import FaultKind
from adapters.modems.simulated.profiles import PROFILES
from application.ports import ModemUnavailable
from domain.reports import MemoryFull, NotSent, StatusReportReceived
from tests.adapters.modems.emulated import AtBench, Story, go, seconds_of, tpdu, vector_pdus
from tests.adapters.modems.fault_list import ALL_THROUGH, ARRANGED, DEALT, FAULTS, KINDS

TABLE = Path(__file__).parents[3] / "docs/modem-faults.md"


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
@pytest.mark.slow
def test_every_fault_is_outlived_and_no_segment_is_on_the_air_twice(fault: str) -> None:
    bench = AtBench(fault).opened()
    told(bench, segments=6)
    reopened(bench)
    outcomes = [bench.driver.submit(tpdu(f"after {n}"), start=go) for n in range(4)]
    assert "Accepted" in {type(outcome).__name__ for outcome in outcomes}


def test_every_kind_of_fault_is_among_them() -> None:
    assert set(FaultKind) == KINDS


def test_the_table_of_faults_has_each_as_it_is_tried() -> None:
    rows = [line.split("|")[1:-1] for line in TABLE.read_text().splitlines() if line[:3] == "| F"]
    scripts = [script for row in rows for script in re.findall(r"`([^`]+)`", row[2])]
    assert sorted(scripts) == sorted(FAULTS.values())
    names = {row[0].strip() for row in rows}
    assert names == {f"F{number}" for number in range(1, 30)}
    assert {row[0].strip() for row in rows if "`" not in row[2]} == ARRANGED


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.slow
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


@pytest.mark.parametrize(
    ("how", "count"),
    [
        *(("lost", 0), ("twice", 2), ("strange", 1)),
        *(("trying", 2), ("failed", 1), ("empty", 0)),
    ],
)
def test_reports_go_as_the_script_has_it(how: str, count: int) -> None:
    bench = AtBench(f"reports={how}").opened()
    bench.emulator._relay(vector_pdus("status_report.json")[0])
    heard = [r for r in bench.driver.step(1) if isinstance(r, StatusReportReceived)]
    assert len(heard) == count

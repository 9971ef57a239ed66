"""The modem without bytes tells the same truths as the one with them, the same way each time."""

from collections.abc import Sequence
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.modems import DRIVERS
from adapters.modems.at.rejections import outcome_of_line
from adapters.modems.simulated.driver import SimulatedModemDriver
from adapters.modems.simulated.network_log import MemoryNetworkLog
from application.ports import ModemSettings
from domain.reports import Accepted, InDoubt, Rejected, StatusReportReceived
from domain.values import Network
from tests.adapters.modems.emulated import (
    SCRIPT,
    RealClock,
    Story,
    VirtualClock,
    go,
    read_log,
    tpdu,
)


def driver_of(
    clock: VirtualClock, log: MemoryNetworkLog, faults: Sequence[str], *, seed: int = 0
) -> SimulatedModemDriver:
    driver = SimulatedModemDriver(
        "one",
        clock=clock,
        error_table=outcome_of_line,
        log=log,
        faults=faults,
        seed=seed,
        patience_s=120,
        wait_until=clock.wait_until,
    )
    driver.open()
    return driver


@settings(max_examples=100, deadline=None)
@given(
    faults=st.lists(st.tuples(st.sampled_from(SCRIPT), st.integers(0, 8)), max_size=6),
    withheld=st.sets(st.integers(0, 8)),
    steps=st.lists(st.sampled_from([0, 1, 70]), min_size=9, max_size=9),
)
def test_no_story_sends_a_segment_twice_or_tells_of_one_that_was_not_sent(
    faults: list[tuple[str, int]], withheld: set[int], steps: list[int]
) -> None:
    clock, log = VirtualClock(), MemoryNetworkLog()
    script = [f"{fault}:after={after}:times=1" for fault, after in faults]
    story = Story(driver_of(clock, log, script), log, clock)
    for number, seconds in enumerate(steps):
        story.submit(f"segment {number}", is_withheld=number in withheld)
        story.step(seconds)
    story.check()


def test_the_same_seed_has_the_same_luck() -> None:
    def outcomes(seed: int) -> list[object]:
        driver = driver_of(VirtualClock(), MemoryNetworkLog(), ["cms=38:p=0.5"], seed=seed)
        return [driver.submit(tpdu(), start=go) for _ in range(40)]

    assert outcomes(1) == outcomes(1)
    assert outcomes(1) != outcomes(2)
    assert {type(outcome) for outcome in outcomes(1)} == {Accepted, Rejected}


def test_a_report_wakes_a_driver_that_really_waits() -> None:
    driver = SimulatedModemDriver("one", clock=RealClock(), error_table=outcome_of_line)
    driver.open()
    driver.receive(StatusReportReceived(b"pdu"))
    assert driver.step(60) == [StatusReportReceived(b"pdu")]


def test_a_line_of_settings_scripts_a_simulated_modem(tmp_path: Path) -> None:
    device = f"log={tmp_path}/network.log&fault=cms=38:times=1&fault=no-answer:after=1:times=1"
    settings_of_one = ModemSettings(
        name="one", device=device, network=Network.ZAMTEL, driver="simulated"
    )
    driver = DRIVERS["simulated"](settings_of_one, RealClock())
    assert driver.open().imsi.startswith("64503")
    outcomes = [driver.submit(tpdu(text), start=go) for text in ("a", "b", "c")]
    assert [type(outcome) for outcome in outcomes] == [Rejected, InDoubt, Accepted]
    assert [entry["text"] for entry in read_log(tmp_path / "network.log")] == ["b", "c"]

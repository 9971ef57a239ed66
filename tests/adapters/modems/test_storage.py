"""What a modem keeps is read whenever it came, and deleted once it is saved, and not before."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from adapters.modems.simulated.profiles import (
    ACKNOWLEDGING,
    E173,
    ICON,
    MINIMAL,
    PROFILES,
    SIM800,
    Profile,
)
from adapters.modems.simulated.sim_card import PLACES
from domain.reports import (
    Accepted,
    InboundReceived,
    Incoming,
    MemoryFreed,
    MemoryFull,
    ModemReport,
    Place,
    StatusReportReceived,
)
from tests.adapters.modems.emulated import AtBench, go, tpdu, vector_pdus

REPORT, OTHER_REPORT = vector_pdus("status_report.json")[:2]
MESSAGE, OTHER_MESSAGE, THIRD_MESSAGE = vector_pdus("deliver.json")[:3]


def hear(bench: AtBench, seconds: float = 1.0) -> Sequence[ModemReport]:
    return bench.driver.step(seconds)


def save(bench: AtBench, heard: Sequence[ModemReport]) -> Sequence[bytes]:
    """Do as the gateway does once they are saved."""
    incoming = [one for one in heard if isinstance(one, Incoming)]
    for one in incoming:
        bench.driver.forget(one)
    return [one.pdu for one in incoming]


every_storing_profile = pytest.mark.parametrize(
    "profile", [each for each in PROFILES.values() if each is not MINIMAL], ids=lambda p: p.name
)


@every_storing_profile
def test_what_was_stored_before_the_start_is_read_saved_and_only_then_deleted(
    profile: Profile,
) -> None:
    bench = AtBench(profile=profile)
    bench.sim.store(MESSAGE)
    bench.sim.store(REPORT)
    bench.driver.open()
    heard = hear(bench)
    assert heard == [
        InboundReceived(MESSAGE, Place("SM", 1)),
        StatusReportReceived(REPORT, Place("SM", 2)),
    ]
    assert hear(bench) == []
    assert len(bench.sim.stored) == 2
    save(bench, heard)
    assert hear(bench) == []
    assert bench.sim.stored == {}


def test_what_was_not_saved_before_a_crash_is_read_again_and_nothing_else_is() -> None:
    bench = AtBench().opened()
    for pdu in (MESSAGE, OTHER_MESSAGE):
        bench.emulator.deliver(pdu, bench.clock.seconds)
    first, second = hear(bench)
    save(bench, [first])
    hear(bench)
    bench.driver.open()  # as after a crash between the two
    assert hear(bench) == [second]
    save(bench, [first])  # by an earlier link: passed over
    hear(bench)
    assert bench.sim.stored == {2: OTHER_MESSAGE}


def test_a_report_in_a_memory_of_its_own_is_found_at_bring_up_too() -> None:
    bench = AtBench(profile=replace(ICON, report_memory="SR"))
    bench.sim.store(REPORT, "SR")
    bench.driver.open()
    heard = hear(bench)
    assert heard == [StatusReportReceived(REPORT, Place("SR", 1))]
    save(bench, heard)
    hear(bench)
    assert bench.sim.memories["SR"] == {}


def test_another_message_at_a_place_is_not_deleted_for_the_one_that_was_saved_there() -> None:
    bench = AtBench().opened()
    bench.emulator.deliver(MESSAGE, bench.clock.seconds)
    heard = hear(bench)
    bench.sim.stored[1] = OTHER_MESSAGE
    bench.emulator.say('+CMTI: "SM",1', bench.clock.seconds)
    assert hear(bench) == [InboundReceived(OTHER_MESSAGE, Place("SM", 1))]
    save(bench, heard)
    hear(bench)
    assert bench.sim.stored == {1: OTHER_MESSAGE}


def test_a_message_stored_again_where_one_was_deleted_is_another_message() -> None:
    bench = AtBench().opened()
    for _ in range(2):
        bench.emulator.deliver(MESSAGE, bench.clock.seconds)
        heard = hear(bench)
        assert heard == [InboundReceived(MESSAGE, Place("SM", 1))]
        save(bench, heard)
        assert hear(bench) == []


def distinct(count: int) -> list[bytes]:
    """Make messages that differ in the second at which the centre took them."""
    assert count <= 60
    at = 1 + MESSAGE[0] + 1 + 8 + 2 + 5  # first octet, address of 12 digits, PID and DCS
    seconds = (bytes([(n % 10) << 4 | n // 10]) for n in range(count))
    return [MESSAGE[:at] + second + MESSAGE[at + 1 :] for second in seconds]


@pytest.mark.parametrize("profile", [E173, SIM800], ids=lambda each: each.name)
def test_a_full_memory_is_emptied_and_what_waited_in_the_network_comes(profile: Profile) -> None:
    bench = AtBench(profile=profile).opened()
    sent = distinct(PLACES + 7)
    got: list[bytes] = []
    told: list[ModemReport] = []
    for pdu in sent:
        bench.emulator.deliver(pdu, bench.clock.seconds)
    for _ in range(20):
        heard = hear(bench)
        told += [one for one in heard if not isinstance(one, Incoming)]
        got += save(bench, heard)
    assert sorted(got) == sorted(sent)
    assert bench.sim.stored == {}
    expected = [MemoryFull(profile.full_word), MemoryFreed()] if profile.full_word else []
    assert [*told[:1], *told[-1:]] == expected


def test_somebodys_own_drafts_and_what_cannot_be_read_stay() -> None:
    bench = AtBench()
    bench.sim.stored.update({1: b"\0" + tpdu("a draft"), 2: bytes(1), 3: MESSAGE})
    bench.driver.open()
    for _ in range(8):
        save(bench, hear(bench, 31))
    assert list(bench.sim.stored) == [1, 2]
    bench.written.clear()
    hear(bench, 120)
    assert bench.written == []


def test_reading_and_deleting_wait_for_a_segment_and_hold_none_up() -> None:
    bench = AtBench(latency_s=4).opened()
    bench.clock.plan(2, lambda now_s: bench.emulator.deliver(MESSAGE, now_s))
    assert bench.driver.submit(tpdu("a"), start=go) == Accepted(1)
    heard = hear(bench)
    save(bench, heard)
    assert bench.driver.submit(tpdu("b"), start=go) == Accepted(2)
    assert bench.sim.stored == {1: MESSAGE}
    hear(bench)
    assert bench.sim.stored == {}


# -- told directly, and acknowledged (27.005 3.4.4) ----------------------------------------------


def test_a_device_that_tells_reports_only_when_they_are_acknowledged_tells_them_all() -> None:
    bench = AtBench(profile=ACKNOWLEDGING)
    assert bench.driver.open().abilities.reports is None
    assert bench.driver.step(0) == []
    for pdu in (REPORT, OTHER_REPORT):
        bench.emulator.report(pdu, bench.clock.seconds)
    first = hear(bench)
    assert first == [StatusReportReceived(REPORT)]
    assert hear(bench) == []  # the next comes when this one is acknowledged
    save(bench, first)
    assert hear(bench) == [StatusReportReceived(OTHER_REPORT)]


@pytest.mark.parametrize("begins_anew", [False, True], ids=["late", "after a crash"])
def test_a_report_that_was_not_acknowledged_in_time_comes_again(*, begins_anew: bool) -> None:
    bench = AtBench(profile=ACKNOWLEDGING).opened()
    bench.emulator.report(REPORT, bench.clock.seconds)
    heard = hear(bench)
    bench.emulator.report(OTHER_REPORT, bench.clock.seconds)
    assert hear(bench, 20) == []
    if begins_anew:
        bench.driver.open()
    else:
        save(bench, heard)
    again = hear(bench)
    save(bench, again)
    last = hear(bench)
    save(bench, last)
    assert [*again, *last] == [StatusReportReceived(REPORT), StatusReportReceived(OTHER_REPORT)]

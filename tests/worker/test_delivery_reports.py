"""What the network reports of a segment reaches its message, once, however it is written."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Final

import pytest

from adapters.modems.at.driver import AtModemDriver
from adapters.modems.at.port import SerialPort
from adapters.modems.simulated.driver import SimulatedModemDriver
from adapters.modems.simulated.emulator import Emulator
from adapters.modems.simulated.profiles import PROFILES
from adapters.modems.simulated.pty import EmulatorPty
from adapters.modems.simulated.sim_card import SimCard, imsi_for
from application.books.actors import Actor
from application.messages.by_hand import ResolveDoubt
from application.messages.explain import explain
from application.messages.reporting import ReportMatching
from domain.contents import ContentKind
from domain.inbound import Inbound, inbound_id
from domain.message import State
from domain.reported import REPORTS_S
from domain.reports import StatusReportReceived
from domain.tpdu.fields import SWAPPED
from domain.values import SECOND
from tests.worker.gateway import LIMIT_S, Gateway
from worker.sims import SimRunner

RECIPIENT: Final = "260960000001"
TEN_O_CLOCK_S: Final = 1_795_255_204
"""2026-11-21, 10:00:04 UTC."""
INTERNATIONAL: Final = "0C91" + bytes.fromhex(RECIPIENT).translate(SWAPPED).hex()


def report_of(
    reference: int = 1,
    *,
    address: str = INTERNATIONAL,
    centre: str = "07916290070000F1",
    taken: str = "62111221004080",
    status: int = 0,
) -> bytes:
    """Write a report; times are semi-octets as they stand in it: 12:00:04 by Lusaka's clock."""
    return bytes.fromhex(f"{centre}06{reference:02X}{address}{taken}{taken}{status:02X}")


@pytest.fixture
def modem(gw: Gateway) -> SimulatedModemDriver:
    gw.clock.jump(TEN_O_CLOCK_S - gw.clock.now() / SECOND)
    return gw.driver("a")


@pytest.fixture
def sim(gw: Gateway, modem: SimulatedModemDriver) -> Iterator[SimRunner]:
    sim = gw.sim(modem)
    gw.online(sim)
    yield sim
    sim.close()


def match(gw: Gateway) -> int:
    """Have the relay's work done once all read models are up to date; how many were matched."""
    head = gw.system.store.head()
    assert gw.system.queries.reached(head, timeout_s=LIMIT_S, projection="reports")
    work, _ = ReportMatching(gw.system.queries, gw.clock).work()
    return sum(work.handle(ids, gw.execute) for ids in list(work.due(gw.clock.now(), 100)))


def hear(gw: Gateway, sim: SimRunner, modem: SimulatedModemDriver, *pdus: bytes) -> int:
    for pdu in pdus:
        modem.receive(StatusReportReceived(pdu))
    due = sim.counts["StatusReportReceived"] + len(pdus)
    gw.until(lambda: sim.counts["StatusReportReceived"] == due, sim)
    gw.until(lambda: not sim.carrier.carrying.owes, sim)
    return match(gw)


def send(gw: Gateway, sim: SimRunner, text: str = "hello") -> int:
    (number,) = gw.send(gw.account(f"n{gw.system.store.head()}"), text)
    gw.until(lambda: gw.message(number).state in {State.SENT, State.IN_DOUBT}, sim)
    return number


WRITTEN: Final = {
    "as it was sent": report_of(),
    "a national number with its 0": report_of(
        address="0A81" + bytes.fromhex("0960000001").translate(SWAPPED).hex()
    ),
    "a national number": report_of(
        address="09A1" + bytes.fromhex("960000001F").translate(SWAPPED).hex()
    ),
    "the country code and no plus": report_of(
        address="0C81" + bytes.fromhex(RECIPIENT).translate(SWAPPED).hex()
    ),
    "a clock an hour ahead": report_of(taken="62111231004021"),
    "a clock in UTC": report_of(taken="62111201004000"),
    "a zone that is wrong": report_of(taken="62111221004000"),
    "another service centre": report_of(centre="07916290070000F2"),
    "octets behind its end": report_of() + b"\xff" * 12,
}


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.slow
def test_a_report_reaches_its_message_however_it_is_written(
    gw: Gateway, sim: SimRunner, modem: SimulatedModemDriver, written: str
) -> None:
    number = send(gw, sim)
    assert hear(gw, sim, modem, WRITTEN[written]) == 1
    assert gw.message(number).state is State.DELIVERED
    head = gw.system.store.head()
    assert gw.system.queries.reached(head, timeout_s=LIMIT_S, projection="message_log")
    entry = gw.system.queries.log_entry(gw.message(number).account, number)
    assert entry is not None
    assert (entry.state, entry.delivered_at is not None) == (State.DELIVERED, True)
    told = explain(gw.system.reader, gw.system.store, number, account=None, now=gw.clock.now())
    assert "A status report came with TP-Status 0." in told.evidence


def test_a_report_still_trying_is_not_the_last_word(
    gw: Gateway, sim: SimRunner, modem: SimulatedModemDriver
) -> None:
    number = send(gw, sim)
    assert hear(gw, sim, modem, report_of(status=0x30)) == 1
    assert gw.message(number).state is State.SENT
    assert hear(gw, sim, modem, report_of(status=0x46)) == 1
    assert gw.message(number).state is State.UNDELIVERED
    assert gw.events(number)[-1:] == ["Undelivered"]


def test_the_same_report_again_is_not_kept_twice_and_another_changes_nothing(
    gw: Gateway, sim: SimRunner, modem: SimulatedModemDriver
) -> None:
    number = send(gw, sim)
    assert hear(gw, sim, modem, report_of(), report_of()) == 1
    assert hear(gw, sim, modem, report_of(status=0x46)) == 1
    assert gw.events(number)[-1:] == ["Delivered"]
    kept = {sha256(pdu).hexdigest() for pdu in (report_of(), report_of(status=0x46))}
    sims = {lease.sim for lease in gw.system.store.leases()}
    found = [gw.system.reader.find(Inbound, inbound_id(s, k)) for s in sims for k in kept]
    assert None not in found


def test_a_long_message_is_delivered_when_every_segment_is(
    gw: Gateway, sim: SimRunner, modem: SimulatedModemDriver
) -> None:
    number = send(gw, sim, "x" * 400)
    assert hear(gw, sim, modem, report_of(3), report_of(1)) == 2
    assert gw.message(number).state is State.SENT
    assert hear(gw, sim, modem, report_of(2)) == 1
    assert gw.message(number).state is State.DELIVERED
    assert gw.events(number)[-3:] == ["SegmentReported", "SegmentReported", "Delivered"]


def test_one_segment_that_is_not_delivered_is_enough(
    gw: Gateway, sim: SimRunner, modem: SimulatedModemDriver
) -> None:
    number = send(gw, sim, "x" * 400)
    assert hear(gw, sim, modem, report_of(2, status=0x40), report_of(1), report_of(3)) == 3
    assert gw.message(number).state is State.UNDELIVERED


def test_of_two_segments_with_one_reference_the_time_decides(
    gw: Gateway, sim: SimRunner, modem: SimulatedModemDriver
) -> None:
    first = send(gw, sim)
    modem._reference = 0
    gw.clock.jump(3_600)
    second = send(gw, sim)
    assert hear(gw, sim, modem, report_of(taken="62111231004080")) == 1
    assert [gw.message(n).state for n in (first, second)] == [State.SENT, State.DELIVERED]


def test_a_report_of_somebody_elses_message_is_kept_and_matches_nothing(
    gw: Gateway, sim: SimRunner, modem: SimulatedModemDriver
) -> None:
    number = send(gw, sim)
    other = INTERNATIONAL[:-2] + "20"
    assert hear(gw, sim, modem, report_of(address=other), report_of(2), b"\0\2") == 0
    assert gw.message(number).state is State.SENT


def test_a_report_is_kept_for_a_week_and_no_longer_than_it_takes_to_match(
    gw: Gateway, sim: SimRunner, modem: SimulatedModemDriver
) -> None:
    send(gw, sim)
    assert hear(gw, sim, modem, report_of(), report_of(9)) == 1
    kept = [gw.system.store.content(ContentKind.INBOUND, number) for number in (1, 2)]
    assert [row is not None and row.body is not None for row in kept] == [False, True]
    gw.clock.jump(REPORTS_S + 1)
    _, forgetting = ReportMatching(gw.system.queries, gw.clock).work()
    forgotten = [forgetting.handle(ids, gw.execute) for ids in forgetting.due(gw.clock.now(), 10)]
    assert sum(forgotten) == 1
    row = gw.system.store.content(ContentKind.INBOUND, 2)
    assert row is None or (row.body, row.msisdn) == (None, None)


def test_a_report_settles_a_doubt(gw: Gateway) -> None:
    gw.clock.jump(TEN_O_CLOCK_S - gw.clock.now() / SECOND)
    driver = gw.driver("b", "no-answer:sent=yes")
    sim = gw.sim(driver, "b")
    gw.online(sim)
    number = send(gw, sim)
    assert gw.message(number).state is State.IN_DOUBT
    assert hear(gw, sim, driver, report_of()) == 1
    assert gw.events(number)[-3:] == ["InDoubt", "Sent", "Delivered"]
    assert len(gw.air.segments) == 1
    sim.close()


def test_a_report_after_the_refund_is_listed_and_charges_nothing(gw: Gateway) -> None:
    gw.clock.jump(TEN_O_CLOCK_S - gw.clock.now() / SECOND)
    driver = gw.driver("b", "no-answer:sent=yes")
    sim = gw.sim(driver, "b")
    gw.online(sim)
    number = send(gw, sim)
    ops, now = Actor("ops"), gw.clock.now()
    gw.execute(ResolveDoubt(number, sent=False, actor=ops, reason="no", at=now))
    assert hear(gw, sim, driver, report_of()) == 1
    assert gw.events(number)[-2:] == ["Failed", "ReportedLate"]
    sim.close()


@contextmanager
def emulated(gw: Gateway, folder: Path) -> Iterator[SimRunner]:
    link = folder / "e.tty"
    emulator = Emulator(
        PROFILES["e173"], SimCard(imsi_for("e")), clock=gw.clock, log=gw.air, report_after_s=0.05
    )
    with EmulatorPty(emulator, link, clock=gw.clock):
        driver = AtModemDriver(lambda: SerialPort(str(link), clock=gw.clock), clock=gw.clock)
        sim = gw.sim(driver, "e")
        try:
            yield sim
        finally:
            sim.close()


def test_an_emulated_modem_reports_what_was_delivered(gw: Gateway, tmp_path: Path) -> None:
    with emulated(gw, tmp_path) as sim:
        number = send(gw, sim, "x" * 400)
        gw.until(lambda: sim.counts["StatusReportReceived"] == 3, sim)
        gw.until(lambda: not sim.carrier.carrying.owes, sim)
        assert match(gw) == 3
    assert gw.message(number).state is State.DELIVERED

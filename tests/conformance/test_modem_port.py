"""What any ``ModemDriver`` must do, over every driver, with the network's own log as the truth.

A driver is added by one row of ``RIGS``, which declares what it guarantees beyond the port.
"""

import contextlib
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.modems.at.rejections import outcome_of_line
from adapters.modems.simulated.driver import SimulatedModemDriver
from adapters.modems.simulated.network_log import FileNetworkLog
from application.ports import ModemUnavailable
from domain.causes import RejectionClass
from domain.reports import (
    Accepted,
    InboundReceived,
    InDoubt,
    LateAnswer,
    LinkLost,
    ModemReport,
    NotSent,
    Place,
    RegistrationChanged,
    Rejected,
    StatusReportReceived,
    SubmitOutcome,
)
from tests.adapters.modems.emulated import (
    RECIPIENT,
    RealClock,
    Started,
    go,
    tpdu,
    tpdus,
    vector_pdus,
)
from tests.conformance.modem_rigs import (
    IMSI,
    RIGS,
    Guarantees,
    MakeRig,
    Rig,
    marked,
    over_every_fault,
)
from tests.support.outcomes import cms


@pytest.fixture(params=marked(RIGS), name="name")
def rig_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def guarantees(name: str) -> Guarantees:
    return RIGS[name][1]


@pytest.fixture
def make_rig(name: str, tmp_path: Path) -> Callable[..., contextlib.AbstractContextManager[Rig]]:
    make, _ = RIGS[name]
    return lambda *faults, **options: make(tmp_path, *faults, **options)


def reports_of(rig: Rig, *, within_s: float = 2.0) -> list[ModemReport]:
    """Step until something is reported."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        if reports := list(rig.driver.step(within_s)):
            return reports
    return []


def reopen(rig: Rig) -> None:
    rig.driver.close()
    for _ in range(60):
        try:
            rig.driver.open()
        except ModemUnavailable:
            rig.pass_time(0.05)
        else:
            return
    pytest.fail("the modem did not come back")


def test_opening_tells_which_sim_it_is(make_rig: MakeRig) -> None:
    with make_rig() as rig:
        identity = rig.driver.open()
    assert identity.imsi == IMSI
    assert identity.model


def test_an_accepted_segment_is_on_the_air_exactly_once(make_rig: MakeRig) -> None:
    with make_rig() as rig:
        rig.driver.open()
        outcome = rig.driver.submit(tpdu("Muli bwanji?"), start=go)
        (entry,) = rig.on_air
    assert outcome == Accepted(entry["mr"])  # type: ignore[arg-type]
    assert entry["recipient"] == RECIPIENT
    assert entry["text"] == "Muli bwanji?"
    assert (entry["part"], entry["of"], entry["reference"]) == (1, 1, None)
    assert entry["imsi"] == IMSI
    assert entry["pdu"] == "00" + tpdu("Muli bwanji?").hex().upper()
    assert str(entry["time"]).endswith("Z")


def test_the_attempt_is_recorded_once_and_before_the_segment_is_on_the_air(
    make_rig: MakeRig,
) -> None:
    with make_rig() as rig:
        start = Started(lambda: len(rig.on_air))
        rig.driver.open()
        rig.driver.submit(tpdu(), start=start)
        assert len(rig.on_air) == 1
    assert start.seen == [0]


def test_a_withheld_segment_is_never_on_the_air(make_rig: MakeRig) -> None:
    with make_rig() as rig:
        rig.driver.open()
        outcome = rig.driver.submit(tpdu("withheld"), start=lambda: False)
        assert isinstance(outcome, NotSent)
        assert not rig.on_air
        assert isinstance(rig.driver.submit(tpdu("next"), start=go), Accepted)
        assert [entry["text"] for entry in rig.on_air] == ["next"]


def test_an_attempt_that_cannot_be_recorded_is_withheld_and_raises_nothing(
    make_rig: MakeRig,
) -> None:
    def start() -> bool:
        raise RuntimeError("the store is down")

    with make_rig() as rig:
        rig.driver.open()
        assert isinstance(rig.driver.submit(tpdu("withheld"), start=start), NotSent)
        assert isinstance(rig.driver.submit(tpdu("next"), start=go), Accepted)
        assert [entry["text"] for entry in rig.on_air] == ["next"]


@pytest.mark.parametrize(
    "text",
    ["{[~]} €^\\|", "ŋoma 😀 ya " * 20, "a" * 200, "Ω" * 160, "ç", "line\nbreak\r\n"],
)
def test_every_text_comes_out_as_it_went_in(make_rig: MakeRig, text: str) -> None:
    parts = tpdus(text, reference=201)
    with make_rig() as rig:
        rig.driver.open()
        outcomes = [rig.driver.submit(part, start=go) for part in parts]
        entries = rig.on_air
    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    assert "".join(str(entry["text"]) for entry in entries) == text
    assert [entry["part"] for entry in entries] == list(range(1, len(parts) + 1))
    assert {entry["of"] for entry in entries} == {len(parts)}
    assert {entry["reference"] for entry in entries} == {201 if len(parts) > 1 else None}


FAULTS = {
    "cms=38": Rejected,
    "cms=500": Rejected,
    "cms=332": InDoubt,
    "cms=332:sent=yes": InDoubt,
    "cme=515": Rejected,
    "error": Rejected,
    "cms=310:at=prompt": Rejected,
    "no-prompt": NotSent,
    "no-answer": InDoubt,
    "no-answer:sent=no": InDoubt,
    "ok-without-cmgs": InDoubt,
    "ok-without-cmgs:sent=no": InDoubt,
    "cmgs-without-ok": Accepted,
    "reboot:at=prompt": NotSent,
    "reboot:at=pdu": InDoubt,
    "reboot": InDoubt,
    "reboot:sent=no": InDoubt,
    "unplug:at=prompt:back=0.05": NotSent,
    "unplug:at=pdu:back=0.05": InDoubt,
    "unplug:back=0.05": InDoubt,
    "late=0.2": Accepted,
    "urc-storm": Accepted,
}
ON_AIR: dict[type[SubmitOutcome], set[int]] = {
    Accepted: {1},
    Rejected: {0},
    NotSent: {0},
    InDoubt: {0, 1},
}


@over_every_fault
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.slow
def test_every_fault_has_its_outcome_and_the_air_agrees(make_rig: MakeRig, fault: str) -> None:
    start = Started()
    with make_rig(fault if fault == "urc-storm" else f"{fault}:times=1") as rig:
        rig.driver.open()
        outcome = rig.driver.submit(tpdu("first"), start=start)
        assert type(outcome) is FAULTS[fault]
        on_air = [entry["text"] for entry in rig.on_air]
        assert len(on_air) in ON_AIR[type(outcome)]
        assert len(start.seen) == (0 if "prompt" in fault else 1)
        reports = rig.driver.step(0)
        if any(isinstance(report, LinkLost) for report in reports):
            reopen(rig)
        next_outcome = rig.driver.submit(tpdu("second"), start=go)
        if isinstance(next_outcome, NotSent):  # a silent reboot shows only now
            reopen(rig)
            next_outcome = rig.driver.submit(tpdu("second"), start=go)
        assert isinstance(next_outcome, Accepted)
        assert [entry["text"] for entry in rig.on_air] == [*on_air, "second"]
        assert next_outcome.message_reference == rig.on_air[-1]["mr"]


def test_a_rejection_says_whose_fault_it_is(make_rig: MakeRig) -> None:
    with make_rig("cms=1:times=1", "cms=21:times=1", "cms=322:times=1", "cms=304:times=2") as rig:
        rig.driver.open()
        outcomes = [rig.driver.submit(tpdu(), start=go) for _ in range(5)]
        del outcomes[3]  # what can be read may be tried once more
    assert [(str(o.cause), o.rejection) for o in outcomes if isinstance(o, Rejected)] == [
        ("CMS_1", RejectionClass.PERMANENT_MESSAGE),
        ("CMS_21", RejectionClass.SENDER_BLOCKED),
        ("CMS_322", RejectionClass.MODEM_OR_SIM),
        ("CMS_304", RejectionClass.BUG_IN_REQUEST),
    ]


@over_every_fault
def test_a_late_answer_is_reported_for_the_segment_that_was_given_up(make_rig: MakeRig) -> None:
    with make_rig("late=0.9:times=1") as rig:
        rig.driver.open()
        assert isinstance(rig.driver.submit(tpdu("first"), start=go), InDoubt)
        reports = reports_of(rig)
        assert reports == [LateAnswer(Accepted(int(str(rig.on_air[0]["mr"]))))]
        assert len(rig.on_air) == 1


@over_every_fault
def test_a_late_refusal_is_reported_for_the_segment_that_was_given_up(make_rig: MakeRig) -> None:
    with make_rig("cms=38:delay=0.9:times=1") as rig:
        rig.driver.open()
        assert isinstance(rig.driver.submit(tpdu("first"), start=go), InDoubt)
        (report,) = reports_of(rig)
        assert isinstance(report, LateAnswer)
        assert isinstance(report.outcome, Rejected)
        assert report.outcome.cause == cms(38)
        assert not rig.on_air


@over_every_fault
def test_a_late_answer_is_never_taken_for_the_next_segments(make_rig: MakeRig) -> None:
    with make_rig("late=0.9:times=1", first_reference=100) as rig:
        rig.driver.open()
        assert isinstance(rig.driver.submit(tpdu("first"), start=go), InDoubt)
        # Heard before the second begins: whoever fetches it need not guess whose it is.
        assert isinstance(rig.driver.submit(tpdu("second"), start=go), NotSent)
        assert isinstance(rig.driver.submit(tpdu("second"), start=go), NotSent)
        assert rig.driver.step(0) == [LateAnswer(Accepted(101))]
        assert rig.driver.submit(tpdu("second"), start=go) == Accepted(102)
        assert [entry["text"] for entry in rig.on_air] == ["first", "second"]


@over_every_fault
@pytest.mark.parametrize("fault", ["reboot:times=1", "unplug:times=1:back=0.05"])
def test_a_lost_link_is_reported_once_and_the_modem_can_be_opened_again(
    make_rig: MakeRig, guarantees: Guarantees, fault: str
) -> None:
    if "reboot" in fault and not guarantees.tells_of_a_reboot:
        pytest.skip("this modem starts anew without a word")
    with make_rig(fault) as rig:
        rig.driver.open()
        assert isinstance(rig.driver.submit(tpdu("first"), start=go), InDoubt)
        assert isinstance(rig.driver.submit(tpdu("too soon"), start=go), NotSent)
        assert rig.driver.health() is None
        reports = rig.driver.step(0)
        assert [type(report) for report in reports] == [LinkLost]
        assert list(rig.driver.step(0)) == []
        reopen(rig)
        assert isinstance(rig.driver.submit(tpdu("second"), start=go), Accepted)
        assert [entry["text"] for entry in rig.on_air] == ["first", "second"]


def test_a_modem_that_is_away_is_unavailable_and_not_for_good(make_rig: MakeRig) -> None:
    with make_rig("unplug:times=1:back=30") as rig:
        rig.driver.open()
        rig.driver.submit(tpdu(), start=go)
        rig.driver.close()
        with pytest.raises(ModemUnavailable) as refusal:
            rig.driver.open()
    assert not refusal.value.permanent


def test_a_driver_can_be_closed_in_every_state_and_opened_again(make_rig: MakeRig) -> None:
    with make_rig() as rig:
        rig.driver.close()
        rig.driver.open()
        rig.driver.close()
        rig.driver.close()
        assert isinstance(rig.driver.submit(tpdu("closed"), start=go), NotSent)
        assert list(rig.driver.step(0)) == []
        assert rig.driver.health() is None
        rig.driver.open()
        rig.driver.open()
        assert isinstance(rig.driver.submit(tpdu("open"), start=go), Accepted)
        assert [entry["text"] for entry in rig.on_air] == ["open"]


def test_an_open_modem_says_how_it_is(make_rig: MakeRig) -> None:
    with make_rig() as rig:
        rig.driver.open()
        health = rig.driver.health()
    assert health is not None
    assert health.registered
    assert health.signal_dbm is None or -113 <= health.signal_dbm <= -51


def test_status_reports_and_messages_are_handed_on_as_they_are(
    make_rig: MakeRig, guarantees: Guarantees
) -> None:
    if not guarantees.hears_inbound:
        pytest.skip("this modem reports nothing")
    report, message = vector_pdus("status_report.json")[0], vector_pdus("deliver.json")[0]
    with make_rig() as rig:
        rig.driver.open()
        rig.report(report)
        assert reports_of(rig) == [StatusReportReceived(report)]
        rig.deliver(message)
        assert reports_of(rig) == [InboundReceived(message, Place("SM", 1))]


def test_losing_the_network_is_reported(make_rig: MakeRig, guarantees: Guarantees) -> None:
    if not guarantees.hears_registration:
        pytest.skip("this modem does not tell")
    with make_rig() as rig:
        rig.driver.open()
        rig.lose_network()
        assert reports_of(rig) == [RegistrationChanged(registered=False)]


def test_listening_ends_at_its_deadline(make_rig: MakeRig) -> None:
    with make_rig() as rig:
        rig.driver.open()
        began = time.monotonic()
        assert list(rig.driver.step(0.05)) == []
        assert time.monotonic() - began < 2


def test_the_message_reference_wraps(make_rig: MakeRig) -> None:
    with make_rig(first_reference=254) as rig:
        rig.driver.open()
        outcomes = [rig.driver.submit(tpdu(), start=go) for _ in range(3)]
    assert outcomes == [Accepted(255), Accepted(0), Accepted(1)]


def test_the_network_log_is_one_json_line_a_segment_also_from_many_modems(tmp_path: Path) -> None:
    def send(number: int) -> None:
        driver = SimulatedModemDriver(
            f"modem {number}",
            clock=RealClock(),
            error_table=outcome_of_line,
            log=FileNetworkLog(tmp_path / "log"),
        )
        driver.open()
        for _ in range(25):
            driver.submit(tpdu("a" * 150), start=go)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = (tmp_path / "log").read_text().splitlines()
    assert len(lines) == 200
    assert all(json.loads(line)["text"] == "a" * 150 for line in lines)

"""The AT driver under every fault: what it says of a segment is what the network's log shows."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.modems.simulated.profiles import E173, EC25, MINIMAL, SIM800, Profile
from application.ports import ModemUnavailable
from domain.causes import OwnCause
from domain.reports import (
    Accepted,
    InboundReceived,
    InDoubt,
    LateAnswer,
    LinkLost,
    NotSent,
    Place,
    RegistrationChanged,
    Rejected,
    StatusReportReceived,
)
from tests.adapters.modems.emulated import (
    SCRIPT,
    AtBench,
    Started,
    Story,
    go,
    seconds_of,
    tpdu,
    vector_pdus,
)
from tests.support.outcomes import cms

REPORT = vector_pdus("status_report.json")[0]
MESSAGE = vector_pdus("deliver.json")[0]
ESC, CTRL_Z = b"\x1b", b"\x1a"


# -- a segment ----------------------------------------------------------------------------------


def test_the_pdu_is_written_in_upper_case_after_the_start_and_ended_by_ctrl_z() -> None:
    bench = AtBench().opened()
    bench.written.clear()
    pdu = tpdu("jolly good")
    start = Started(lambda: len(bench.written))
    bench.driver.submit(pdu, start=start)
    assert bench.written == [
        *(b"AT+CREG?\r", b"AT+CIMI\r", b"AT+CMGF=0\r"),  # as it was set, and in PDU mode
        f"AT+CMGS={len(pdu)}\r".encode(),
        b"00" + pdu.hex().upper().encode() + CTRL_Z,
    ]
    assert start.seen == [4]


def test_a_withheld_segment_is_left_by_escape_and_never_by_ctrl_z() -> None:
    bench = AtBench().opened()
    bench.written.clear()
    bench.driver.submit(tpdu(), start=lambda: False)
    assert bench.written[-1] == ESC
    assert CTRL_Z not in b"".join(bench.written)


def test_a_pdu_can_be_written_in_small_pieces() -> None:
    bench = AtBench(pdu_chunk=18).opened()
    bench.written.clear()
    assert isinstance(bench.driver.submit(tpdu("in pieces"), start=go), Accepted)
    assert max(map(len, bench.written)) <= 18
    assert bench.texts == ["in pieces"]


@pytest.mark.parametrize("fault", ["no-answer", "no-answer:sent=no"])
def test_silence_is_doubt_after_the_hard_limit_and_not_before(fault: str) -> None:
    bench = AtBench(fault).opened()
    outcome = bench.driver.submit(tpdu(), start=go)
    assert outcome == InDoubt(OwnCause.NO_ANSWER, "no answer in 120 s")
    assert bench.clock.seconds - bench.opened_s == pytest.approx(120)


@pytest.mark.parametrize("seconds", [59, 61, 119])
def test_a_slow_answer_is_still_the_answer(seconds: int, caplog: pytest.LogCaptureFixture) -> None:
    bench = AtBench(f"late={seconds}").opened()
    assert bench.driver.submit(tpdu(), start=go) == Accepted(1)
    assert ("still waiting" in caplog.text) is (seconds > 60)


def test_accepted_without_ok_costs_five_seconds_and_no_doubt() -> None:
    bench = AtBench("cmgs-without-ok:times=1").opened()
    outcomes: list[object] = []
    spent_s = seconds_of(
        bench, lambda: outcomes.append(bench.driver.submit(tpdu("first"), start=go))
    )
    assert outcomes == [Accepted(1)]
    assert spent_s == pytest.approx(5)
    assert bench.driver.submit(tpdu("second"), start=go) == Accepted(2)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("cms=500:delay=9", Rejected),
        ("cms=500:delay=11:sent=yes", InDoubt),
        ("error:delay=9", Rejected),
        ("error:delay=11:sent=yes", InDoubt),
        ("cms=332", InDoubt),
        ("cms=38:delay=100", Rejected),
    ],
)
def test_when_an_error_comes_decides_whether_it_is_doubt(fault: str, kind: type[object]) -> None:
    assert isinstance(AtBench(fault).opened().driver.submit(tpdu(), start=go), kind)


@pytest.mark.parametrize("line", ["+CMS ERROR: perhaps later", "+CME ERROR: Not today"])
@pytest.mark.parametrize("seconds", [0.5, 30])
def test_an_error_in_words_that_nobody_knows_is_doubt_whenever_it_comes(
    line: str, seconds: float
) -> None:
    bench = AtBench("no-answer:times=1").opened()
    bench.clock.plan(seconds, lambda now_s: bench.emulator.say(line, now_s))
    outcome = bench.driver.submit(tpdu(), start=go)
    assert isinstance(outcome, InDoubt)
    assert outcome.cause is OwnCause.UNKNOWN_ERROR
    assert bench.clock.seconds - bench.opened_s == pytest.approx(seconds)


def test_an_error_instead_of_the_prompt_is_a_refusal_and_the_attempt_never_starts() -> None:
    bench = AtBench("cms=332:at=prompt:times=1").opened()
    start = Started()
    outcome = bench.driver.submit(tpdu(), start=start)
    assert isinstance(outcome, Rejected)
    assert outcome.cause == cms(332)
    assert not start.seen
    assert bench.driver.submit(tpdu("next"), start=go) == Accepted(1)


def test_no_prompt_is_given_eight_seconds() -> None:
    bench = AtBench("no-prompt:times=1").opened()
    outcome = bench.driver.submit(tpdu(), start=go)
    assert outcome == NotSent(OwnCause.NO_PROMPT, "no prompt in 8 s")
    assert bench.clock.seconds - bench.opened_s == pytest.approx(8)
    assert bench.driver.submit(tpdu("next"), start=go) == Accepted(1)


def test_a_modem_that_starts_anew_while_the_attempt_is_recorded_is_given_no_segment() -> None:
    bench = AtBench().opened()

    def start() -> bool:
        bench.emulator.reboot(bench.clock.seconds)
        bench.clock.seconds += 1
        return True

    assert isinstance(bench.driver.submit(tpdu(), start=start), NotSent)
    assert [type(report) for report in bench.driver.step(0)] == [LinkLost]
    assert not bench.texts


def test_a_modem_that_starts_anew_in_silence_is_found_out_before_the_next_segment() -> None:
    silent = replace(SIM800, boot=())  # in text mode: a PDU would go out as somebody's text
    bench = AtBench(profile=silent).opened()
    bench.emulator.reboot(bench.clock.seconds)
    bench.clock.seconds += 1
    outcome = bench.driver.submit(tpdu(), start=go)
    assert isinstance(outcome, NotSent)
    assert "echo is on again" in outcome.reason
    assert [type(report) for report in bench.driver.step(0)] == [LinkLost]
    bench.driver.open()
    assert bench.driver.submit(tpdu("next"), start=go) == Accepted(1)


# -- late answers -------------------------------------------------------------------------------


def test_a_late_answer_settles_the_segment_that_was_given_up() -> None:
    bench = AtBench("late=150:times=1").opened()
    assert isinstance(bench.driver.submit(tpdu(), start=go), InDoubt)
    assert bench.driver.step(60) == [LateAnswer(Accepted(1))]
    assert bench.clock.seconds - bench.opened_s == pytest.approx(150)


def test_a_late_error_settles_it_only_when_it_leaves_no_doubt() -> None:
    bench = AtBench("cms=38:delay=130:times=1", "cms=500:delay=130:times=1").opened()
    assert isinstance(bench.driver.submit(tpdu(), start=go), InDoubt)
    (report,) = bench.driver.step(60)
    assert isinstance(report, LateAnswer)
    assert isinstance(report.outcome, Rejected)
    assert isinstance(bench.driver.submit(tpdu(), start=go), InDoubt)
    assert bench.driver.step(60) == []


def test_the_next_segment_waits_until_no_late_answer_can_come() -> None:
    bench = AtBench("no-answer:times=1", first_reference=10).opened()
    bench.driver.submit(tpdu("first"), start=go)
    spent_s = seconds_of(bench, lambda: bench.driver.submit(tpdu("second"), start=go))
    assert spent_s == pytest.approx(60)
    assert bench.texts == ["first", "second"]


def test_an_answer_after_ok_alone_is_late_for_five_seconds() -> None:
    bench = AtBench("ok-without-cmgs:times=1", first_reference=10).opened()
    assert isinstance(bench.driver.submit(tpdu("first"), start=go), InDoubt)
    bench.emulator.say("+CMGS: 11", bench.clock.seconds)
    assert bench.driver.step(1) == [LateAnswer(Accepted(11))]


def test_a_late_answer_after_the_port_was_opened_again_is_nobodys() -> None:
    bench = AtBench("late=150:times=1", first_reference=40).opened()
    assert isinstance(bench.driver.submit(tpdu("first"), start=go), InDoubt)
    bench.driver.open()
    assert bench.driver.submit(tpdu("second"), start=go) == Accepted(42)
    assert bench.driver.step(60) == []
    assert bench.texts == ["first", "second"]


def test_a_late_answer_while_the_modem_is_asked_how_it_is_confuses_neither() -> None:
    bench = AtBench("late=125:times=1").opened()
    assert isinstance(bench.driver.submit(tpdu(), start=go), InDoubt)
    bench.clock.seconds += 5
    health = bench.driver.health()
    assert health is not None
    assert health.signal_dbm == -79
    assert bench.driver.step(0) == [LateAnswer(Accepted(1))]


def test_an_answer_that_another_process_waited_for_is_not_taken_by_this_one() -> None:
    bench = AtBench(latency_s=4, first_reference=70).opened()
    killed = bench.open_port()  # its owner dies after Ctrl-Z
    pdu = tpdu("first")
    killed.write(f"AT+CMGS={len(pdu)}\r".encode())
    killed.write(b"00" + pdu.hex().encode() + CTRL_Z)
    bench.driver.open()
    assert bench.driver.submit(tpdu("second"), start=go) == Accepted(72)
    assert bench.driver.step(10) == []


def test_a_modem_that_was_unplugged_in_mid_segment_owes_no_answer() -> None:
    bench = AtBench("unplug:back=2:times=1").opened()
    assert isinstance(bench.driver.submit(tpdu("first"), start=go), InDoubt)
    bench.clock.seconds += 3
    bench.driver.open()
    assert seconds_of(bench, lambda: bench.driver.submit(tpdu("second"), start=go)) < 1
    assert bench.texts == ["first", "second"]


def test_an_unplugged_modem_is_told_in_words_and_not_in_numbers() -> None:
    bench = AtBench("unplug:back=2:times=1").opened()
    bench.driver.submit(tpdu(), start=go)
    assert bench.driver.step(0) == [LinkLost("the port is gone: the modem was unplugged")]


# -- listening ----------------------------------------------------------------------------------


def test_listening_ends_as_soon_as_something_was_said() -> None:
    bench = AtBench().opened()
    bench.clock.plan(3, lambda now_s: bench.emulator.report(REPORT, now_s))
    assert bench.driver.step(60) == [StatusReportReceived(REPORT)]
    assert bench.clock.seconds - bench.opened_s == pytest.approx(3)


def test_what_is_said_during_a_segment_is_handed_on_after_it() -> None:
    bench = AtBench(latency_s=4).opened()
    bench.clock.plan(2, lambda now_s: bench.emulator.report(REPORT, now_s))
    bench.clock.plan(3, lambda now_s: bench.emulator.deliver(MESSAGE, now_s))
    assert bench.driver.submit(tpdu(), start=go) == Accepted(1)
    assert bench.driver.step(0) == [
        StatusReportReceived(REPORT),
        InboundReceived(MESSAGE, Place("SM", 1)),
    ]


def test_a_message_given_directly_has_no_place_in_the_sim() -> None:
    bench = AtBench().opened()
    bench.emulator.say(f"+CMT: ,29\r\n{MESSAGE.hex()}", bench.clock.seconds)
    assert bench.driver.step(0) == [InboundReceived(MESSAGE)]


def test_a_stored_status_report_is_read_as_one() -> None:
    bench = AtBench().opened()
    index = bench.sim.store(REPORT)
    bench.emulator.say(f'+CDSI: "SM",{index}', bench.clock.seconds)
    assert bench.driver.step(0) == [StatusReportReceived(REPORT, Place("SM", 1))]


def test_an_empty_place_in_the_sim_is_passed_over() -> None:
    bench = AtBench().opened()
    bench.emulator.say('+CMTI: "SM",17', bench.clock.seconds)
    assert bench.driver.step(0) == []
    assert bench.driver.health() is not None


def test_losing_and_finding_the_network_is_reported_once_each() -> None:
    bench = AtBench().opened()
    for status in (2, 0, 5, 1):
        bench.emulator.register(status, bench.clock.seconds)
    assert bench.driver.step(0) == [
        RegistrationChanged(registered=False),
        RegistrationChanged(registered=True),
    ]


@pytest.mark.parametrize("word", ["RDY", "+CPIN: READY", "+CFUN: 1", "NORMAL POWER DOWN"])
def test_every_word_of_a_boot_is_a_lost_link(word: str) -> None:
    bench = AtBench().opened()
    bench.emulator.say(word, bench.clock.seconds)
    (report,) = bench.driver.step(0)
    assert report == LinkLost(f"the modem started anew: {word}")


def test_what_came_before_a_boot_is_not_lost() -> None:
    bench = AtBench().opened()
    bench.emulator.report(REPORT, bench.clock.seconds)
    bench.emulator.say("RDY", bench.clock.seconds)
    assert [type(report) for report in bench.driver.step(0)] == [StatusReportReceived, LinkLost]


def test_a_huawei_handshake_is_checked_once_and_is_no_reboot() -> None:
    bench = AtBench(profile=E173).opened()
    for _ in range(3):
        bench.emulator.say("^BOOT:33803779,0,0,0,6", bench.clock.seconds)
    bench.written.clear()
    assert bench.driver.step(1) == []
    assert bench.written == [ESC, b"AT+CMGF?\r", b"AT+CREG?\r", b"AT+CIMI\r"]
    assert bench.driver.submit(tpdu(), start=go) == Accepted(1)


def test_a_huawei_that_did_start_anew_is_found_out_by_its_handshake() -> None:
    bench = AtBench(profile=E173).opened()
    bench.emulator.reboot(bench.clock.seconds)
    assert [type(report) for report in bench.driver.step(1)] == [LinkLost]


@pytest.mark.parametrize(
    "chatter", [b"\r\nRING\r\n", b"\r\n+CMT: ,29\r\n%b\r\n" % MESSAGE.hex().encode()]
)
def test_a_modem_that_never_stops_talking_holds_nobody_up(chatter: bytes) -> None:
    bench = AtBench().opened()
    bench.chatter = chatter
    assert seconds_of(bench, lambda: bench.driver.step(1)) < 3
    assert seconds_of(bench, bench.driver.health) < 10
    assert seconds_of(bench, lambda: bench.driver.submit(tpdu(), start=go)) < 20
    with pytest.raises(ModemUnavailable):
        bench.driver.open()


# -- everything at once -------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(
    faults=st.lists(st.tuples(st.sampled_from(SCRIPT), st.integers(0, 8)), max_size=6),
    profile=st.sampled_from([E173, SIM800, EC25, MINIMAL]),
    storm=st.sampled_from([(), ("urc-storm=0.3",)]),
    withheld=st.sets(st.integers(0, 8)),
    steps=st.lists(st.sampled_from([0, 1, 70]), min_size=9, max_size=9),
)
@pytest.mark.slow
def test_no_story_sends_a_segment_twice_or_tells_of_one_that_was_not_sent(
    faults: list[tuple[str, int]],
    profile: Profile,
    storm: tuple[str, ...],
    withheld: set[int],
    steps: list[int],
) -> None:
    script = [f"{fault}:after={after}:times=1" for fault, after in faults]
    bench = AtBench(*script, *storm, profile=profile).opened()
    story = Story(bench.driver, bench.log, bench.clock)
    for number, seconds in enumerate(steps):
        story.submit(f"segment {number}", is_withheld=number in withheld)
        story.step(seconds)
    story.check()

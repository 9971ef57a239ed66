"""Modems as they really are: each device comes up, says what it can do, sends, and is heard."""

from dataclasses import replace

import pytest

from adapters.modems.simulated.profiles import (
    BG96,
    E173,
    ICON,
    M1306,
    MF190,
    MINIMAL,
    MOTOROLA,
    PROFILES,
    SARA,
    SIM800,
    SIM900,
    SIM7600,
    SIM7670,
    Profile,
)
from application.ports import Abilities, ModemUnavailable
from domain.causes import RejectionClass
from domain.reports import (
    Accepted,
    InboundReceived,
    LinkLost,
    MemoryFull,
    NotSent,
    Place,
    Rejected,
    StatusReportReceived,
)
from tests.adapters.modems.emulated import AtBench, go, seconds_of, tpdu, vector_pdus

REPORT = vector_pdus("status_report.json")[0]
MESSAGE, OTHER_MESSAGE = vector_pdus("deliver.json")[:2]
NO_REPORTS = {"bg96", "minimal"}

every_profile = pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda each: each.name)


def hear(bench: AtBench, seconds: float = 1.0) -> list[object]:
    return list(bench.driver.step(seconds))


@every_profile
def test_every_device_comes_up_sends_and_tells_what_it_can(profile: Profile) -> None:
    bench = AtBench(profile=profile)
    identity = bench.driver.open()
    assert identity.imsi == bench.sim.imsi
    assert identity.iccid == (bench.sim.iccid if profile.iccid_command else None)
    assert bench.driver.submit(tpdu("hello"), start=go) == Accepted(1)
    assert bench.texts == ["hello"]
    assert (identity.abilities.reports is None) is (profile.name not in NO_REPORTS)
    assert (identity.abilities.inbound is None) is (profile is not MINIMAL)
    assert identity.abilities.sending is None


@every_profile
def test_every_device_is_heard_when_it_tells_of_messages_and_reports(profile: Profile) -> None:
    bench = AtBench(profile=profile).opened()
    bench.emulator.deliver(MESSAGE, bench.clock.seconds)
    bench.emulator.report(REPORT, bench.clock.seconds)
    heard = hear(bench)
    assert (InboundReceived(MESSAGE, Place("SM", 1)) in heard) is (profile is not MINIMAL)
    assert (REPORT in [getattr(each, "pdu", b"") for each in heard]) is (
        profile.name not in NO_REPORTS
    )


@every_profile
def test_every_device_that_starts_anew_is_found_out_before_the_next_segment(
    profile: Profile,
) -> None:
    silent = replace(profile, boot=(), ready_words=(), starts_with_echo=False, busy_s=0.0)
    bench = AtBench(profile=silent).opened()
    bench.emulator.reboot(bench.clock.seconds)
    bench.clock.seconds += 1
    outcome = bench.driver.submit(tpdu("lost?"), start=go)
    if profile is MINIMAL:  # it shows nothing, and PDU mode is made certain
        assert outcome == Accepted(1)
    else:
        assert isinstance(outcome, NotSent)
        assert [type(report) for report in hear(bench)] == [LinkLost]
        bench.driver.open()
        assert bench.driver.submit(tpdu("lost?"), start=go) == Accepted(1)
    assert [entry.recipient for entry in bench.log.segments] == ["+260977123456"]


@every_profile
def test_health_finds_a_silent_new_start_too(profile: Profile) -> None:
    bench = AtBench(profile=replace(profile, boot=(), starts_with_echo=False)).opened()
    bench.emulator.reboot(bench.clock.seconds)
    bench.clock.seconds += 20
    is_lost = bench.driver.health() is None
    assert is_lost is (profile is not MINIMAL)


# -- errors in words ----------------------------------------------------------------------------


def test_a_device_that_speaks_in_words_means_its_numbers() -> None:
    bench = AtBench("cms=332:times=1", "cms=28:times=1", profile=SIM7600).opened()
    assert type(bench.driver.submit(tpdu("a"), start=go)).__name__ == "InDoubt"
    assert str(getattr(bench.driver.submit(tpdu("b"), start=go), "cause", "")) == "CMS_28"


# -- the words of a start -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "word",
    ["^SYSSTART", "*ATREADY: 1", "MODEM:STARTUP", "APP RDY", "*EMRDY: 1", "START", "RDY"],
)
def test_a_word_that_only_a_start_says_is_a_start(word: str) -> None:
    bench = AtBench().opened()
    bench.emulator.say(word, bench.clock.seconds)
    assert [type(report) for report in hear(bench)] == [LinkLost]


@pytest.mark.parametrize("word", ["+WIND: 1", "+PBREADY", "+STIN: 25", "^BOOT:1,0,0,0,44"])
def test_a_word_that_may_come_later_too_makes_it_ask(word: str) -> None:
    bench = AtBench().opened()
    bench.emulator.say(word, bench.clock.seconds)
    assert hear(bench) == []
    quiet = replace(SIM800, boot=(word,), starts_with_echo=False)
    bench = AtBench(profile=quiet).opened()
    bench.emulator.reboot(bench.clock.seconds)
    assert [type(report) for report in hear(bench)] == [LinkLost]


# -- the card -----------------------------------------------------------------------------------


def test_a_card_that_is_busy_is_waited_for_and_is_the_same_card() -> None:
    bench = AtBench(profile=SARA)
    first = bench.driver.open()
    again = AtBench(profile=replace(SARA, iccid_command=None))
    assert again.driver.open().imsi == first.imsi


@pytest.mark.parametrize("ready", ["READY", "SIM PIN2", "SIM PUK2", ""])
@pytest.mark.parametrize("form", ['+CPIN: "{state}"', "+CPIN:{state}", "+CPIN: {state}"])
def test_a_card_that_sends_is_ready_whatever_the_device_calls_it(ready: str, form: str) -> None:
    AtBench(profile=replace(SIM800, ready=ready, cpin_answer=form)).opened()


def test_an_ok_alone_means_that_no_pin_is_wanted() -> None:
    bench = AtBench(profile=replace(SIM800, only=None, cpin_answer=""))
    assert seconds_of(bench, bench.driver.open) < 5


def test_a_query_without_its_ok_costs_a_moment_and_not_the_modem() -> None:
    for profile in (M1306, MOTOROLA):
        bench = AtBench(profile=profile)
        assert seconds_of(bench, bench.driver.open) < 5


@pytest.mark.parametrize(
    ("state", "is_final"), [("PH-NET PIN", True), ("SIM PUK", True), ("NOT READY", False)]
)
def test_only_what_would_do_harm_is_final(state: str, is_final: bool) -> None:
    bench = AtBench(profile=replace(SIM800, ready=state))
    with pytest.raises(ModemUnavailable, match=state) as refusal:
        bench.driver.open()
    assert refusal.value.permanent is is_final


def test_a_radio_that_is_off_is_turned_on() -> None:
    bench = AtBench(profile=SARA).opened()
    assert b"AT+CFUN=1\r" in bench.written
    assert hear(bench) == []


def test_another_card_in_a_modem_that_runs_on_is_found_out_before_a_segment() -> None:
    bench = AtBench().opened()
    bench.sim.imsi = "645030000000001"
    outcome = bench.driver.submit(tpdu("whose?"), start=go)
    assert isinstance(outcome, NotSent)
    assert "another SIM" in outcome.reason
    assert bench.driver.open().imsi == "645030000000001"


def test_a_card_that_was_pulled_is_gone_and_not_silent() -> None:
    bench = AtBench().opened()
    bench.emulator.change_sim(None)
    assert isinstance(bench.driver.submit(tpdu(), start=go), NotSent)
    assert [type(report) for report in hear(bench)] == [LinkLost]
    with pytest.raises(ModemUnavailable, match="no usable SIM") as refusal:
        bench.driver.open()
    assert not refusal.value.permanent


# -- the network --------------------------------------------------------------------------------


def test_on_lte_alone_the_circuit_switched_report_takes_nothing_away() -> None:
    bench = AtBench(profile=BG96).opened()
    bench.emulator.say("+CREG: 2", bench.clock.seconds)
    assert hear(bench) == []
    health = bench.driver.health()
    assert health is not None
    assert health.registered


def test_a_refusal_in_one_domain_is_none_while_another_searches() -> None:
    profile = replace(BG96, fixed_states={"+CREG": 3, "+CGREG": 0})
    bench = AtBench(profile=profile)
    bench.emulator.register(2, bench.clock.seconds)
    bench.clock.plan(10, lambda now_s: bench.emulator.register(1, now_s))
    bench.driver.open()


def test_numbers_in_three_digits_are_numbers() -> None:
    bench = AtBench(profile=MOTOROLA)
    assert seconds_of(bench, bench.driver.open) < 5
    health = bench.driver.health()
    assert health is not None
    assert health.registered


# -- reports and messages -----------------------------------------------------------------------


def test_a_device_without_reports_says_so() -> None:
    abilities = AtBench(profile=BG96).driver.open().abilities
    assert abilities == Abilities(
        reports="the modem refuses every +CNMI that tells of delivery reports: messages stay sent,"
        " whether or not they arrive; another modem may tell"
    )
    assert AtBench(profile=MINIMAL).driver.open().abilities.inbound is not None


def test_a_card_without_a_service_centre_says_so() -> None:
    bench = AtBench()
    bench.emulator.feed(b'AT+CSCA=""\r', bench.clock.seconds)
    sending = bench.driver.open().abilities.sending
    assert sending is not None
    assert "AT+CSCA" in sending


@pytest.mark.parametrize("profile", [SARA, SIM900], ids=lambda each: each.name)
def test_a_modem_that_is_busy_at_first_is_waited_for_and_not_deaf(profile: Profile) -> None:
    bench = AtBench(profile=profile).opened()
    bench.emulator.deliver(MESSAGE, bench.clock.seconds)
    assert hear(bench) == [InboundReceived(MESSAGE, Place("SM", 1))]


def test_a_line_that_nobody_knows_does_not_hide_a_message() -> None:
    bench = AtBench(profile=MF190).opened()
    bench.emulator.deliver(MESSAGE, bench.clock.seconds)
    assert hear(bench) == [InboundReceived(MESSAGE, Place("SM", 1))]


def test_nothing_is_read_from_a_memory_that_was_not_chosen() -> None:
    bench = AtBench(profile=replace(ICON, report_memory="SR")).opened()
    bench.emulator.deliver(MESSAGE, bench.clock.seconds)
    assert hear(bench) == [InboundReceived(MESSAGE, Place("SM", 1))]
    bench.emulator.say('+CDSI: "XX",1', bench.clock.seconds)
    assert hear(bench) == []
    bench.sim.memories["SM"][1] = OTHER_MESSAGE
    bench.emulator.report(REPORT, bench.clock.seconds)
    assert hear(bench, 40) == [StatusReportReceived(REPORT, Place("SR", 1))]


def test_a_message_that_is_read_twice_is_one() -> None:
    bench = AtBench().opened()
    bench.emulator.deliver(MESSAGE, bench.clock.seconds)
    assert hear(bench) == [InboundReceived(MESSAGE, Place("SM", 1))]
    bench.emulator.say('+CDSI: "SM",1', bench.clock.seconds)
    bench.emulator.say('+CMTI: "SM",1', bench.clock.seconds)
    assert hear(bench) == []


@pytest.mark.parametrize("name", ['"0053004D"', "SM", '"SM"'])
def test_the_name_of_a_memory_is_read_in_every_form(name: str) -> None:
    bench = AtBench().opened()
    bench.sim.store(MESSAGE)
    bench.emulator.say(f"+CMTI: {name},1", bench.clock.seconds)
    assert hear(bench) == [InboundReceived(MESSAGE, Place("SM", 1))]


def test_a_full_memory_is_told() -> None:
    bench = AtBench(profile=E173).opened()
    for place in range(1, 21):
        bench.sim.stored[place] = OTHER_MESSAGE
    bench.emulator.deliver(MESSAGE, bench.clock.seconds)
    assert hear(bench)[:1] == [MemoryFull('^SMMEMFULL: "SM"')]


# -- prompts and endings ------------------------------------------------------------------------


@pytest.mark.parametrize("prompt", [b"\r\n>\r\n", b"\r\n>", b"\r\n> \r\n", b">\r\n"])
def test_a_prompt_is_one_with_and_without_its_space_and_line_end(prompt: bytes) -> None:
    bench = AtBench(profile=replace(SIM7670, prompt=prompt)).opened()
    assert bench.driver.submit(tpdu("hello"), start=go) == Accepted(1)
    assert bench.texts == ["hello"]


def test_a_ussd_text_with_marks_and_a_menu_in_it_is_no_prompt() -> None:
    bench = AtBench("no-prompt:times=1").opened()
    text = '+CUSD: 0,"Balance K950.80\r\nTune "Shape of you" 35 days free\r\n> Dial *418#",15'
    bench.clock.plan(1, lambda now_s: bench.emulator.say(text, now_s))
    outcome = bench.driver.submit(tpdu(), start=go)
    assert isinstance(outcome, NotSent)
    assert not bench.texts


def test_an_error_of_another_maker_ends_the_answer_at_once() -> None:
    bench = AtBench("error:at=prompt:times=1", profile=MOTOROLA).opened()
    assert seconds_of(bench, lambda: bench.driver.submit(tpdu(), start=go)) < 1
    assert bench.driver.submit(tpdu("next"), start=go) == Accepted(1)


@pytest.mark.parametrize(("said", "dbm"), [("199", None), ("115", None), ("31", -51), ("0", -113)])
def test_a_signal_is_none_above_31(said: str, dbm: int | None) -> None:
    bench = AtBench().opened()
    answer = bench.emulator._commands._answers  # what a device says is not a setting
    bench.emulator._commands._answers = {**answer, "+CSQ": lambda _: [f"+CSQ: {said},99"]}
    health = bench.driver.health()
    assert health is not None
    assert health.signal_dbm == dbm


# -- trouble ------------------------------------------------------------------------------------


def test_a_segment_that_the_modem_cannot_read_is_tried_again_once() -> None:
    bench = AtBench("cms=304:times=3").opened()
    outcomes = [bench.driver.submit(tpdu(text), start=go) for text in ("a", "a", "b")]
    rejections = [o.rejection for o in outcomes if isinstance(o, Rejected)]
    assert rejections == [
        RejectionClass.TRANSIENT,
        RejectionClass.BUG_IN_REQUEST,
        RejectionClass.TRANSIENT,
    ]


@pytest.mark.slow
def test_a_modem_that_does_not_come_up_is_told_to_start_anew_now_and_then() -> None:
    bench = AtBench()
    bench.emulator.register(2, bench.clock.seconds)
    for _ in range(30):
        with pytest.raises(ModemUnavailable):
            bench.driver.open()
        bench.clock.seconds += 5
    assert bench.written.count(b"AT+CFUN=1,1\r") == 3  # in this hour
    assert b"\x1a" not in b"".join(bench.written)
    bench.emulator.register(1, bench.clock.seconds)
    bench.driver.open()
    assert bench.driver.submit(tpdu(), start=go) == Accepted(1)


def test_what_a_modem_lacks_is_named_for_the_operator() -> None:
    lacking = dict(AtBench(profile=MINIMAL).driver.open().abilities.lacking)
    assert set(lacking) == {"delivery reports", "messages that come in"}
    assert not AtBench().driver.open().abilities.lacking

"""The AT driver brings up what answers, gives up what does not, and gives a PIN once at most."""

import logging
from dataclasses import replace

import pytest

from adapters.modems.at.driver import AtModemDriver
from adapters.modems.simulated.profiles import E173, EC25, MINIMAL, SIM800, Profile
from application.ports import ModemUnavailable
from domain.reports import Accepted
from tests.adapters.modems.emulated import AtBench, VirtualClock, go, seconds_of, tpdu

ESC, CTRL_Z = b"\x1b", b"\x1a"


@pytest.mark.parametrize("profile", [E173, SIM800, EC25, MINIMAL], ids=lambda p: p.name)
def test_every_profile_comes_up_and_says_what_it_knows(profile: Profile) -> None:
    bench = AtBench(profile=profile)
    identity = bench.driver.open()
    assert identity.imsi == bench.sim.imsi
    assert identity.imei == profile.imei
    assert identity.iccid == (bench.sim.iccid if profile.iccid_command else None)
    assert identity.model == (f"{profile.manufacturer} {profile.model}".strip() or "unknown")


def test_a_device_that_only_sends_comes_up_too() -> None:
    bare = replace(MINIMAL, refused=MINIMAL.refused | {"+CREG?", "+CEREG?"})
    assert AtBench(profile=bare).opened().driver.submit(tpdu(), start=go) == Accepted(1)


def test_a_modem_left_at_its_prompt_is_freed_without_sending() -> None:
    bench = AtBench()
    bench.emulator.feed(b"AT+CMGF=0\rAT+CMGS=23\r0001000C91", bench.clock.seconds)
    bench.driver.open()
    assert CTRL_Z not in b"".join(bench.written)
    assert not bench.texts
    assert bench.driver.submit(tpdu(), start=go) == Accepted(1)


def test_a_silent_modem_is_asked_five_times_and_never_sent_ctrl_z() -> None:
    clock = VirtualClock()
    written: list[bytes] = []

    class Silent:
        def read(self, until_s: float) -> bytes:
            clock.wait_until(until_s)
            return b""

        def write(self, data: bytes) -> None:
            written.append(data)

        def close(self) -> None:
            written.append(b"closed")

    with pytest.raises(ModemUnavailable, match="does not answer"):
        AtModemDriver(Silent, clock=clock).open()
    assert written == [ESC, b"AT\r"] * 5 + [b"closed"]
    assert clock.seconds == pytest.approx(1_005)


def test_a_missing_port_is_unavailable() -> None:
    def no_port() -> None:
        raise FileNotFoundError("/dev/ttyUSB9")

    driver = AtModemDriver(no_port, clock=VirtualClock())  # type: ignore[arg-type]
    with pytest.raises(ModemUnavailable, match="ttyUSB9"):
        driver.open()


def test_the_network_is_waited_for_and_its_refusal_is_not() -> None:
    bench = AtBench()
    bench.emulator.register(2, bench.clock.seconds)
    bench.clock.plan(10, lambda now_s: bench.emulator.register(1, now_s))
    bench.driver.open()
    bench.emulator.register(3, bench.clock.seconds)
    assert seconds_of(bench, lambda: _refused(bench, "refuses")) < 1
    bench.emulator.register(2, bench.clock.seconds)
    assert seconds_of(bench, lambda: _refused(bench, "not registered")) == pytest.approx(30, abs=2)


def _refused(bench: AtBench, reason: str | None, *, permanent: bool = False) -> None:
    with pytest.raises(ModemUnavailable, match=reason) as refusal:
        bench.driver.open()
    assert refusal.value.permanent is permanent


def test_a_modem_that_starts_anew_while_coming_up_is_begun_again() -> None:
    bench = AtBench()
    bench.clock.plan(0.1, bench.emulator.reboot)
    bench.driver.open()
    assert bench.driver.submit(tpdu(), start=go) == Accepted(1)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("refuses=+CMGF", "the modem has no PDU mode.*: use another"),
        ("refuses=+CIMI", "the SIM gives no IMSI.*: try it in another modem"),
    ],
)
def test_what_keeps_a_modem_down_is_said_with_what_to_do(fault: str, words: str) -> None:
    _refused(AtBench(fault), words)


# -- the PIN ------------------------------------------------------------------------------------

PIN = "7391"


@pytest.mark.parametrize("profile", [E173, SIM800, EC25], ids=lambda p: p.name)
def test_the_right_pin_opens_the_sim(profile: Profile) -> None:
    bench = AtBench(profile=profile, pin=PIN, sim_pin=PIN)
    bench.driver.open()
    assert bench.sim.pins_entered == 1
    assert bench.driver.step(1) == []  # the SIM's +CPIN: READY is no reboot
    assert bench.driver.submit(tpdu(), start=go) == Accepted(1)


def test_a_wrong_pin_is_given_once_and_never_again() -> None:
    bench = AtBench(pin=PIN, sim_pin="0000")
    _refused(bench, "refused the PIN", permanent=True)
    for _ in range(3):
        _refused(bench, None, permanent=True)
    assert bench.sim.pins_entered == 1


def test_a_sim_whose_pin_was_refused_before_is_not_tried_at_all() -> None:
    bench = AtBench(pin=PIN, sim_pin="0000")
    bench.sim.tries = 2
    _refused(bench, "2 tries are left", permanent=True)
    assert bench.sim.pins_entered == 0


def test_a_pin_that_was_right_is_given_again_after_a_new_start() -> None:
    bench = AtBench(pin=PIN, sim_pin=PIN).opened()
    bench.emulator.reboot(bench.clock.seconds)
    bench.clock.seconds += 1
    bench.driver.open()
    assert bench.sim.pins_entered == 2
    assert bench.sim.tries == 3


def test_a_sim_that_wants_its_puk_or_a_pin_that_nobody_has_is_left_alone() -> None:
    bench = AtBench(pin=PIN, sim_pin=PIN)
    bench.sim.tries = 0
    _refused(bench, "SIM PUK", permanent=True)
    _refused(AtBench(sim_pin=PIN), "the settings have none")
    _refused(AtBench(pin="73 91", sim_pin=PIN), "not 4 to 8 digits", permanent=True)
    assert bench.sim.pins_entered == 0


def test_no_pin_and_no_pdu_is_ever_written_to_a_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="ngoma")  # an earlier test may have made it say less
    bench = AtBench(pin=PIN, sim_pin=PIN).opened()
    bench.driver.submit(tpdu("secret"), start=go)
    wrong = AtBench(pin=PIN, sim_pin="0000")
    with pytest.raises(ModemUnavailable) as refusal:
        wrong.driver.open()
    assert "AT+CMGF=0" in caplog.text
    assert 'AT+CPIN="****"' in caplog.text
    for told in (caplog.text, repr(refusal.value), repr(vars(wrong.driver))):
        assert PIN not in told
        assert tpdu("secret").hex()[:12].upper() not in told.upper()

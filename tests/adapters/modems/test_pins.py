"""A PIN that a card did not take is not given again: by no new start, and by no trial."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from adapters.modems.at.driver import AtModemDriver
from adapters.modems.simulated.profiles import E173, M1306, PROFILES, SIM800, SIM900, Profile
from application.fleet.pins import StoredPins
from application.ports import ModemUnavailable, SecretKind
from tests.adapters.modems.emulated import AtBench
from tests.worker.gateway import Gateway, gateway

WRONG, LONG, RIGHT = "7391", "73915028", "0042"
UNCOUNTED = replace(SIM900, busy_s=0.0)  # tells nobody how many tries are left


@pytest.fixture(scope="module")
def gw(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with gateway(tmp_path_factory.mktemp("pins")) as found:
        yield found


def started(bench: AtBench, gw: Gateway, pin: str) -> AtModemDriver:
    """Give the driver that a new process would make."""
    system = gw.system
    pins = StoredPins(
        system.reader, system.digests, clock=system.clock, execute=system.committer.execute
    )
    return AtModemDriver(bench.open_port, clock=bench.clock, pin=pin, pins=pins)


def refusal_of(driver: AtModemDriver) -> ModemUnavailable:
    with pytest.raises(ModemUnavailable) as refusal:
        driver.open()
    return refusal.value


def test_a_pin_that_was_refused_is_not_given_again_by_any_new_start(gw: Gateway) -> None:
    bench = AtBench(profile=UNCOUNTED, sim_pin=RIGHT)
    for _ in range(4):
        assert refusal_of(started(bench, gw, WRONG)).permanent
        bench.emulator.reboot(bench.clock.seconds)
        bench.clock.seconds += 1
    assert (bench.sim.pins_entered, bench.sim.tries) == (1, 2)
    assert "not taken" in refusal_of(started(bench, gw, WRONG)).reason
    assert started(bench, gw, RIGHT).open().imsi == bench.sim.imsi


def test_a_pin_whose_answer_nobody_heard_is_not_given_again(gw: Gateway) -> None:
    bench = AtBench(profile=replace(UNCOUNTED, name="gone"), sim_pin=RIGHT)
    bench.sim.iccid = "89260000000000000017"
    pins = started(bench, gw, WRONG)._pin
    pins.take(bench.sim.iccid, is_untouched=False)  # the process ends here
    assert refusal_of(started(bench, gw, WRONG)).permanent
    assert bench.sim.pins_entered == 0


def test_unlocking_by_hand_lets_the_gateway_give_it_again(gw: Gateway) -> None:
    bench = AtBench(profile=UNCOUNTED, sim_pin=RIGHT)
    bench.sim.iccid = "89260000000000000025"
    started(bench, gw, RIGHT)._pin.take(bench.sim.iccid, is_untouched=False)
    assert refusal_of(started(bench, gw, RIGHT)).permanent
    bench.sim.enter(RIGHT)  # by hand, in a telephone
    started(bench, gw, RIGHT).open()
    bench.emulator.reboot(bench.clock.seconds)
    bench.clock.seconds += 1
    started(bench, gw, RIGHT).open()
    assert bench.sim.tries == 3


def test_what_a_refused_pin_asks_an_operator_to_do_helps(gw: Gateway) -> None:
    bench = AtBench(profile=replace(UNCOUNTED, name="told"), sim_pin=RIGHT)
    bench.sim.iccid = "89260000000000000041"
    assert "put the right one into the settings" in refusal_of(started(bench, gw, WRONG)).reason
    assert started(bench, gw, RIGHT).open().imsi == bench.sim.imsi


def test_where_the_tries_can_be_read_a_refused_pin_asks_for_a_telephone(gw: Gateway) -> None:
    bench = AtBench(profile=SIM800, sim_pin=RIGHT)
    bench.sim.iccid = "89260000000000000058"
    for pin in (WRONG, RIGHT):
        assert "enter the right one in a telephone" in refusal_of(started(bench, gw, pin)).reason
        bench.emulator.reboot(bench.clock.seconds)
        bench.clock.seconds += 1
    assert bench.sim.pins_entered == 1
    bench.sim.enter(RIGHT)  # in a telephone
    bench.emulator.reboot(bench.clock.seconds)
    bench.clock.seconds += 1
    assert started(bench, gw, RIGHT).open().imsi == bench.sim.imsi


def test_neither_card_nor_pin_can_be_read_from_the_store(gw: Gateway) -> None:
    bench = AtBench(profile=UNCOUNTED, sim_pin=RIGHT)
    bench.sim.iccid = "89260000000000000033"
    refusal_of(started(bench, gw, LONG))
    assert bench.sim.pins_entered == 1
    row = gw.system.store.secret(SecretKind.SIM_PIN, gw.system.digests.card(bench.sim.iccid))
    assert row is not None
    for shown in (row.key, row.value):
        assert bench.sim.iccid not in shown
        assert LONG not in shown


class Away:
    """A memory that cannot note anything."""

    def is_spent(self, card: str, pin: str) -> bool:
        return False

    def spend(self, card: str, pin: str) -> None:
        raise OSError(f"no space left to note {len(card + pin)} octets")

    def restore(self, card: str) -> None:
        raise AssertionError(card)


def test_a_pin_that_cannot_be_noted_is_not_given() -> None:
    bench = AtBench(sim_pin=RIGHT)
    driver = AtModemDriver(bench.open_port, clock=bench.clock, pin=RIGHT, pins=Away())
    refusal = refusal_of(driver)
    assert not refusal.permanent
    assert bench.sim.pins_entered == 0


@pytest.mark.parametrize(
    "profile",
    [each for each in PROFILES.values() if each.pin_counter and each is not M1306],
    ids=lambda each: each.name,
)
def test_a_card_that_was_tried_by_another_is_left_alone_where_the_tries_can_be_read(
    profile: Profile,
) -> None:
    bench = AtBench(profile=replace(profile, busy_s=0.0), pin=RIGHT, sim_pin=RIGHT)
    bench.sim.tries = 2
    assert "2 tries are left" in refusal_of(bench.driver).reason
    assert bench.sim.pins_entered == 0


@pytest.mark.parametrize("profile", [E173, SIM800, M1306], ids=lambda each: each.name)
def test_the_right_pin_is_given_at_each_new_start(profile: Profile, gw: Gateway) -> None:
    bench = AtBench(profile=profile, sim_pin=RIGHT)
    for _ in range(3):
        assert started(bench, gw, RIGHT).open().imsi == bench.sim.imsi
        bench.emulator.reboot(bench.clock.seconds)
        bench.clock.seconds += 1
    assert bench.sim.tries == 3

"""Phones that pull: sent once, asked for, given back, doubted; whatever is lost on the way."""

import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import pytest

from domain.causes import OwnCause, meaning_of
from domain.message import Message, message_id
from domain.message_states import State
from domain.phone_report import PhoneState
from domain.values import Lane, Network
from tests.support.counts import soak_count
from tests.support.virtual import IN_MEMORY
from tests.worker.phone_shelf import Shelf, phone_shelf

MTN: Final = {1: Network.MTN}
FAULTS: Final = (
    "lost-pull:p=0.2",
    "lost-report:p=0.4",
    "lost-answer:p=0.4",
    "twice:p=0.5",
    "late:p=0.4",
    "foreign:p=0.3",
    "restart:p=0.2",
    "forget:p=0.1",
    "clock=900:p=0.2",
    "clock=-900:p=0.2",
    "silent=400:p=0.05",
    "no-result:p=0.2",
    "result=1:p=0.2",
    "result=4:p=0.2",
    "half:p=0.3",
    "no-report:p=0.3",
    "undelivered:p=0.2",
)


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    with tempfile.TemporaryDirectory(dir=IN_MEMORY) as folder, phone_shelf(Path(folder)) as made:
        yield made


@pytest.mark.slow
def test_a_phone_sends_each_message_once_and_says_what_became_of_it(shelf: Shelf) -> None:
    shelf.add_phone(MTN)
    shelf.send(count=8)
    shelf.run(400)
    assert set(shelf.states()) == {State.DELIVERED}
    assert not shelf.violations()


@pytest.mark.slow
def test_a_phone_and_a_modem_serve_one_queue(shelf: Shelf) -> None:
    shelf.add_phone(MTN)
    shelf.add_modem()
    shelf.send(count=16)
    shelf.run(200)
    assert set(shelf.states()) == {State.DELIVERED}
    assert len(shelf.used()) == 2
    assert not shelf.violations()


@pytest.mark.slow
def test_without_the_phone_the_modem_sends_what_the_phone_was_not_given(shelf: Shelf) -> None:
    phone = shelf.add_phone(MTN)
    shelf.send(*[Lane.NORMAL] * 12)
    shelf.run(32)
    held = {number for number in shelf.numbers if shelf.gw.message(number).state is State.SENDING}
    phone.is_off = True
    shelf.add_modem()
    shelf.run(600)
    assert held
    for number in shelf.numbers:
        left = (
            {State.DELIVERED, State.SENT, State.IN_DOUBT} if number in held else {State.DELIVERED}
        )
        assert shelf.gw.message(number).state in left
    shelf.end()
    assert not shelf.violations()


@pytest.mark.slow
def test_without_the_modem_the_phone_sends_the_rest(shelf: Shelf) -> None:
    sim = shelf.add_modem()
    shelf.send(count=12)
    shelf.run(10)
    sim.close()
    shelf.sims.clear()
    shelf.add_phone(MTN)
    shelf.run(400)
    assert set(shelf.states()) == {State.DELIVERED}
    assert not shelf.violations()


@pytest.mark.slow
def test_what_a_phone_gives_back_goes_by_another_sim(shelf: Shelf) -> None:
    phone = shelf.add_phone(MTN, "clock=-3600")
    phone.sends = False
    shelf.send(*[Lane.NORMAL] * 3)
    shelf.run(50)
    assert set(shelf.states()) == {State.SENDING}
    shelf.add_modem()
    shelf.run(260)
    assert {kept.state for kept in phone.messages.values()} == {PhoneState.CANCELLED}
    assert set(shelf.states()) == {State.DELIVERED}
    assert not shelf.violations()


def test_a_lost_report_is_asked_for_and_nothing_is_sent_again(shelf: Shelf) -> None:
    phone = shelf.add_phone(MTN, "lost-report")
    shelf.send(*[Lane.NORMAL] * 2)
    shelf.run(120)
    assert set(shelf.states()) == {State.SENDING}
    phone.heal()
    shelf.run(150)
    assert set(shelf.states()) == {State.DELIVERED}
    assert not shelf.violations()


def test_a_phone_that_has_forgotten_is_doubted_and_not_believed(shelf: Shelf) -> None:
    phone = shelf.add_phone(MTN, "lost-report")
    shelf.send(Lane.NORMAL)
    shelf.run(60)
    assert shelf.air.segments
    phone.messages.clear()
    phone.heal()
    shelf.add_modem()
    shelf.run(400)
    (number,) = shelf.numbers
    assert shelf.gw.events(number)[:2] == ["AttemptStarted", "InDoubt"]
    shelf.end()
    assert not shelf.violations()


@pytest.mark.slow
def test_a_process_that_begins_anew_asks_for_what_the_phone_was_given(shelf: Shelf) -> None:
    phone = shelf.add_phone(MTN, "lost-report")
    shelf.send(*[Lane.NORMAL] * 3)
    shelf.run(40)
    shelf.restart()
    phone.heal()
    shelf.run(300)
    assert set(shelf.states()) == {State.DELIVERED}
    assert not shelf.violations()


def test_one_message_of_lane_otp_is_given_alone(shelf: Shelf) -> None:
    phone = shelf.add_phone(MTN)
    phone.sends = False
    shelf.send(Lane.NORMAL, Lane.OTP, Lane.OTP)
    shelf.run(100)
    assert len(phone.messages) == 1
    phone.sends = True
    shelf.run(200)
    assert set(shelf.states()) == {State.DELIVERED}


@pytest.mark.slow
def test_a_phone_has_at_most_five_and_keeps_androids_pace(shelf: Shelf) -> None:
    phone = shelf.add_phone(MTN)
    phone.sends = False
    shelf.send(*[Lane.NORMAL] * 40)
    shelf.run(100)
    assert len(phone.messages) == 5
    phone.sends = True
    shelf.run(1_200)
    assert len(shelf.air.segments) == 30
    assert not [kept for kept in phone.messages.values() if kept.state is PhoneState.FAILED]


@pytest.mark.slow
def test_a_process_that_begins_anew_keeps_the_pace_of_what_was_given_before(shelf: Shelf) -> None:
    phone = shelf.add_phone(MTN)
    shelf.send(*[Lane.NORMAL] * 40)
    shelf.run(600)
    assert len(shelf.air.segments) == 30
    shelf.restart()
    shelf.run(900)
    assert len(phone.messages) == 30  # with more Android would ask its user, and the SIM rest
    shelf.run(900)
    assert len(shelf.air.segments) == 40


@pytest.mark.slow
def test_a_gateway_that_opens_its_store_anew_keeps_the_pace_of_the_one_before() -> None:
    with tempfile.TemporaryDirectory(dir=IN_MEMORY) as folder:
        with phone_shelf(Path(folder)) as shelf:
            phone = shelf.add_phone(MTN)
            shelf.send(*[Lane.NORMAL] * 32)
            shelf.run(400)
            assert len(shelf.air.segments) == 30
            numbers, time = shelf.numbers, shelf.time
        with phone_shelf(Path(folder), time=time) as again:
            again.take_over(phone)
            again.numbers = numbers
            again.run(900)
            assert len(phone.messages) == 30  # a limit in memory alone would have let two more go
            again.run(900)
            assert len(phone.messages) == 32
            assert set(again.states()) == {State.DELIVERED}


def test_a_message_whose_phone_calls_no_more_says_so(shelf: Shelf) -> None:
    phone = shelf.add_phone(MTN)
    phone.sends = False
    shelf.send(Lane.NORMAL)
    shelf.run(40)
    phone.is_off = True
    shelf.run(400)
    (doubt,) = [
        event
        for event in shelf.gw.system.reader.events(message_id(shelf.numbers[0]))
        if isinstance(event, Message.InDoubt)
    ]
    assert doubt.cause == OwnCause.LEASE_LAPSED
    assert "phone" in meaning_of(OwnCause.LEASE_LAPSED).words


def test_the_clock_of_a_phone_that_is_ahead_is_told(shelf: Shelf) -> None:
    phone = shelf.add_phone(MTN)
    phone.skew_s = 3_600.0
    shelf.send(Lane.NORMAL)
    shelf.run(50)
    assert "clock is ahead" in shelf.gw.alarms.standing()["modem phone-1/1"]
    assert not shelf.air.segments


def one_schedule(seed: int) -> tuple[object, Sequence[str]]:
    """Run one; give the faults, and what did not hold."""
    chance = random.Random(seed)
    faults = [chance.sample(FAULTS, chance.randint(1, 4)) for _ in range(2)]
    with (
        tempfile.TemporaryDirectory(dir=IN_MEMORY) as folder,
        phone_shelf(Path(folder), seed=seed) as shelf,
    ):
        shelf.add_phone(MTN, *faults[0])
        shelf.add_phone({1: Network.AIRTEL, 2: Network.MTN}, *faults[1])
        shelf.add_modem()
        shelf.send(count=10)
        shelf.send(count=4, network=Network.AIRTEL)
        shelf.run(chance.choice((60, 300)))
        if chance.random() < 0.3:
            shelf.restart()
        shelf.phones[chance.randrange(2)].is_off = chance.random() < 0.5
        shelf.run(400)
        for phone in shelf.phones:
            phone.heal()
        shelf.run(300)
        shelf.end()
        return faults, shelf.violations()


@pytest.mark.slow
@pytest.mark.timeout(7_200)
def test_no_schedule_of_bad_phones_breaks_an_invariant(report_count: Callable[..., None]) -> None:
    runs, first = soak_count(500), random.randrange(1_000_000)
    for seed in range(first, first + runs):
        faults, violations = one_schedule(seed)
        assert not violations, f"seed {seed}, faults {faults}: {violations}"
    report_count("schedules of bad phones", runs, 0, first)

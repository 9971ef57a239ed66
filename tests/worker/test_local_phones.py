"""Phones that are called: sent once, followed, recalled, doubted; over HTTP, and when killed."""

import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import pytest

from adapters.modems.phones.client import LocalPhone
from adapters.modems.simulated.phone_memory import Kept
from domain.message_states import State
from domain.phone_report import PhoneState
from domain.values import Lane, Network
from tests.support.counts import soak_count
from tests.support.virtual import IN_MEMORY
from tests.worker.local_shelf import (
    PASSWORD,
    DiesAfterGiving,
    DiesBeforeGiving,
    Killed,
    LocalShelf,
    ShowsNothingOfIt,
    local_shelf,
)

MTN: Final = {1: Network.MTN}
FAULTS: Final = (
    *("lost-pull:p=0.2", "lost-report:p=0.4", "lost-answer:p=0.3", "restart:p=0.2"),
    *("forget:p=0.1", "clock=900:p=0.2", "clock=-900:p=0.2", "silent=400:p=0.05"),
    *("no-result:p=0.2", "result=1:p=0.2", "result=4:p=0.2", "half:p=0.3"),
    *("no-report:p=0.3", "undelivered:p=0.2"),
)


@pytest.fixture
def shelf() -> Iterator[LocalShelf]:
    with tempfile.TemporaryDirectory(dir=IN_MEMORY) as folder, local_shelf(Path(folder)) as made:
        yield made


def only(shelf: LocalShelf) -> list[str]:
    """Name what happened to the only message."""
    (number,) = shelf.numbers
    return shelf.gw.events(number)


def test_a_phone_that_is_called_sends_each_message_once_and_is_asked_what_became_of_it(
    shelf: LocalShelf,
) -> None:
    called = shelf.add_called(MTN)
    shelf.send(*[Lane.NORMAL] * 4)
    shelf.run(40)
    assert set(shelf.states()) == {State.DELIVERED}
    assert len(shelf.air.segments) == 4
    assert called.runner.trouble == "ok"
    assert called.phone.settings["messages"]["processing_order"] == "FIFO"
    assert not shelf.violations()


def test_without_it_its_messages_go_by_a_modem_and_it_says_that_it_is_silent(
    shelf: LocalShelf,
) -> None:
    called = shelf.add_called(MTN)
    shelf.run(4)
    called.unplug()
    shelf.send(*[Lane.NORMAL] * 2)
    shelf.run(10)
    assert called.runner.trouble == "it cannot be reached: Connection refused"
    assert shelf.states() == [State.QUEUED] * 2  # nothing was sent to it: any SIM may have them
    shelf.add_modem()
    shelf.run(60)
    assert set(shelf.states()) == {State.DELIVERED}
    assert not shelf.violations()


@pytest.mark.parametrize(("fault", "segments"), [("lost-answer", 1), ("lost-pull", 0)])
@pytest.mark.slow
def test_a_message_whose_answer_is_lost_is_never_given_again(
    shelf: LocalShelf, fault: str, segments: int
) -> None:
    called = shelf.add_called(MTN, fault)
    shelf.send(Lane.NORMAL)
    shelf.run(6)
    called.phone.heal()
    shelf.run(250)
    assert len(shelf.air.segments) == segments
    assert shelf.states() == [State.DELIVERED if segments else State.IN_DOUBT]
    shelf.end()
    assert not shelf.violations()


def test_what_waits_in_a_phone_is_recalled_before_another_sim_has_it(shelf: LocalShelf) -> None:
    called = shelf.add_called(MTN)
    called.phone.sends = False
    shelf.send(Lane.NORMAL)
    shelf.run(150)
    assert shelf.states() == [State.SENDING]
    shelf.add_modem()
    shelf.run(80)
    assert [kept.state for kept in called.phone.messages.values()] == [PhoneState.CANCELLED]
    assert shelf.states() == [State.DELIVERED]
    assert not shelf.violations()


def test_a_phone_that_has_forgotten_is_doubted_and_given_nothing_again(shelf: LocalShelf) -> None:
    called = shelf.add_called(MTN, "lost-report")
    shelf.send(Lane.NORMAL)
    shelf.run(20)
    assert shelf.air.segments
    called.phone.messages.clear()
    called.phone.heal()
    shelf.add_modem()
    shelf.run(300)
    assert only(shelf)[:2] == ["AttemptStarted", "InDoubt"]
    shelf.end()
    assert not shelf.violations()


@pytest.mark.slow
def test_it_has_at_most_five_and_an_otp_alone_and_keeps_androids_pace(shelf: LocalShelf) -> None:
    called = shelf.add_called(MTN)
    called.phone.sends = False
    shelf.send(Lane.OTP, Lane.OTP)
    shelf.run(20)
    assert len(called.phone.messages) == 1
    called.phone.sends = True
    shelf.run(40)
    assert len(called.phone.messages) == 2
    called.phone.sends = False
    shelf.send(*[Lane.NORMAL] * 40)
    shelf.run(30)
    assert len(called.phone.messages) == 2 + 5
    called.phone.sends = True
    shelf.run(200)
    assert len(shelf.air.segments) == 30


def test_a_wrong_password_is_said_and_nothing_is_lost_by_it(shelf: LocalShelf) -> None:
    called = shelf.add_called(MTN)
    called.runner._client = LocalPhone(called.settings.url, user="sms", password="another")
    shelf.send(Lane.NORMAL)
    shelf.run(20)
    assert called.runner.trouble == "it does not take the user and password of the settings"
    assert shelf.states() == [State.QUEUED]
    called.restart()
    shelf.run(20)
    assert shelf.states() == [State.DELIVERED]


def test_the_clock_of_a_phone_that_is_ahead_is_told(shelf: LocalShelf) -> None:
    called = shelf.add_called(MTN)
    called.phone.skew_s = 3_600.0
    shelf.send(Lane.NORMAL)
    shelf.run(10)
    assert "clock is ahead" in shelf.gw.alarms.standing()["modem phone-1/1"]
    assert not shelf.air.segments


def test_a_message_of_another_gateway_by_the_same_id_is_not_taken_for_ours(
    shelf: LocalShelf,
) -> None:
    called = shelf.add_called(MTN)
    shelf.run(4)
    told = {"id": "msg_1-1", "phoneNumbers": ["+260960000009"], "message": "another's"}
    called.phone.messages["msg_1-1"] = Kept.of(told, at=shelf.time.now())
    called.phone.messages["msg_1-1"].become(PhoneState.SENT, at=shelf.time.now())
    shelf.send(Lane.NORMAL)
    shelf.run(4)
    assert only(shelf)[:2] == ["AttemptStarted", "AttemptFailed"]
    shelf.add_modem()
    shelf.run(100)
    assert shelf.states() == [State.DELIVERED]
    assert not shelf.violations()


def test_a_battery_that_is_low_is_an_alarm_and_falls_with_it(shelf: LocalShelf) -> None:
    called = shelf.add_called(MTN)
    called.phone.battery = 7
    shelf.run(4)
    assert shelf.gw.alarms.standing()["phone p0"] == "its battery is at 7 %"
    called.phone.battery = 60
    shelf.run(70)
    assert "phone p0" not in shelf.gw.alarms.standing()


@pytest.mark.parametrize("more", [{}, {"recipients": 1}, {"recipients": ["+260977000000"]}])
@pytest.mark.slow
def test_what_it_has_under_the_id_and_does_not_show_is_sent_by_no_other_sim(
    shelf: LocalShelf, more: dict[str, object]
) -> None:
    called = shelf.add_called(MTN)
    shelf.run(4)
    client = ShowsNothingOfIt(called.settings.url, user="sms", password=PASSWORD)
    client.more = more
    called.runner._client = client
    shelf.send(Lane.NORMAL)
    shelf.run(4)
    shelf.add_modem()
    shelf.run(30)
    assert only(shelf) == ["AttemptStarted"]
    assert not shelf.air.segments


@pytest.mark.parametrize(
    ("client", "segments", "state"),
    [(DiesAfterGiving, 1, State.DELIVERED), (DiesBeforeGiving, 0, State.IN_DOUBT)],
)
@pytest.mark.slow
def test_a_process_killed_while_it_gives_a_message_gives_it_no_second_time(
    shelf: LocalShelf, client: type[LocalPhone], segments: int, state: State
) -> None:
    called = shelf.add_called(MTN)
    shelf.run(4)
    called.runner._client = client(called.settings.url, user="sms", password=PASSWORD)
    shelf.send(Lane.NORMAL)
    with pytest.raises(Killed):
        shelf.run(10)
    called.restart()
    shelf.run(250)
    assert len(shelf.air.segments) == segments
    assert shelf.states() == [state]
    shelf.end()
    assert not shelf.violations()


def test_what_was_delivered_while_the_gateway_was_away_is_heard_when_it_is_back(
    shelf: LocalShelf,
) -> None:
    called = shelf.add_called(MTN, delivered_after_s=30.0)
    shelf.send(Lane.NORMAL)
    shelf.run(8)
    assert shelf.states() == [State.SENT]
    shelf.sims.remove(called)
    shelf.run(60)
    called.restart()
    shelf.sims.append(called)
    shelf.run(4)
    assert shelf.states() == [State.DELIVERED]


def one_schedule(seed: int) -> tuple[object, Sequence[str]]:
    """Run one; give the faults, and what did not hold."""
    chance = random.Random(seed)
    faults = [chance.sample(FAULTS, chance.randint(1, 4)) for _ in range(2)]
    with (
        tempfile.TemporaryDirectory(dir=IN_MEMORY) as folder,
        local_shelf(Path(folder), seed=seed) as shelf,
    ):
        phones = [shelf.add_called(MTN, *faults[0])]
        phones.append(shelf.add_called({1: Network.AIRTEL, 2: Network.MTN}, *faults[1]))
        shelf.add_modem()
        shelf.send(count=8)
        shelf.send(count=3, network=Network.AIRTEL)
        shelf.run(chance.choice((20, 120)))
        if chance.random() < 0.4:
            phones[chance.randrange(2)].restart()
        phones[chance.randrange(2)].phone.is_off = chance.random() < 0.5
        shelf.run(300)
        for each in phones:
            each.phone.heal()
        shelf.run(200)
        shelf.end()
        return faults, shelf.violations()


@pytest.mark.slow
@pytest.mark.timeout(7_200)
def test_no_schedule_of_bad_phones_that_are_called_breaks_an_invariant(
    report_count: Callable[..., None],
) -> None:
    runs, first = soak_count(200, quick=4), random.randrange(1_000_000)
    for seed in range(first, first + runs):
        faults, violations = one_schedule(seed)
        assert not violations, f"seed {seed}, faults {faults}: {violations}"
    report_count("schedules of bad phones that are called", runs, 0, first)

"""No message leaves in the quiet hours that hold it, however it comes to wait into them."""

from pathlib import Path
from typing import Any, Final

import pytest

from application.accounts import ChooseQuietHours
from application.accounts.principal import Principal
from application.books.actors import Actor
from application.messages.by_hand import CancelMessage
from application.messages.explain import Explanation, explain
from domain.days import DAY_S, OFFSET_S
from domain.message import State
from domain.message.retimed import Postponed
from domain.public_ids import iso_time
from domain.values import SECOND, Category, Instant, Lane
from tests.worker.gateway import Gateway, gateway
from worker.sims import SimRunner
from worker.timed_work import due_work

HOUR_S: Final = 3600
NEAR: Final = 10 * SECOND
"""Time passes by itself too."""
PROMOTIONAL: Final = Category.PROMOTIONAL
OVERDUE: Final = "message.overdue"


@pytest.fixture
def noon(gw: Gateway) -> Gateway:
    """A gateway at which it is noon in Lusaka."""
    go_to(gw, "12:00")
    return gw


def go_to(gw: Gateway, time: str) -> Instant:
    """Let time pass until it is that time in Lusaka; give the moment."""
    hours, minutes = map(int, time.split(":"))
    wanted_s = hours * HOUR_S + minutes * 60
    gw.clock.advance((wanted_s - gw.clock.now() / SECOND - OFFSET_S) % DAY_S)
    return gw.clock.now()


def choose(gw: Gateway, sender: Principal, hours: str | None, *, is_all: bool = False) -> None:
    changes = {"hours": hours, "is_all": is_all}
    actor = Actor.of(sender.account)
    gw.execute(ChooseQuietHours(sender.account, changes, actor=actor, at=gw.clock.now()))


def quiet_account(gw: Gateway, *, is_all: bool = False) -> Principal:
    sender = gw.account()
    choose(gw, sender, "20:00-07:00", is_all=is_all)
    return sender


def send(gw: Gateway, sender: Principal, **fields: Any) -> int:
    (number,) = gw.send(sender, **{"category": PROMOTIONAL, **fields})
    return number


def do_what_time_asks(gw: Gateway) -> None:
    """Do the jobs that the relay would find due."""
    (work,) = (each for each in due_work(gw.system) if each.kind == OVERDUE)
    for _ in range(9):
        gw.reached()
        jobs = [ids for ids in work.due(gw.clock.now(), 100) if work.handle(ids, gw.execute)]
        if not jobs:
            return
    pytest.fail("time never has enough")


def told(gw: Gateway, number: int) -> Explanation:
    system = gw.system
    return explain(system.reader, system.store, number, account=None, now=gw.clock.now())


def leaves(gw: Gateway, sim: SimRunner, *numbers: int) -> None:
    gw.until(lambda: all(gw.message(n).state is State.SENT for n in numbers), sim)


def test_a_promotion_that_is_accepted_at_night_leaves_in_the_morning(noon: Gateway) -> None:
    sender, sim = quiet_account(noon), noon.sim(noon.driver("a"))
    go_to(noon, "22:30")
    held = send(noon, sender)
    other = send(noon, sender, first=2, category=Category.TRANSACTIONAL)
    leaves(noon, sim, other)
    do_what_time_asks(noon)
    noon.steps(20, sim)
    go_to(noon, "06:59")
    do_what_time_asks(noon)
    noon.steps(20, sim)
    assert noon.recipients() == [2]
    assert noon.events(held) == []
    seven = go_to(noon, "07:00")
    leaves(noon, sim, held)
    assert noon.recipients() == [2, 1]
    assert noon.system.reader.events(noon.message(held).id)[-1].at >= seven


def test_what_waits_in_the_queue_at_eight_waits_until_seven(noon: Gateway) -> None:
    sender, sim = quiet_account(noon), noon.sim(noon.driver("a"))
    go_to(noon, "19:30")
    waits = send(noon, sender, validity_minutes=60)
    eight = go_to(noon, "20:00")
    noon.online(sim)
    noon.steps(20, sim)
    do_what_time_asks(noon)
    noon.steps(20, sim)
    assert noon.recipients() == []
    assert noon.events(waits) == ["Postponed"]
    seven = Instant(eight + 11 * HOUR_S * SECOND)
    assert told(noon, waits).held_until == pytest.approx(seven, abs=NEAR)
    go_to(noon, "06:59")
    do_what_time_asks(noon)
    noon.steps(20, sim)
    assert noon.recipients() == []
    go_to(noon, "07:00")
    leaves(noon, sim, waits)
    assert noon.events(waits) == ["Postponed", "AttemptStarted", "Sent"]


def test_the_night_is_not_counted_as_validity(noon: Gateway) -> None:
    sender = quiet_account(noon)
    early = go_to(noon, "19:30")
    before = send(noon, sender, validity_minutes=60)
    late = go_to(noon, "23:00")
    do_what_time_asks(noon)
    within = send(noon, sender, first=2, validity_minutes=60)
    half_past_seven = early + 12 * HOUR_S * SECOND
    assert noon.message(before).expires_at == pytest.approx(half_past_seven, abs=NEAR)
    seven = late + 8 * HOUR_S * SECOND
    assert noon.message(within).expires_at == pytest.approx(seven + HOUR_S * SECOND, abs=NEAR)
    go_to(noon, "07:29")
    do_what_time_asks(noon)
    assert noon.message(before).state is State.QUEUED
    go_to(noon, "07:31")
    do_what_time_asks(noon)
    assert noon.events(before) == ["Postponed", "Expired"]
    assert noon.message(within).state is State.QUEUED


def test_what_ran_out_before_the_night_ends_then(noon: Gateway) -> None:
    sender = quiet_account(noon)
    go_to(noon, "19:30")
    ends = send(noon, sender, validity_minutes=10)
    go_to(noon, "21:00")
    do_what_time_asks(noon)
    assert noon.events(ends) == ["Expired"]


def test_a_gateway_that_was_off_at_night_goes_on_in_the_day(noon: Gateway) -> None:
    sender, sim = quiet_account(noon), noon.sim(noon.driver("a"))
    go_to(noon, "19:30")
    waits = send(noon, sender, validity_minutes=60)
    go_to(noon, "07:10")
    do_what_time_asks(noon)
    leaves(noon, sim, waits)


def test_it_survives_a_restart(tmp_path: Path) -> None:
    with gateway(tmp_path / "data") as before:
        go_to(before, "21:00")
        held = send(before, quiet_account(before))
        clock = before.clock
    with gateway(tmp_path / "data", clock=clock) as after:
        sim = after.sim(after.driver("a"))
        after.online(sim)
        after.steps(20, sim)
        assert after.message(held).state is State.QUEUED
        go_to(after, "07:00")
        leaves(after, sim, held)


def test_a_time_of_sending_at_night_is_put_off_to_the_morning(noon: Gateway) -> None:
    sender, sim = quiet_account(noon), noon.sim(noon.driver("a"))
    at = Instant(noon.clock.now() + 9 * HOUR_S * SECOND)
    later = send(noon, sender, send_at=at, validity_minutes=30)
    explained = told(noon, later)
    ten_later = Instant(at + 10 * HOUR_S * SECOND)
    assert explained.held_until == pytest.approx(ten_later, abs=NEAR)
    assert explained.held_until is not None
    assert explained.expires_at == explained.held_until + 30 * 60 * SECOND
    go_to(noon, "21:01")
    noon.online(sim)
    noon.steps(20, sim)
    assert noon.recipients() == []
    go_to(noon, "07:00")
    leaves(noon, sim, later)


def test_all_but_passwords_wait_where_the_account_asks_for_that(noon: Gateway) -> None:
    sender, sim = quiet_account(noon, is_all=True), noon.sim(noon.driver("a"))
    go_to(noon, "20:30")
    plain = send(noon, sender, category=Category.TRANSACTIONAL)
    password = send(noon, sender, first=2, category=Category.TRANSACTIONAL, lane=Lane.OTP)
    leaves(noon, sim, password)
    noon.steps(20, sim)
    assert noon.recipients() == [2]
    go_to(noon, "07:00")
    leaves(noon, sim, plain)


def test_other_hours_are_for_later_messages(noon: Gateway) -> None:
    sender, sim = quiet_account(noon), noon.sim(noon.driver("a"))
    go_to(noon, "20:30")
    held = send(noon, sender)
    choose(noon, sender, None)
    at_once = send(noon, sender, first=2)
    leaves(noon, sim, at_once)
    noon.steps(20, sim)
    assert noon.message(held).state is State.QUEUED


def test_a_message_of_which_a_part_has_left_is_finished(noon: Gateway) -> None:
    sender = quiet_account(noon)
    sim = noon.sim(noon.driver("a"), per_minute=1)
    go_to(noon, "19:59")
    begun = send(noon, sender, text="x" * 200)
    noon.until(lambda: noon.message(begun).accepted == 1, sim)
    noon.clock.advance(90)
    do_what_time_asks(noon)
    leaves(noon, sim, begun)
    assert noon.events(begun) == ["AttemptStarted", "SegmentAccepted", "Sent"]


def test_a_retry_that_is_due_at_night_waits_for_the_morning(noon: Gateway) -> None:
    sender, sim = quiet_account(noon), noon.sim(noon.driver("a", "cms=42:times=1"))
    go_to(noon, "19:59")
    again = send(noon, sender)
    noon.until(lambda: noon.events(again)[-1:] == ["AttemptFailed"], sim)
    noon.clock.advance(120)
    do_what_time_asks(noon)
    noon.steps(20, sim)
    assert noon.events(again) == ["AttemptStarted", "AttemptFailed", "Postponed"]
    go_to(noon, "07:00")
    leaves(noon, sim, again)


def test_it_may_be_cancelled_while_it_waits(noon: Gateway) -> None:
    sender = quiet_account(noon)
    go_to(noon, "19:59")
    held = send(noon, sender)
    go_to(noon, "20:00")
    do_what_time_asks(noon)
    noon.execute(CancelMessage(held, account=sender.account, actor=Actor("x"), at=noon.clock.now()))
    assert noon.events(held) == ["Postponed", "Cancelled"]
    assert noon.available(sender) == 1_000


def test_the_timeline_says_why_it_waits_and_until_when(noon: Gateway) -> None:
    sender = quiet_account(noon)
    go_to(noon, "19:30")
    before = send(noon, sender)
    assert told(noon, before).held_until is None
    go_to(noon, "20:10")
    do_what_time_asks(noon)
    within = send(noon, sender, first=2)
    (postponed,) = [
        event
        for event in noon.system.reader.events(noon.message(before).id)
        if isinstance(event, Postponed)
    ]
    until = iso_time(Instant(postponed.due_at))
    for number in (before, within):
        explained = told(noon, number)
        assert explained.summary == f"It waits for the end of its account's quiet hours: {until}."
        assert explained.steps[-1].words.endswith(
            f"The account's quiet hours hold it until {until}."
        )

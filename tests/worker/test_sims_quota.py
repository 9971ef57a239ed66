"""What a SIM sent today is counted from the log: no restart and no other host refills its quota."""

from collections.abc import Callable

import pytest

from adapters.modems.simulated.driver import SimulatedModemDriver
from domain.days import DAY_S, until_midnight_s
from domain.message import State
from domain.reports import SubmitOutcome
from tests.worker.gateway import Gateway
from worker.sims import SimRunner

PER_DAY = 5


def begin_at_noon(gw: Gateway) -> None:
    """Let it be noon in Lusaka, so that no midnight comes in between."""
    gw.clock.advance(until_midnight_s(gw.clock.now()) + DAY_S / 2)


def sent(gw: Gateway, numbers: range) -> int:
    return sum(gw.message(number).state is State.SENT for number in numbers)


def send_all_it_may(gw: Gateway, sim: SimRunner) -> int:
    """Step a SIM until it says that its quota is used up, and on; give what is on the air."""
    gw.until(lambda: sim.status.reason == "its quota for the day is used up", sim)
    gw.reached()
    gw.steps(30, sim)
    return len(gw.air.segments)


def test_a_restarted_sim_sends_what_is_left_of_its_day_and_no_more(gw: Gateway) -> None:
    begin_at_noon(gw)
    sender, driver = gw.account(), gw.driver("a")
    first = gw.sim(driver, per_day=PER_DAY)
    numbers = gw.send(sender, count=4)
    gw.until(lambda: sent(gw, numbers) == 4, first)
    first.close()
    gw.send(sender, count=4, first=10)
    again = gw.sim(driver, per_day=PER_DAY)
    assert send_all_it_may(gw, again) == PER_DAY
    assert again.status.state == "online"
    gw.clock.advance(until_midnight_s(gw.clock.now()))
    gw.until(lambda: len(gw.air.segments) == 8, again)


def test_another_host_takes_the_day_over_with_the_sim(gw: Gateway) -> None:
    begin_at_noon(gw)
    sender = gw.account()
    here = gw.sim(gw.driver("a"), per_day=PER_DAY, holder="here")
    numbers = gw.send(sender, count=3)
    gw.until(lambda: sent(gw, numbers) == 3, here)
    gw.clock.advance(200)  # it froze: its lease ran out
    gw.send(sender, count=6, first=10)
    there = gw.sim(gw.driver("a"), "there", per_day=PER_DAY, holder="there", desk=gw.new_desk())
    there.step(0.0)
    gw.clock.advance(200)  # and it saw no renewal for as long as a lease holds
    assert send_all_it_may(gw, there) == PER_DAY
    gw.clock.advance(1)
    gw.steps(50, here, there)  # the first one is back
    assert len(gw.air.segments) == PER_DAY


class Crash(BaseException):
    """The process is gone."""


class Crashes(SimulatedModemDriver):
    """Takes the process along when a segment was handed over."""

    def submit(self, tpdu: bytes, *, start: Callable[[], bool]) -> SubmitOutcome:
        super().submit(tpdu, start=start)
        raise Crash


def test_a_segment_whose_fate_a_crash_hid_counts(gw: Gateway) -> None:
    begin_at_noon(gw)
    sender = gw.account()
    crashing = gw.sim(gw.driver("a", kind=Crashes), per_day=PER_DAY)
    gw.online(crashing)
    (doubtful,) = gw.send(sender)
    with pytest.raises(Crash):
        gw.until(lambda: False, crashing)
    gw.send(sender, count=6, first=10)
    again = gw.sim(gw.driver("a"), per_day=PER_DAY)
    assert send_all_it_may(gw, again) == PER_DAY
    assert gw.message(doubtful).state is State.IN_DOUBT


def test_each_segment_of_a_long_message_counts_and_a_begun_message_is_finished(
    gw: Gateway,
) -> None:
    begin_at_noon(gw)
    sender, driver = gw.account(), gw.driver("a")
    first = gw.sim(driver, per_day=PER_DAY)
    gw.send(sender, "x" * 400)
    gw.until(lambda: len(gw.air.segments) == 3, first)
    gw.until(lambda: not first.carrier.is_busy, first)
    first.close()
    again = gw.sim(driver, per_day=PER_DAY)
    (one,) = gw.send(sender, first=2)
    gw.until(lambda: gw.message(one).state is State.SENT, again)
    gw.send(sender, "x" * 400, first=3)
    gw.send(sender, first=4)
    assert send_all_it_may(gw, again) == 3 + 1 + 3  # begun with one left, and not cut in two
    (row,) = gw.system.queries.sims(gw.clock.now())
    assert row.begun_today == 7


def test_the_list_of_sims_shows_what_each_began_today(gw: Gateway) -> None:
    begin_at_noon(gw)
    sim = gw.sim(gw.driver("a"))
    numbers = gw.send(gw.account(), count=2)
    gw.until(lambda: sent(gw, numbers) == 2, sim)
    head = gw.store.head()
    assert gw.system.queries.reached(head, timeout_s=5, projection="fleet")
    (row,) = gw.system.queries.sims(gw.clock.now())
    assert (row.begun_today, row.sent_segments) == (2, 2)
    gw.clock.advance(DAY_S)
    (row,) = gw.system.queries.sims(gw.clock.now())
    assert (row.begun_today, row.sent_segments) == (0, 2)

"""What a clock dated that was ahead does not wait for that time, once the clock is right again."""

import pytest

from application.messages.attempts import RecordOutcome
from application.messages.settling import BACK_OFF_S
from application.messages.timing import AWAY_S, LOOK_EVERY_S
from application.ports import Job
from domain.days import DAY_S
from domain.message import State
from tests.support.outcomes import refused
from tests.worker.gateway import Gateway
from tests.worker.test_relay import MISDATED, MTN, Bench, sending
from worker.relay import TICK_S


@pytest.fixture
def bench(gw: Gateway) -> Bench:
    return Bench(gw)


@pytest.mark.parametrize("ahead_s", [600, DAY_S, 60 * DAY_S])
def test_what_was_accepted_while_the_clock_was_ahead_leaves_once_it_is_right_again(
    bench: Bench, ahead_s: int
) -> None:
    gw = bench.gw
    bench.step()
    gw.clock.jump(ahead_s)
    (number,) = gw.send(gw.account())
    gw.clock.advance(TICK_S)
    bench.step()  # nothing is acted on while the clock is doubted
    gw.clock.jump(-ahead_s)
    gw.clock.advance(AWAY_S)
    bench.step()
    assert bench.queue.jobs == [Job(MISDATED, (number,))]
    bench.run_jobs()
    gw.reached()
    sim = gw.sim(gw.driver("a"))
    gw.until(lambda: gw.message(number).state is State.SENT, sim)
    assert gw.events(number) == ["Redated", "AttemptStarted", "Sent"]
    gw.clock.advance(LOOK_EVERY_S)
    bench.step()
    assert bench.queue.jobs == []


def test_what_was_to_be_tried_again_by_a_clock_that_was_ahead_is_tried_as_soon_from_now_on(
    bench: Bench,
) -> None:
    gw = bench.gw
    number, duty = sending(gw)
    gw.clock.jump(DAY_S)
    outcome = refused("+CMS ERROR: 42")
    gw.execute(
        RecordOutcome(
            number, sim=duty.sim, fence=duty.fence, index=0, outcome=outcome, at=gw.clock.now()
        )
    )
    gw.clock.jump(-DAY_S)
    bench.step()
    bench.run_jobs()
    gw.reached()
    gw.clock.advance(BACK_OFF_S[0] - 5)
    assert gw.system.queries.due_networks(gw.clock.now()) == []
    gw.clock.advance(5)
    assert gw.system.queries.due_networks(gw.clock.now()) == [MTN]


def test_messages_that_a_clock_dated_that_was_ahead_are_looked_for_once_a_minute(
    bench: Bench,
) -> None:
    gw = bench.gw
    bench.step()
    gw.clock.jump(DAY_S)  # another host's, which our own clock does not show
    (number,) = gw.send(gw.account())
    gw.clock.jump(-DAY_S)
    for _ in range(round(LOOK_EVERY_S / 2)):
        bench.step()
        gw.clock.advance(TICK_S)
        assert bench.queue.jobs == []
    for _ in range(round(LOOK_EVERY_S / 2) + 1):
        bench.step()
        gw.clock.advance(TICK_S)
    assert bench.queue.jobs == [Job(MISDATED, (number,))]
    assert bench.jobs.run(bench.queue.jobs[0])
    assert not bench.jobs.run(bench.queue.jobs[0])  # a job may come twice


def test_a_quota_that_a_clock_used_up_that_was_days_ahead_is_there_again(gw: Gateway) -> None:
    sim = gw.sim(gw.driver("a"), per_day=2)
    sender = gw.account()
    gw.online(sim)
    gw.clock.jump(60 * DAY_S)
    gw.send(sender, count=3)
    gw.until(lambda: sim.status.reason == "its quota for the day is used up", sim)
    gw.clock.jump(-60 * DAY_S)
    gw.send(sender, count=2, first=10)
    gw.until(lambda: len(gw.air.segments) == 4, sim)

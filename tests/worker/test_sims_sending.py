"""What a SIM sends is on the air once, in the right order, and after it was committed."""

import threading
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from adapters.modems.simulated.driver import SimulatedModemDriver
from adapters.modems.simulated.network_log import MemoryNetworkLog, SegmentOnAir
from application.books.actors import Actor
from application.messages.by_hand import CancelMessage
from domain.message import State
from domain.reports import LinkLost, SubmitOutcome
from domain.values import Lane
from tests.worker.gateway import FAST, Gateway, gateway
from worker.clock_watch import ClockWatch
from worker.job_handlers import Jobs
from worker.parts.loop import Loop
from worker.relay import Relay
from worker.timed_work import due_work


def test_a_message_is_sent_and_paid_once(gw: Gateway) -> None:
    sender = gw.account(credits=10)
    (number,) = gw.send(sender)
    sim = gw.sim(gw.driver("a"))
    gw.until(lambda: gw.message(number).state is State.SENT, sim)
    assert gw.events(number) == ["AttemptStarted", "Sent"]
    assert gw.recipients() == [1]
    assert gw.available(sender) == 9


def test_each_segment_is_committed_before_the_next_is_on_the_air(gw: Gateway) -> None:
    seen: list[list[str]] = []

    class Watching(MemoryNetworkLog):
        def append(self, segment: SegmentOnAir) -> None:
            seen.append(gw.events(number))
            super().append(segment)

    gw.air = Watching()
    sim = gw.sim(gw.driver("a"))
    gw.online(sim)
    (number,) = gw.send(gw.account(), "x" * 400)
    gw.until(lambda: gw.message(number).state is State.SENT, sim)
    assert seen == [
        ["AttemptStarted"],
        ["AttemptStarted", "SegmentAccepted"],
        ["AttemptStarted", "SegmentAccepted", "SegmentAccepted"],
    ]
    assert [segment.part for segment in gw.air.segments] == [1, 2, 3]
    assert len({segment.reference for segment in gw.air.segments}) == 1


def test_two_long_messages_to_one_recipient_differ_in_their_reference(gw: Gateway) -> None:
    sender = gw.account()
    sim = gw.sim(gw.driver("a"))
    gw.send(sender, "x" * 200)
    (last,) = gw.send(sender, "y" * 200)
    gw.until(lambda: gw.message(last).state is State.SENT, sim)
    first, second = (gw.air.segments[place].reference for place in (0, 2))
    assert first is not None
    assert second == (first + 1) % 256


def test_what_is_left_of_the_validity_goes_along(gw: Gateway) -> None:
    sim = gw.sim(gw.driver("a"))
    (number,) = gw.send(gw.account(), lane=Lane.OTP)
    gw.until(lambda: gw.message(number).state is State.SENT, sim)
    pdu = gw.air.segments[0].pdu
    assert pdu[1] & 0x18 == 0x10  # a relative TP-VP
    assert pdu[1] & 0x20  # a status report is asked for
    assert pdu[13] == 1  # (1 + 1) x 5 minutes


def test_two_sims_of_a_process_never_send_the_same_message(gw: Gateway) -> None:
    sims = [gw.sim(gw.driver(name), name) for name in "abcd"]
    numbers = gw.send(gw.account(), count=80)
    loops = [Loop(sim.settings.name, partial(sim.step, 0.1)) for sim in sims]
    for loop in loops:
        loop.start()
    try:
        gw.until(lambda: len(gw.air.segments) >= 80)
    finally:
        for loop in loops:
            loop.stop()
            assert loop.join(10)
    gw.until(lambda: all(gw.message(n).state is State.SENT for n in numbers))
    assert sorted(gw.recipients()) == list(range(1, 81))
    assert len({segment.imsi for segment in gw.air.segments}) == 4
    assert not any(loop.faults for loop in loops)


def test_two_processes_never_send_the_same_message(gw: Gateway) -> None:
    sims = [gw.sim(gw.driver(name), name, desk=gw.new_desk(), holder=name) for name in "ab"]
    numbers = gw.send(gw.account(), count=30)
    gw.until(lambda: all(gw.message(n).state is State.SENT for n in numbers), *sims)
    assert sorted(gw.recipients()) == list(range(1, 31))


def test_a_message_that_was_cancelled_before_the_prompt_stays_unsent(gw: Gateway) -> None:
    sender = gw.account(credits=10)

    class Cancels(SimulatedModemDriver):
        def submit(self, tpdu: bytes, *, start: object) -> SubmitOutcome:
            cancel = CancelMessage(
                number, account=sender.account, actor=Actor("x"), at=gw.clock.now()
            )
            gw.system.committer.execute(cancel)
            return super().submit(tpdu, start=start)  # type: ignore[arg-type]

    sim = gw.sim(gw.driver("a", kind=Cancels))
    gw.online(sim)
    (number,) = gw.send(sender)
    gw.until(lambda: sim.counts["NotSent"] == 1, sim)
    gw.steps(20, sim)
    assert gw.events(number) == ["Cancelled"]
    assert gw.air.segments == []
    assert gw.available(sender) == 10


def test_a_start_that_is_not_confirmed_in_time_is_withdrawn_and_tried_again(gw: Gateway) -> None:
    hurry = threading.Event()

    def impatient(event: threading.Event, timeout_s: float) -> bool:
        if hurry.is_set():
            hurry.clear()
            return False
        return event.wait(timeout_s)

    class Hurries(SimulatedModemDriver):
        def submit(self, tpdu: bytes, *, start: object) -> SubmitOutcome:
            if not gw.air.segments and sim.counts["NotSent"] == 0:
                hurry.set()
            return super().submit(tpdu, start=start)  # type: ignore[arg-type]

    sim = gw.sim(gw.driver("a", kind=Hurries), wait=impatient)
    gw.online(sim)
    (number,) = gw.send(gw.account())
    gw.until(lambda: gw.message(number).state is State.SENT, sim)
    assert gw.events(number) == ["AttemptStarted", "AttemptFailed", "AttemptStarted", "Sent"]
    assert gw.recipients() == [1]


def test_a_start_whose_answer_is_lost_is_withdrawn_once_the_store_is_back(gw: Gateway) -> None:
    class LosesAnswer(SimulatedModemDriver):
        def submit(self, tpdu: bytes, *, start: object) -> SubmitOutcome:
            if not sim.counts["NotSent"]:
                gw.store.loses_answers = 1
            return super().submit(tpdu, start=start)  # type: ignore[arg-type]

    sim = gw.sim(gw.driver("a", kind=LosesAnswer))
    gw.online(sim)
    (number,) = gw.send(gw.account())
    gw.until(lambda: sim.counts["NotSent"] == 1, sim)
    gw.steps(50, sim)
    assert gw.air.segments == []
    gw.store.is_down = False
    gw.until(lambda: gw.message(number).state is State.SENT, sim)
    assert gw.events(number) == ["AttemptStarted", "AttemptFailed", "AttemptStarted", "Sent"]
    assert gw.recipients() == [1]


def test_an_outcome_is_kept_until_the_store_is_back_and_nothing_else_is_sent(gw: Gateway) -> None:
    class TakesStoreAway(MemoryNetworkLog):
        def append(self, segment: SegmentOnAir) -> None:
            super().append(segment)
            gw.store.is_down = len(self.segments) == 1

    gw.air = TakesStoreAway()
    sim = gw.sim(gw.driver("a"))
    gw.online(sim)
    first, second = gw.send(gw.account(), count=2)
    gw.until(lambda: gw.store.is_down, sim)
    gw.steps(100, sim)
    assert len(gw.air.segments) == 1
    gw.store.is_down = False
    gw.until(lambda: gw.message(second).state is State.SENT, sim)
    assert gw.events(first) == ["AttemptStarted", "Sent"]
    assert gw.recipients() == [1, 2]


@pytest.mark.slow
def test_an_outcome_whose_answer_is_lost_is_recorded_once(gw: Gateway) -> None:
    class LosesAnswer(MemoryNetworkLog):
        def append(self, segment: SegmentOnAir) -> None:
            super().append(segment)
            gw.store.loses_answers = int(len(self.segments) == 1)

    gw.air = LosesAnswer()
    sim = gw.sim(gw.driver("a"))
    gw.online(sim)
    (number,) = gw.send(gw.account(), "x" * 300)
    gw.until(lambda: gw.store.is_down, sim)
    gw.steps(50, sim)
    gw.store.is_down = False
    gw.until(lambda: gw.message(number).state is State.SENT, sim)
    assert gw.events(number) == ["AttemptStarted", "SegmentAccepted", "Sent"]
    assert [segment.part for segment in gw.air.segments] == [1, 2]


def test_pacing_holds_a_sim_back_while_it_listens(gw: Gateway) -> None:
    sim = gw.sim(gw.driver("a"), per_minute=2)
    numbers = gw.send(gw.account(), count=4)
    gw.until(lambda: len(gw.air.segments) == 2, sim)
    gw.steps(50, sim)
    assert len(gw.air.segments) == 2
    for sent in (3, 4):
        gw.clock.advance(30)
        gw.until(lambda sent=sent: len(gw.air.segments) == sent, sim)  # type: ignore[misc]
    gw.until(lambda: gw.message(numbers[-1]).state is State.SENT, sim)


def test_a_message_between_two_segments_waits_for_the_same_sim(gw: Gateway) -> None:
    driver = gw.driver("a")
    sim = gw.sim(driver, per_minute=1)
    (number,) = gw.send(gw.account(), "x" * 200)
    gw.until(lambda: len(gw.air.segments) == 1, sim)
    gw.steps(5, sim)
    sim.close()
    assert gw.events(number) == ["AttemptStarted", "SegmentAccepted", "AttemptFailed"]
    other = gw.sim(gw.driver("b"), "b")
    gw.online(other)
    gw.reached()
    gw.steps(30, other)
    again = gw.sim(driver)
    gw.until(lambda: gw.message(number).state is State.SENT, again, other)
    assert [segment.part for segment in gw.air.segments] == [1, 2]
    assert len({(s.imsi, s.reference) for s in gw.air.segments}) == 1


def test_closing_lets_go_of_the_sim_at_once(gw: Gateway) -> None:
    sim = gw.sim(gw.driver("a"))
    gw.online(sim)
    sim.close()
    (lease,) = gw.system.store.leases()
    assert lease.expires_at <= gw.clock.now()
    other_host = gw.sim(gw.driver("a"), holder="elsewhere")
    gw.online(other_host)


def test_a_sim_that_is_stopping_takes_nothing_more(gw: Gateway) -> None:
    sim = gw.sim(gw.driver("a"))
    gw.online(sim)
    sim.stop()
    (number,) = gw.send(gw.account())
    gw.steps(20, sim)
    assert gw.events(number) == []


def test_a_lagging_projection_hands_no_message_out_twice(tmp_path: Path) -> None:
    with gateway(tmp_path / "data", follows=False) as gw:
        sender = gw.account()
        sim = gw.sim(gw.driver("a"), waits=FAST)
        assert gw.system.follower.catch_up(timeout_s=5)
        gw.until(lambda: sim.status.state != "offline", sim)
        assert gw.system.follower.catch_up(timeout_s=5)
        gw.online(sim)
        (number,) = _queue_unseen(gw, sender)
        gw.until(lambda: gw.message(number).state is State.SENT, sim)
        gw.steps(100, sim)
        assert gw.events(number) == ["AttemptStarted", "Sent"]
        assert sim.counts["NotSent"] == 0


def _queue_unseen(gw: Gateway, sender: object) -> range:
    """Queue a message, let the projection see it, and then nothing more."""
    gw.reached = lambda: None  # type: ignore[method-assign]
    numbers = gw.send(sender)  # type: ignore[arg-type]
    assert gw.system.follower.catch_up(timeout_s=5)
    return numbers


@pytest.mark.slow
def test_everything_can_be_stepped_in_one_thread(tmp_path: Path) -> None:
    with gateway(tmp_path / "data", is_threaded=False) as gw:
        sim = gw.sim(gw.driver("a", "cms=42:times=1"))
        numbers = gw.send(gw.account(), "x" * 200, count=3)
        work = due_work(gw.system)
        relay = Relay(
            queries=gw.system.queries,
            queue=gw.system.queue,
            clock=gw.clock,
            clock_watch=(watch := ClockWatch(clock=gw.clock, store=gw.store, alarms=gw.alarms)),
            alarms=gw.alarms,
            work=work,
            run_job=Jobs(
                committer=gw.system.committer, clock_watch=watch, work=work, wait=gw.wait
            ).run,
        )
        for _ in range(100):
            sim.step(0.0)
            gw.system.follower.step()
            relay.step(gw.clock.now())
            gw.clock.advance(1)
        sim.close()
        assert all(gw.message(number).state is State.SENT for number in numbers)
        (late,) = gw.send(gw.account("Late"))
        gw.clock.advance(24 * 3600)
        relay.step(gw.clock.now())
        assert gw.message(late).state is State.EXPIRED


def test_what_is_accepted_while_store_and_link_are_gone_goes_on_where_it_was(gw: Gateway) -> None:
    class TakesStoreAway(MemoryNetworkLog):
        def append(self, segment: SegmentOnAir) -> None:
            super().append(segment)
            if len(self.segments) == 1:
                gw.store.is_down = True
                driver.receive(LinkLost("unplugged"))

    gw.air = TakesStoreAway()
    driver = gw.driver("a")
    sim = gw.sim(driver)
    gw.online(sim)
    (number,) = gw.send(gw.account(), "x" * 400)
    gw.until(lambda: gw.store.is_down, sim)
    gw.steps(30, sim)
    gw.store.is_down = False
    gw.until(lambda: gw.message(number).state is State.SENT, sim)
    assert [segment.part for segment in gw.air.segments] == [1, 2, 3]
    assert "InDoubt" not in gw.events(number)


def test_a_link_that_comes_and_goes_is_opened_ever_more_seldom(gw: Gateway) -> None:
    driver = gw.driver("a")
    sim = gw.sim(driver, waits=replace(FAST, reopen_s=(0.01, 100.0)))
    for _ in range(2):
        gw.online(sim)
        driver.receive(LinkLost("loose contact"))
        gw.until(lambda: sim.status.state == "offline", sim)
    gw.steps(20, sim)
    assert sim.status.state == "offline"
    gw.clock.advance(101)
    gw.online(sim)
    gw.clock.advance(61)
    gw.steps(5, sim)
    driver.receive(LinkLost("loose contact"))
    gw.until(lambda: sim.status.state == "offline", sim)
    gw.online(sim)  # it had been steady: the short pause again

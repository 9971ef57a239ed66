"""The relay says what is due, once while it is on its way, and again when it was lost."""

from collections.abc import Mapping

import pytest

from application.fleet.leases import LEASE_S, BringOnline, OnDuty
from application.messages.attempts import RecordOutcome, StartAttempt
from application.messages.settling import DoubtAttempt
from application.ports import Job, JobKind
from domain.message import State
from domain.message.states import DOUBT_LIMIT_S
from domain.reports import InDoubt
from domain.values import Network
from tests.worker.gateway import Gateway
from worker.actors import Jobs
from worker.clock_watch import ClockWatch
from worker.relay import AGAIN_S, JOBS_EACH_MAX, OWN_JOBS_MAX, TICK_S, Relay

MTN, AIRTEL = Network.MTN, Network.AIRTEL


class Queue:
    """A job queue that keeps what it is given."""

    def __init__(self) -> None:
        self.live: dict[str, frozenset[Network]] = {"w1": frozenset({MTN})}
        self.hints: list[tuple[str, Network]] = []
        self.jobs: list[Job] = []
        self.takes_jobs = True

    def register(self, worker: str, networks: frozenset[Network]) -> None:
        self.live[worker] = networks

    def withdraw(self, worker: str) -> None:
        del self.live[worker]

    def workers(self) -> Mapping[str, frozenset[Network]]:
        return self.live

    def announce(self, worker: str, network: Network) -> bool:
        self.hints.append((worker, network))
        return True

    def arrived(self, worker: str, network: Network) -> None:
        raise NotImplementedError

    def enqueue(self, job: Job) -> bool:
        if self.takes_jobs:
            self.jobs.append(job)
        return self.takes_jobs


class Bench:
    """A relay over a gateway, with all that it says kept."""

    def __init__(self, gw: Gateway) -> None:
        self.gw = gw
        self.queue = Queue()
        self.watch = ClockWatch(clock=gw.clock, store=gw.store, alarms=gw.alarms)
        self.jobs = Jobs(committer=gw.system.committer, clock=gw.clock, clock_watch=self.watch)
        self.relay = Relay(
            queries=gw.system.queries,
            queue=self.queue,
            clock=gw.clock,
            clock_watch=self.watch,
            run_job=self.jobs.run,
        )

    def step(self) -> int:
        self.gw.reached()
        return self.relay.step(self.gw.clock.now())

    def run_jobs(self) -> None:
        while self.queue.jobs:
            self.jobs.run(self.queue.jobs.pop())


@pytest.fixture
def bench(gw: Gateway) -> Bench:
    return Bench(gw)


def sending(gw: Gateway) -> tuple[int, OnDuty]:
    """Have a SIM in the middle of a message."""
    duty = gw.system.committer.execute(
        BringOnline(gw.driver("a").open(), network=MTN, modem="a", holder="h", at=gw.clock.now())
    )
    (number,) = gw.send(gw.account())
    gw.system.committer.execute(StartAttempt(number, duty=duty, concat_ref=None, at=gw.clock.now()))
    return number, duty


def test_each_worker_that_serves_a_network_with_work_gets_a_hint(bench: Bench) -> None:
    bench.queue.live = {
        "w1": frozenset({MTN}),
        "w2": frozenset({AIRTEL}),
        "w3": frozenset({MTN, AIRTEL}),
    }
    assert bench.step() == 0
    bench.gw.send(bench.gw.account())
    assert bench.step() == 2
    assert bench.queue.hints == [("w1", MTN), ("w3", MTN)]


def test_a_hint_is_said_again_as_long_as_there_is_work(bench: Bench) -> None:
    bench.gw.send(bench.gw.account())
    bench.step()
    bench.step()
    assert len(bench.queue.hints) == 2


def test_a_message_past_its_validity_is_expired_and_refunded_once(bench: Bench) -> None:
    gw = bench.gw
    sender = gw.account(credits=5)
    (number,) = gw.send(sender)
    gw.clock.advance(24 * 3600 + 1)
    bench.step()
    assert bench.queue.jobs == [Job(JobKind.EXPIRE, number)]
    job = bench.queue.jobs[0]
    assert bench.jobs.run(job)
    assert not bench.jobs.run(job)  # a job may come twice
    assert gw.events(number) == ["Expired"]
    assert gw.available(sender) == 5


def test_a_doubt_that_nothing_settles_is_given_up_and_refunded(bench: Bench) -> None:
    gw = bench.gw
    number, duty = sending(gw)
    gw.system.committer.execute(
        RecordOutcome(
            number,
            sim=duty.sim,
            fence=duty.fence,
            index=0,
            outcome=InDoubt("no answer"),
            at=gw.clock.now(),
        )
    )
    gw.clock.advance(DOUBT_LIMIT_S + 1)
    bench.step()
    assert [job.kind for job in bench.queue.jobs] == [JobKind.GIVE_UP_DOUBT]
    bench.run_jobs()
    assert gw.message(number).cause == "UNCONFIRMED"


def test_what_a_sim_held_when_its_lease_ran_out_is_in_doubt(bench: Bench) -> None:
    gw = bench.gw
    number, duty = sending(gw)
    bench.step()
    assert bench.queue.jobs == []
    gw.clock.advance(LEASE_S + 1)
    bench.step()
    assert bench.queue.jobs == [Job(JobKind.DOUBT_LAPSED, number, duty.sim)]
    bench.run_jobs()
    assert gw.message(number).state is State.IN_DOUBT


def test_a_sim_that_is_at_work_again_is_not_doubted_by_an_old_job(bench: Bench) -> None:
    gw = bench.gw
    number, duty = sending(gw)
    assert not bench.jobs.run(Job(JobKind.DOUBT_LAPSED, number, duty.sim))
    assert gw.message(number).state is State.SENDING


def test_a_job_that_is_on_its_way_is_not_asked_for_again(bench: Bench) -> None:
    gw = bench.gw
    gw.send(gw.account())
    gw.clock.advance(24 * 3600 + 1)
    for _ in range(5):
        bench.step()
        gw.clock.advance(TICK_S)
    assert len(bench.queue.jobs) == 1
    gw.clock.advance(AGAIN_S)
    bench.step()
    assert len(bench.queue.jobs) == 2  # it was lost


def test_a_step_asks_for_a_bounded_number_of_jobs_and_the_next_for_the_rest(
    bench: Bench,
) -> None:
    gw = bench.gw
    gw.send(gw.account(), count=JOBS_EACH_MAX + 50)
    gw.clock.advance(24 * 3600 + 1)
    bench.step()
    assert len(bench.queue.jobs) == JOBS_EACH_MAX
    gw.clock.advance(TICK_S)
    bench.step()
    assert len(set(bench.queue.jobs)) == JOBS_EACH_MAX + 50


def test_time_goes_on_while_the_queue_takes_nothing(bench: Bench) -> None:
    gw = bench.gw
    numbers = gw.send(gw.account(), count=OWN_JOBS_MAX + 5)
    gw.clock.advance(24 * 3600 + 1)
    bench.queue.takes_jobs = False
    bench.step()
    gw.clock.advance(TICK_S)
    bench.step()
    assert all(gw.message(number).state is State.EXPIRED for number in numbers)


@pytest.mark.parametrize("jump_s", [-301, 301, -86_400])
def test_while_the_clock_has_jumped_nothing_expires_and_an_alarm_shows(
    bench: Bench, jump_s: float
) -> None:
    gw = bench.gw
    (number,) = gw.send(gw.account())
    gw.clock.advance(24 * 3600 + 1)
    gw.clock.jump(jump_s)
    bench.step()
    assert bench.queue.jobs == []
    assert not bench.jobs.run(Job(JobKind.EXPIRE, number))
    assert "nothing expires" in gw.alarms.standing()["clock"]
    gw.clock.jump(-jump_s)
    gw.clock.advance(TICK_S)
    bench.step()
    assert len(bench.queue.jobs) == 1
    assert gw.alarms.standing() == {}


def test_a_clock_behind_the_newest_event_expires_nothing(gw: Gateway) -> None:
    gw.clock.advance(24 * 3600 + 10)
    gw.send(gw.account())
    gw.clock.jump(-60)
    bench = Bench(gw)  # the process starts with the wrong clock
    assert bench.watch.fault() == "the clock is earlier than the newest event"
    gw.clock.jump(60)
    gw.clock.advance(2)
    assert bench.watch.fault() is None


def test_small_corrections_of_the_clock_are_no_jump(bench: Bench) -> None:
    for _ in range(10):
        bench.gw.clock.jump(120)
        assert bench.watch.fault() is None


def test_a_job_survives_a_store_that_is_away(bench: Bench) -> None:
    gw = bench.gw
    (number,) = gw.send(gw.account())
    gw.clock.advance(24 * 3600 + 1)
    gw.store.is_down = True
    assert not bench.jobs.run(Job(JobKind.EXPIRE, number))
    gw.store.is_down = False
    assert bench.jobs.run(Job(JobKind.EXPIRE, number))


def test_a_job_for_a_message_that_is_not_there_changes_nothing(bench: Bench) -> None:
    assert not bench.jobs.run(Job(JobKind.EXPIRE, 4_711))
    assert not bench.jobs.run(Job(JobKind.DOUBT_LAPSED, 4_711, 1))


def test_a_doubt_by_an_older_fence_is_refused(gw: Gateway) -> None:
    number, duty = sending(gw)
    doubt = DoubtAttempt(number, sim=duty.sim, new_fence=duty.fence, reason="x", at=gw.clock.now())
    assert gw.system.committer.execute(doubt) is False

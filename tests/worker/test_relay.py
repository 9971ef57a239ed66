"""The relay says what is due, once while it is on its way, and again when it was lost."""

from collections.abc import Callable, Iterable, Mapping

import pytest

from application.books.commands import Execute
from application.books.due import DueWork, Ids
from application.fleet.duty import BringOnline, OnDuty, RenewLease
from application.fleet.leases import LEASE_S
from application.messages.attempts import RecordOutcome, StartAttempt
from application.messages.settling import DoubtAttempt
from application.messages.timing import REHEARSED
from application.money.turns import TURN
from application.ports import Job
from application.retention.vouching import NoteClock
from domain.causes import OwnCause
from domain.message import State
from domain.message.doubt import DOUBT_LIMIT_S
from domain.values import Instant, Network
from tests.support.outcomes import SILENCE
from tests.worker.gateway import Gateway
from worker.clock_watch import ClockWatch
from worker.job_handlers import Jobs
from worker.relay import AGAIN_S, JOBS_EACH_MAX, OWN_JOBS_MAX, OWN_JOBS_S, TICK_S, Relay
from worker.timed_work import due_work

MTN, AIRTEL = Network.MTN, Network.AIRTEL
OVERDUE, LAPSED, MISDATED = "message.overdue", "message.lapsed", "message.misdated"
REPORTED, UNMATCHED, GATHERED = "message.reported", "report.unmatched", "inbound.gather"


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

    def hint(self, worker: str, timeout_s: float) -> Network | None:
        raise NotImplementedError

    def enqueue(self, job: Job) -> bool:
        if self.takes_jobs:
            self.jobs.append(job)
        return self.takes_jobs


class Bench:
    """A relay over a gateway, with all that it says kept."""

    def __init__(self, gw: Gateway, *more: DueWork, host: str = "") -> None:
        """``host`` names it among those that note what time it is; without a name it does not."""
        self.gw = gw
        self.queue = Queue()
        self.watch = ClockWatch(
            clock=gw.clock,
            store=gw.store,
            alarms=gw.alarms,
            host=host,
            note=lambda mark: host and gw.execute(NoteClock(mark, at=mark.at)),
        )
        self.work = [*due_work(gw.system), *more]
        self.jobs = Jobs(
            committer=gw.system.committer, clock_watch=self.watch, work=self.work, wait=gw.wait
        )
        self.relay = Relay(
            queries=gw.system.queries,
            queue=self.queue,
            clock=gw.clock,
            clock_watch=self.watch,
            alarms=gw.alarms,
            work=self.work,
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
    assert bench.queue.jobs == [Job(OVERDUE, (number,))]
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
            outcome=SILENCE,
            at=gw.clock.now(),
        )
    )
    gw.clock.advance(DOUBT_LIMIT_S + 1)
    bench.step()
    assert [job.kind for job in bench.queue.jobs] == [OVERDUE]
    bench.run_jobs()
    assert gw.message(number).cause == "UNCONFIRMED"


def test_what_a_sim_held_when_its_lease_ran_out_is_in_doubt(bench: Bench) -> None:
    gw = bench.gw
    number, duty = sending(gw)
    bench.step()
    assert bench.queue.jobs == []
    gw.clock.advance(LEASE_S + 1)
    bench.step()
    (lease,) = gw.store.leases()
    job = Job(LAPSED, (number, duty.sim, lease.fence, lease.expires_at))
    assert bench.queue.jobs == [job]
    bench.run_jobs()
    assert gw.message(number).state is State.IN_DOUBT


def test_a_sim_that_is_at_work_again_is_not_doubted_by_an_old_job(bench: Bench) -> None:
    gw = bench.gw
    number, duty = sending(gw)
    (lease,) = gw.store.leases()
    job = Job(LAPSED, (number, duty.sim, lease.fence, lease.expires_at))
    gw.clock.advance(1)
    gw.execute(RenewLease(duty, answered_at=gw.clock.now(), at=gw.clock.now()))
    assert not bench.jobs.run(job)
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
    assert not bench.jobs.run(Job(OVERDUE, (number,)))
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
    assert (
        bench.watch.fault() == "the clock is 60 seconds earlier than the newest time in the store"
    )
    gw.clock.jump(60)
    gw.clock.advance(2)
    assert bench.watch.fault() is None


def test_a_job_survives_a_store_that_is_away(bench: Bench) -> None:
    gw = bench.gw
    (number,) = gw.send(gw.account())
    gw.clock.advance(24 * 3600 + 1)
    gw.store.is_down = True
    assert not bench.jobs.run(Job(OVERDUE, (number,)))
    gw.store.is_down = False
    assert bench.jobs.run(Job(OVERDUE, (number,)))


def test_a_job_for_a_message_that_is_not_there_changes_nothing(bench: Bench) -> None:
    assert not bench.jobs.run(Job(OVERDUE, (4_711,)))
    assert not bench.jobs.run(Job(LAPSED, (4_711, 1, 0, 0)))


def test_a_doubt_by_an_older_fence_is_refused(gw: Gateway) -> None:
    number, duty = sending(gw)
    doubt = DoubtAttempt(
        number, sim=duty.sim, new_fence=duty.fence, cause=OwnCause.RESTARTED, at=gw.clock.now()
    )
    assert gw.system.committer.execute(doubt) is False


# -- work of any kind ------------------------------------------------------------------------


def kind(
    due: Callable[[Instant, int], Iterable[Ids]] = lambda now, limit: [(1,)],
    handle: Callable[[Ids, Execute], bool] = lambda ids, execute: True,
    *,
    needs_clock: bool = True,
    name: str = "test.kind",
) -> DueWork:
    return DueWork(kind=name, due=due, handle=handle, needs_clock=needs_clock)


def planted(*_: object) -> bool:
    raise ZeroDivisionError


@pytest.mark.parametrize(("needs_clock", "count"), [(True, 0), (False, 1)])
def test_work_that_needs_no_clock_goes_on_while_the_clock_has_jumped(
    gw: Gateway, needs_clock: bool, count: int
) -> None:
    bench = Bench(gw, kind(needs_clock=needs_clock))
    gw.clock.jump(301)
    bench.step()
    assert bench.queue.jobs == [Job("test.kind", (1,))] * count
    assert bench.jobs.run(Job("test.kind", (1,))) is not needs_clock


def test_a_kind_whose_question_fails_keeps_no_other_from_its_turn(gw: Gateway) -> None:
    is_broken = True

    def due(now: Instant, limit: int) -> Iterable[Ids]:
        if is_broken:
            raise ZeroDivisionError
        return [(1,)]

    broken = kind(due, name="test.broken")
    bench = Bench(gw, broken, kind())
    bench.step()
    assert bench.queue.jobs == [Job("test.kind", (1,))]
    assert "ZeroDivisionError" in gw.alarms.standing()["due test.broken"]
    is_broken = False
    gw.clock.advance(TICK_S)
    bench.step()
    assert Job("test.broken", (1,)) in bench.queue.jobs
    assert gw.alarms.standing() == {}


def test_a_kind_with_very_much_to_do_does_not_crowd_out_another(gw: Gateway) -> None:
    many = kind(lambda now, limit: [(number,) for number in range(limit)], name="test.many")
    bench = Bench(gw, many, kind())
    for _ in range(5):
        bench.step()
        gw.clock.advance(TICK_S)
    assert bench.queue.jobs.count(Job("test.kind", (1,))) == 1
    assert len(bench.queue.jobs) == len(set(bench.queue.jobs)) == 5 * JOBS_EACH_MAX + 1


def test_the_relay_begins_no_more_own_jobs_once_its_time_is_up(gw: Gateway) -> None:
    done: list[Ids] = []

    def slow(ids: Ids, execute: Execute) -> bool:
        gw.clock.advance(OWN_JOBS_S / 4)
        done.append(ids)
        return True

    bench = Bench(gw, kind(lambda now, limit: [(number,) for number in range(limit)], slow))
    bench.queue.takes_jobs = False
    bench.step()
    assert done == [(0,), (1,), (2,), (3,)]
    gw.clock.advance(TICK_S)
    bench.step()
    assert done[4:] == [(4,), (5,), (6,), (7,)]


def test_a_handler_that_goes_wrong_is_counted_by_its_kind_and_told_once(
    gw: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    bench = Bench(gw, kind(handle=planted))
    assert not bench.jobs.run(Job("test.kind", (1,)))
    assert not bench.jobs.run(Job("test.kind", (2,)))
    assert bench.jobs.faults == {
        **dict.fromkeys(
            (MISDATED, OVERDUE, LAPSED, REPORTED, UNMATCHED, GATHERED, TURN, REHEARSED), 0
        ),
        "test.kind": 2,
    }
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_a_job_of_another_shape_changes_nothing(bench: Bench) -> None:
    assert not bench.jobs.run(Job(OVERDUE, (1, 2, 3)))
    assert not bench.jobs.run(Job("test.unheard_of", (1,)))


def test_two_handlers_of_one_kind_are_refused(gw: Gateway) -> None:
    with pytest.raises(ValueError, match="one place"):
        Bench(gw, kind(), kind())

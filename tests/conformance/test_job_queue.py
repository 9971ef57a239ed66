"""What any ``JobQueue`` must do, inside one process and over Redis."""

import logging
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from adapters.queue import HINT_WAIT_S, DramatiqJobQueue, JobThreads, open_queue
from adapters.queue.boards import HINT_S
from application.ports import Job
from domain.values import Network
from tests.support.proxy import TcpProxy
from tests.support.servers import ThrowawayRedis
from worker.job_handlers import declare_actor
from worker.parts.loop import Loop

MTN, AIRTEL = Network.MTN, Network.AIRTEL
LIMIT_S = 10.0


class Worker:
    """A worker process: its actors, keeping what reached them."""

    def __init__(self, queue: DramatiqJobQueue, name: str = "w1") -> None:
        self.name = name
        self.queue = queue
        self.hints: list[Network] = []
        self.jobs: list[Job] = []
        declare_actor(queue.broker, self.run)
        self._threads = JobThreads(queue)
        self._loop = Loop("hints", self._hear)

    def _hear(self) -> None:
        network = self.queue.hint(self.name, HINT_WAIT_S)
        if network is not None:
            self.hints.append(network)

    def run(self, job: Job) -> bool:
        self.jobs.append(job)
        return True

    def __enter__(self) -> "Worker":
        self._threads.start()
        self._loop.start()
        self.queue.register(self.name, frozenset({MTN}))
        return self

    def __exit__(self, *_: object) -> None:
        for each in (self._threads, self._loop):
            assert each.is_alive
            each.stop()
            assert each.join(LIMIT_S)


def until(condition: Callable[[], bool]) -> None:
    limit_s = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < limit_s
        threading.Event().wait(0.002)


@pytest.fixture(params=["embedded", "redis"])
def queue(request: pytest.FixtureRequest) -> DramatiqJobQueue:
    if request.param == "embedded":
        return open_queue()
    return open_queue(request.getfixturevalue("fresh_redis_url"))


@pytest.fixture
def redis_queue(own_redis: ThrowawayRedis) -> DramatiqJobQueue:
    return open_queue(own_redis.url)


# -- every queue ------------------------------------------------------------------------------


def test_registered_workers_are_known_with_their_networks(queue: DramatiqJobQueue) -> None:
    queue.register("w1", frozenset({MTN, AIRTEL}))
    queue.register("w2", frozenset())
    assert queue.workers() == {"w1": frozenset({MTN, AIRTEL}), "w2": frozenset()}


def test_a_worker_that_withdrew_is_known_no_more(queue: DramatiqJobQueue) -> None:
    queue.register("w1", frozenset({MTN}))
    queue.withdraw("w1")
    assert queue.workers() == {}


def test_a_hint_reaches_its_worker_and_no_other(queue: DramatiqJobQueue) -> None:
    with Worker(queue) as worker:
        assert queue.announce("w1", MTN)
        assert queue.announce("w2", MTN)
        until(lambda: worker.hints == [MTN])


def test_at_most_one_hint_is_on_its_way_for_a_worker_and_network(queue: DramatiqJobQueue) -> None:
    assert queue.announce("w1", MTN)
    assert not queue.announce("w1", MTN)
    assert queue.announce("w1", AIRTEL)
    assert queue.announce("w2", MTN)
    assert {queue.hint("w1", LIMIT_S), queue.hint("w1", LIMIT_S)} == {MTN, AIRTEL}
    assert queue.hint("w1", 0.01) is None
    assert queue.announce("w1", MTN)


def test_a_hint_that_arrived_lets_the_next_one_go(queue: DramatiqJobQueue) -> None:
    with Worker(queue) as worker:
        for count in range(1, 6):
            until(lambda: queue.announce("w1", MTN))
            until(lambda count=count: len(worker.hints) == count)  # type: ignore[misc]


def test_a_job_is_run_by_some_worker_with_its_numbers(queue: DramatiqJobQueue) -> None:
    jobs = [Job("message.overdue", (1,)), Job("message.lapsed", (2, 7)), Job("folder.look")]
    with Worker(queue) as worker:
        assert all(queue.enqueue(job) for job in jobs)
        until(lambda: len(worker.jobs) == 3)
    assert set(worker.jobs) == set(jobs)


def test_a_job_is_not_taken_while_no_worker_is_there(queue: DramatiqJobQueue) -> None:
    assert not queue.enqueue(Job("message.overdue", (1,)))


def test_a_job_that_goes_wrong_ends_no_thread(
    queue: DramatiqJobQueue, caplog: pytest.LogCaptureFixture
) -> None:
    class Fails(Worker):
        def run(self, job: Job) -> bool:
            super().run(job)
            if job.ids == (1,):
                raise ValueError
            return True

    with Fails(queue) as worker, caplog.at_level(logging.CRITICAL):
        for number in range(1, 5):
            queue.enqueue(Job("message.overdue", (number,)))
        until(lambda: len(worker.jobs) == 4)


def test_no_middleware_can_interrupt_a_thread(queue: DramatiqJobQueue) -> None:
    assert queue.broker.middleware == []


def test_a_worker_stops_at_once_when_idle(queue: DramatiqJobQueue) -> None:
    with Worker(queue):
        began_s = time.monotonic()
    assert time.monotonic() - began_s < 3


@pytest.mark.parametrize("name", ["", "a b", "a:b", "x" * 101])
def test_a_worker_needs_a_plain_name(queue: DramatiqJobQueue, name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        queue.register(name, frozenset())


# -- Redis ------------------------------------------------------------------------------------


def test_two_processes_share_jobs_and_have_their_own_hints(fresh_redis_url: str) -> None:
    relay, first, second = (open_queue(fresh_redis_url) for _ in range(3))
    with Worker(first, "w1") as one, Worker(second, "w2") as two:
        until(lambda: set(relay.workers()) == {"w1", "w2"})
        for number in range(20):
            assert relay.enqueue(Job("message.overdue", (number,)))
        relay.announce("w2", MTN)
        until(lambda: len(one.jobs) + len(two.jobs) == 20)
        until(lambda: two.hints == [MTN])
    assert {job.ids for job in one.jobs + two.jobs} == {(number,) for number in range(20)}
    assert one.hints == []


def test_nothing_raises_and_nothing_waits_long_while_redis_is_dead(
    own_redis: ThrowawayRedis, caplog: pytest.LogCaptureFixture
) -> None:
    queue = open_queue(own_redis.url)
    own_redis.kill9()
    began_s = time.monotonic()
    for _ in range(50):
        queue.register("w1", frozenset({MTN}))
        assert queue.workers() == {}
        assert not queue.announce("w1", MTN)
        assert not queue.enqueue(Job("message.overdue", (1,)))
    assert time.monotonic() - began_s < 3
    assert caplog.text.count("does not answer") == 1


def test_a_black_hole_costs_half_a_second_and_then_nothing(
    redis_url: str, tcp_proxy: Callable[[str], TcpProxy]
) -> None:
    proxy = tcp_proxy(redis_url)
    queue = open_queue(proxy.url_for(redis_url))
    queue.register("w1", frozenset({MTN}))
    proxy.blackhole()
    began_s = time.monotonic()
    for _ in range(10):
        assert not queue.enqueue(Job("message.overdue", (1,)))
    assert time.monotonic() - began_s < 1.5
    proxy.heal()


def test_threads_sit_out_a_restart_of_redis_and_go_on(
    own_redis: ThrowawayRedis, caplog: pytest.LogCaptureFixture
) -> None:
    queue = open_queue(own_redis.url)
    with Worker(queue) as worker:
        until(lambda: queue.enqueue(Job("message.overdue", (1,))))
        until(lambda: len(worker.jobs) == 1)
        own_redis.kill9()
        until(lambda: queue.outage.is_down)
        own_redis.start()
        until(lambda: not queue.outage.is_down)
        queue.register("w1", frozenset({MTN}))
        until(lambda: queue.enqueue(Job("message.overdue", (2,))))
        until(lambda: Job("message.overdue", (2,)) in worker.jobs)
        until(lambda: queue.announce("w1", MTN))
        until(lambda: worker.hints == [MTN])
    assert caplog.text.count("does not answer") == queue.outage.count == 1
    assert "Restarting consumer" not in caplog.text


def test_flushing_redis_loses_nothing_but_hints(
    own_redis: ThrowawayRedis, redis_queue: DramatiqJobQueue
) -> None:
    with Worker(redis_queue) as worker:
        assert redis_queue.announce("w1", AIRTEL)
        redis_queue.broker.client.flushall()  # type: ignore[attr-defined]  # it is on Redis
        redis_queue.register("w1", frozenset({MTN}))
        until(lambda: redis_queue.announce("w1", MTN))
        until(lambda: MTN in worker.hints)
        until(lambda: redis_queue.enqueue(Job("message.overdue", (1,))))
        until(lambda: len(worker.jobs) == 1)


def test_a_lost_hint_counts_as_lost_after_a_while(
    fresh_redis_url: str,
) -> None:
    queue = open_queue(fresh_redis_url)
    assert queue.announce("w1", MTN)
    client = queue.broker.client  # type: ignore[attr-defined]  # here it is on Redis
    left_s = client.ttl("ngoma:hints:w1")
    assert 0 < left_s <= HINT_S


def test_a_worker_that_is_gone_leaves_nothing_behind(fresh_redis_url: str) -> None:
    queue = open_queue(fresh_redis_url)
    queue.register("w1", frozenset({MTN}))
    queue.announce("w1", MTN)
    client = queue.broker.client  # type: ignore[attr-defined]  # here it is on Redis
    client.delete("ngoma:worker:w1")  # its time ran out
    assert open_queue(fresh_redis_url).workers() == {}
    kept = {key for key in client.scan_iter("ngoma:*") if client.ttl(key) == -1}
    assert kept == set()


@pytest.fixture(autouse=True)
def quiet_dramatiq() -> Iterator[None]:
    logger = logging.getLogger("dramatiq")
    level, logger.level = logger.level, logging.WARNING
    yield
    logger.level = level

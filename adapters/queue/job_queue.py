"""The job queue over a Dramatiq broker, and the threads in which its jobs run."""

import re
import time
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

import dramatiq
from dramatiq.broker import Broker
from dramatiq.brokers.stub import StubBroker
from dramatiq.errors import BrokerError

from adapters.outage import Outage
from adapters.queue.boards import Board, MemoryBoard, RedisBoard
from adapters.queue.brokers import JOBS, NAMESPACE, embedded_broker
from application.ports import Job
from domain.values import Network

R = TypeVar("R")

JOB: Final = "job"
"""The actor that does what time asks for."""
JOBS_WAITING_MAX: Final = 10_000
"""More jobs than these are not queued; the relay sees to the rest."""
HINT_WAIT_S: Final = 0.5
"""How long a worker may wait for a hint at a time."""
PAUSE_S: Final = 1.0
"""How long Redis is left alone after it did not answer."""
THREADS: Final = 4
STOP_S: Final = 5.0
STOP_LEAST_S: Final = 0.5

_WORKER_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,100}")


class DramatiqJobQueue:
    """``JobQueue`` over a broker of either kind."""

    def __init__(
        self,
        broker: Broker,
        board: Board,
        outage: Outage,
        away: tuple[type[Exception], ...] = (BrokerError,),
    ) -> None:
        """Make the queue; ``away`` are the errors of a broker that does not answer."""
        self.broker = broker
        self._away = away
        self.outage = outage
        self._board = board
        self._is_declared = False

    # -- live workers ------------------------------------------------------------------------

    def register(self, worker: str, networks: frozenset[Network]) -> None:
        """Count as a live worker for a while."""
        _require_name(worker)
        self._ask(lambda: self._board.register(worker, networks), None)

    def withdraw(self, worker: str) -> None:
        """Count no longer as a live worker."""
        self._ask(lambda: self._board.withdraw(worker), None)

    def workers(self) -> Mapping[str, frozenset[Network]]:
        """Give the live workers; none while the queue is away."""
        return self._ask(self._board.workers, {})

    # -- hints and jobs ------------------------------------------------------------------------

    def announce(self, worker: str, network: Network) -> bool:
        """Send a hint, unless one is on its way."""
        return self._ask(lambda: self._board.put_hint(worker, network), default=False)

    def hint(self, worker: str, timeout_s: float) -> Network | None:
        """Wait for a hint; None when none came in time, or the queue is away."""
        if self.outage.is_down:  # who has something to say finds out when it is back
            time.sleep(timeout_s)
            return None
        return self._ask(lambda: self._board.take_hint(worker, timeout_s), None)

    def enqueue(self, job: Job) -> bool:
        """Queue a job; False when the queue is away or full, or nobody is there to run it."""
        if not self.workers():
            return False
        if self._ask(self.waiting_jobs, JOBS_WAITING_MAX) >= JOBS_WAITING_MAX:
            return False
        return self._send(job)

    def waiting_jobs(self) -> int:
        """Count the jobs that no worker has fetched yet; errors are the caller's."""
        if isinstance(self.broker, StubBroker):
            jobs = self.broker.queues.get(JOBS)
            return jobs.qsize() if jobs is not None else 0
        return int(self.broker.client.llen(f"{NAMESPACE}:{JOBS}"))  # type: ignore[attr-defined]

    # -- asking ------------------------------------------------------------------------------

    def _send(self, job: Job) -> bool:
        message: dramatiq.Message[None] = dramatiq.Message(
            queue_name=JOBS, actor_name=JOB, args=(job.kind, *job.ids), kwargs={}, options={}
        )

        def send() -> bool:
            if not self._is_declared and isinstance(self.broker, StubBroker):
                self.broker.declare_queue(JOBS)
                self._is_declared = True
            self.broker.enqueue(message)
            return True

        return self._ask(send, default=False)

    def _ask(self, question: Callable[[], R], default: R) -> R:
        if not self.outage.may_try():
            return default
        try:
            answer = question()
        except self._away as error:
            self.outage.failed(error)
            return default
        self.outage.answered()
        return answer


def _require_name(worker: str) -> None:
    if not _WORKER_NAME.fullmatch(worker):
        msg = f"a worker's name has up to 100 letters, digits, dots, dashes: {worker!r}"
        raise ValueError(msg)


def open_queue(redis_url: str | None = None) -> DramatiqJobQueue:
    """Make the queue: inside this process, or on Redis, which need not be there yet."""
    outage = Outage(
        "Redis",
        pause_s=PAUSE_S,
        meanwhile="SIMs and time wait for the relay's tick",
        monotonic_s=time.monotonic,
    )
    if redis_url is None:
        return DramatiqJobQueue(embedded_broker(), MemoryBoard(), outage)
    from adapters.queue.redis_broker import AWAY, redis_broker, redis_client  # noqa: PLC0415 - lazy

    client = redis_client(redis_url)
    waiting = redis_client(redis_url, waits_s=HINT_WAIT_S)
    board = RedisBoard(client, waiting, monotonic_s=time.monotonic)
    return DramatiqJobQueue(redis_broker(client, outage), board, outage, AWAY)


class JobThreads:
    """Dramatiq's own threads for the jobs of one process; they never see a port or an app.

    What a job meets is its handler's to tell; here only a thread that ended is a fault.
    """

    name = "jobs"
    faults = 0
    fault: str | None = None

    def __init__(self, queue: DramatiqJobQueue, *, threads: int = THREADS) -> None:
        self._worker = dramatiq.Worker(
            queue.broker,
            queues={JOBS},
            worker_threads=threads,
            worker_timeout=200,  # ms; how long stopping waits for an idle thread
        )
        self._is_started = False

    @property
    def is_alive(self) -> bool:
        """Whether all threads run."""
        threads = [*self._worker.workers, *self._worker.consumers.values()]
        return self._is_started and all(thread.is_alive() for thread in threads)

    def start(self) -> None:
        """Start consuming; the actors must be declared."""
        self._worker.start()
        self._is_started = True
        for place, thread in enumerate(self._worker.workers, start=1):
            thread.name = f"ngoma-jobs-{place}"
        for name, consumer in self._worker.consumers.items():
            consumer.name = f"ngoma-queue-{name}"

    def stop(self) -> None:
        """Ask for the end; Dramatiq is asked and waited for in one, so ``join`` does it."""

    def join(self, timeout_s: float = STOP_S) -> bool:
        """Finish the jobs at hand, give back the rest; False when a job took too long."""
        if not self._is_started:
            return True
        threads = [*self._worker.workers, *self._worker.consumers.values()]
        self._worker.stop(timeout=int(max(STOP_LEAST_S, timeout_s) * 1000))
        return not any(thread.is_alive() for thread in threads)

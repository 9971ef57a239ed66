"""The relay: tells workers what is due, and asks for what time has come for.

One loop is relay, scheduler and sweeper: it runs when the followers made progress and at a slow
tick, sends hints for networks with due messages, and jobs for what expired, was in doubt for too
long, or is held by a SIM whose lease ran out. It keeps nothing that matters: a new one asks the
read models and says it all again.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from application.ports import Clock, Job, JobKind, JobQueue
from application.ports.queries import Queries, Waiting
from domain.message import State
from domain.values import Instant
from worker.clock_watch import ClockWatch

TICK_S: Final = 1.0
"""The slow tick: how late a lost hint can make a message, and an expiry be noticed."""
JOBS_EACH_MAX: Final = 200
"""Jobs of a kind that one step asks for."""
AGAIN_S: Final = 10.0
"""A job that was asked for is not asked for again sooner."""
REMEMBERED_MAX: Final = 2_000
"""Jobs that are remembered as asked for."""
OWN_JOBS_MAX: Final = 50
"""Jobs that one step runs by itself while the queue does not take them."""

logger = logging.getLogger(__name__)


class Relay:
    """``step`` is called by one thread; two relays side by side only say things twice."""

    def __init__(
        self,
        *,
        queries: Queries,
        queue: JobQueue,
        clock: Clock,
        clock_watch: ClockWatch,
        run_job: Callable[[Job], bool],
    ) -> None:
        self._queries = queries
        self._queue = queue
        self._clock = clock
        self._clock_watch = clock_watch
        self._run_job = run_job
        self._asked: OrderedDict[Job, float] = OrderedDict()
        self._swept_at_s = float("-inf")

    def step(self, now: Instant) -> int:
        """Say what is due as of ``now``; give how many hints and jobs went out.

        Raises:
            StoreDown: the read models or the log cannot be read.
        """
        sent = self._hint(now)
        now_s = self._clock.monotonic_s()
        if now_s - self._swept_at_s >= TICK_S:
            self._swept_at_s = now_s
            sent += self._sweep(now)
        return sent

    def _hint(self, now: Instant) -> int:
        due = frozenset(self._queries.due_networks(now))
        if not due:
            return 0
        return sum(
            self._queue.announce(worker, network)
            for worker, served in self._queue.workers().items()
            for network in sorted(due & served)
        )

    def _sweep(self, now: Instant) -> int:
        if self._clock_watch.fault() is not None:
            return 0
        self._forget()
        limit = JOBS_EACH_MAX + len(self._asked)
        overdue = map(_overdue_job, self._queries.overdue(now, limit=limit))
        lapsed = map(_lapsed_job, self._queries.held_by_lapsed(now, limit=limit))
        return sum(
            self._ask([job for job in jobs if job not in self._asked][:JOBS_EACH_MAX])
            for jobs in (overdue, lapsed)
        )

    def _ask(self, jobs: list[Job]) -> int:
        """Queue jobs; while the queue takes none, run a few here, so that time goes on."""
        own = 0
        for place, job in enumerate(jobs):
            if not self._queue.enqueue(job):
                if own >= OWN_JOBS_MAX:
                    return place
                own += 1
                self._run_job(job)
            self._asked[job] = self._clock.monotonic_s()
        return len(jobs)

    def _forget(self) -> None:
        """Forget what was asked for long enough ago to be asked for again."""
        since_s = self._clock.monotonic_s() - AGAIN_S
        while self._asked and (
            len(self._asked) > REMEMBERED_MAX or next(iter(self._asked.values())) <= since_s
        ):
            self._asked.popitem(last=False)


def _overdue_job(waiting: Waiting) -> Job:
    in_doubt = waiting.state is State.IN_DOUBT
    return Job(JobKind.GIVE_UP_DOUBT if in_doubt else JobKind.EXPIRE, waiting.number)


def _lapsed_job(waiting: Waiting) -> Job:
    return Job(JobKind.DOUBT_LAPSED, waiting.number, waiting.sim)

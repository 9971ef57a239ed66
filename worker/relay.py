"""The relay: tells workers what is due, and asks for what time has come for.

One loop is relay, scheduler and sweeper: it runs when the followers made progress and at a slow
tick, sends hints for networks with due messages, and a job for each piece of work that is due. It
keeps nothing that matters: a new one asks what is due and says it all again.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, islice
from typing import Final

from application.books.alarms import Alarms
from application.books.due import DueWork, Ids
from application.ports import Clock, Job, JobQueue
from application.ports.queries import Queries
from domain.errors import Unavailable
from domain.values import Instant
from worker.clock_watch import ClockWatch

TICK_S: Final = 1.0
"""The slow tick: how late a lost hint can make a message, and what is due be noticed."""
JOBS_EACH_MAX: Final = 200
"""Pieces of a kind that one step asks for."""
SOON_S: Final = 0.05
"""When the next step asks again what is due, after one that could not ask for all of it."""
SOON_MAX: Final = 2 * JOBS_EACH_MAX
"""Not while more than this are under way: they are done, or they wait for the tick."""
AGAIN_S: Final = 10.0
"""What was asked for is not asked for again sooner."""
REMEMBERED_MAX: Final = 2_000
"""Pieces of a kind that are remembered as asked for, and not done yet."""
OWN_JOBS_MAX: Final = 50
"""Pieces of a kind that one step does by itself while the queue does not take them."""
OWN_JOBS_S: Final = 2.0
"""Seconds after which one step begins no more of them: each may do I/O."""

logger = logging.getLogger("ngoma.relay")


class Relay:
    """``step`` is called by one thread; two relays side by side only say things twice."""

    def __init__(
        self,
        *,
        queries: Queries,
        queue: JobQueue,
        clock: Clock,
        clock_watch: ClockWatch,
        alarms: Alarms,
        work: Sequence[DueWork],
        run_job: Callable[[Job], bool],
    ) -> None:
        self._queries = queries
        self._queue = queue
        self._clock = clock
        self._clock_watch = clock_watch
        self._alarms = alarms
        self._run_job = run_job
        self._sweeps = [(each, Asked(clock)) for each in work]
        self._sweep_at_s = float("-inf")

    @property
    def wait_s(self) -> float:
        """How long until time alone makes another step worth it."""
        return min(TICK_S, max(0.0, self._sweep_at_s - self._clock.monotonic_s()))

    def step(self, now: Instant) -> int:
        """Say what is due as of ``now``; give how many hints and jobs went out.

        Raises:
            StoreDown: the read models or the log cannot be read.
        """
        sent = self._hint(now)
        now_s = self._clock.monotonic_s()
        if now_s >= self._sweep_at_s:
            self._sweep_at_s = now_s + TICK_S
            most = self._sweep(now)
            sent += sum(most)
            has_room = all(len(asked) <= SOON_MAX for _, asked in self._sweeps)
            if has_room and max(most, default=0) == JOBS_EACH_MAX:
                self._sweep_at_s = now_s + SOON_S
        return sent

    def _hint(self, now: Instant) -> int:
        workers = self._queue.workers()
        due = frozenset(self._queries.due_networks(now)) if workers else frozenset()
        return sum(
            self._queue.announce(worker, network)
            for worker, served in workers.items()
            for network in sorted(due & served)
        )

    def _sweep(self, now: Instant) -> list[int]:
        """Ask for what is due of each kind; give how many pieces of each."""
        is_trusted = self._clock_watch.fault() is None
        return [
            self._ask(work, pieces, asked)
            for work, asked in self._sweeps
            if (is_trusted or not work.needs_clock) and (pieces := self._due(work, asked, now))
        ]

    def _due(self, work: DueWork, asked: "Asked", now: Instant) -> list[Ids]:
        """Give what to ask for; a kind whose question fails keeps no other from its turn."""
        asked.forget()
        try:
            due = list(work.due(now, JOBS_EACH_MAX + len(asked)))
            asked.keep(due)
            room = min(JOBS_EACH_MAX, REMEMBERED_MAX - len(asked))
            found = list(islice((ids for ids in due if ids not in asked), room))
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - the other kinds are due all the same
            self._alarm(work, error)
            return []
        self._alarms.clear(f"due {work.kind}")
        return found

    def _alarm(self, work: DueWork, error: Exception) -> None:
        name = f"due {work.kind}"
        if name not in self._alarms.standing():
            logger.error("nobody knows which %s is due", work.kind, exc_info=error)
        self._alarms.set(name, f"it cannot be asked what is due: {type(error).__name__}")

    def _ask(self, work: DueWork, pieces: list[Ids], asked: "Asked") -> int:
        """Queue jobs; while the queue takes none, run a few here, so that time goes on."""
        own = 0
        until_s = self._clock.monotonic_s() + OWN_JOBS_S
        for place in range(0, len(pieces), work.together):
            some = pieces[place : place + work.together]
            job = Job(work.kind, tuple(chain.from_iterable(some)))
            if not self._queue.enqueue(job):
                if own >= OWN_JOBS_MAX or self._clock.monotonic_s() >= until_s:
                    return place
                own += len(some)
                self._run_job(job)
            asked.add(some)
        return len(pieces)


class Asked:
    """Pieces of one kind that were asked for a short while ago."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._at_s: OrderedDict[Ids, float] = OrderedDict()

    def __len__(self) -> int:
        """Count them."""
        return len(self._at_s)

    def __contains__(self, ids: Ids) -> bool:
        """Whether a piece is among them."""
        return ids in self._at_s

    def add(self, pieces: Iterable[Ids]) -> None:
        """Remember pieces."""
        self._at_s.update(dict.fromkeys(pieces, self._clock.monotonic_s()))

    def forget(self) -> None:
        """Forget what was asked for long enough ago to be asked for again."""
        since_s = self._clock.monotonic_s() - AGAIN_S
        while self._at_s and next(iter(self._at_s.values())) <= since_s:
            self._at_s.popitem(last=False)

    def keep(self, due: Iterable[Ids]) -> None:
        """Forget what is due no more: it is done, and makes room."""
        still = self._at_s.keys() & set(due)
        if len(still) < len(self._at_s):
            self._at_s = OrderedDict(pair for pair in self._at_s.items() if pair[0] in still)

"""What jobs do when they arrive: have one piece of work done."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

import dramatiq
from dramatiq.broker import Broker

from adapters.queue import JOB
from adapters.queue.brokers import JOBS
from application.books.asking import Asked, Wait, wait_for
from application.books.commands import Command
from application.books.committer import Committer
from application.books.due import DueWork, by_kind
from application.ports import Job
from domain.errors import NgomaError, OutcomeUnknown, Refused
from worker.clock_watch import ClockWatch

R = TypeVar("R")

JOB_S: Final = 30.0
"""How long a job waits for the committer; it is asked for again when that is too short."""
STRANGERS_MAX: Final = 100
"""Kinds of other versions that are remembered as logged."""

logger = logging.getLogger("ngoma.jobs")


class Jobs:
    """Does what time asks for. Each job may run twice, late, or at the same time elsewhere."""

    def __init__(
        self,
        *,
        committer: Committer,
        clock_watch: ClockWatch,
        work: Sequence[DueWork],
        wait: Wait = wait_for,
    ) -> None:
        self._committer = committer
        self._clock_watch = clock_watch
        self._work = by_kind(work)
        self._wait = wait
        self._faults: Counter[str] = Counter()
        self._strangers: set[str] = set()
        self._logged: set[tuple[str, str]] = set()

    @property
    def faults(self) -> Mapping[str, int]:
        """Unexpected exceptions by kind, since the start (a metric); a kind that had none is 0."""
        return {kind: self._faults[kind] for kind in self._work}

    def run(self, job: Job) -> bool:
        """Run a job; False when it changed nothing. Never raises what its handler raises.

        A job that this process does not know, since another version asks for it, is dropped:
        whoever asked asks again, and a process that knows it takes it.
        """
        work = self._work.get(job.kind)
        if work is None:
            self._drop(job.kind)
            return False
        try:
            if work.needs_clock and self._clock_watch.fault() is not None:
                return False
            return work.handle(job.ids, self._execute)
        except Refused as refusal:
            logger.debug("%s of %s: %s", job.kind, job.ids, refusal)
        except NgomaError as error:
            logger.warning("%s of %s must wait: %s", job.kind, job.ids, type(error).__name__)
        except Exception as error:  # noqa: BLE001 - one bad handler must not end its thread
            self._note(job, error)
        return False

    def _execute(self, command: Command[R]) -> R:
        outcome = Asked(self._committer, command, self._wait).outcome(JOB_S)
        if outcome is None:
            msg = "The committer gave no answer in time."
            raise OutcomeUnknown(msg)
        return outcome.unwrap()

    def _drop(self, kind: str) -> None:
        if kind not in self._strangers and len(self._strangers) < STRANGERS_MAX:
            self._strangers.add(kind)
            logger.warning("this process knows no job %s, and drops all of them", kind)

    def _note(self, job: Job, error: Exception) -> None:
        """Count a fault; only the first of its kind is written out, since it comes again."""
        self._faults[job.kind] += 1
        fault = (job.kind, type(error).__name__)
        if fault not in self._logged:
            self._logged.add(fault)
            logger.error("%s of %s met %s", job.kind, job.ids, fault[1], exc_info=error)


def declare_actor(broker: Broker, run_job: Callable[[Job], object]) -> None:
    """Declare on ``broker`` what this process does with the shared jobs."""

    def job(kind: str, *ids: int) -> None:
        try:
            told = Job(kind, ids)
        except (TypeError, ValueError):
            logger.warning("a job of another version was dropped")
        else:
            run_job(told)

    dramatiq.actor(broker=broker, actor_name=JOB, queue_name=JOBS)(job)

"""What hints and jobs do when they arrive: ring a bell, or run one application command."""

import logging
from collections.abc import Callable
from typing import Final, assert_never

import dramatiq
from dramatiq.broker import Broker

from adapters.queue import HINT, JOB
from adapters.queue.brokers import JOBS, hints_queue
from application.books.asking import Asked, Wait, wait_for
from application.books.commands import Command
from application.books.committer import Committer
from application.messages.settling import DoubtAttempt, ExpireMessage
from application.ports import Clock, Job, JobKind
from domain.causes import OwnCause
from domain.errors import NgomaError, OutcomeUnknown, Refused, Unavailable
from domain.values import Network
from worker.clock_watch import ClockWatch

JOB_S: Final = 30.0
"""How long a job waits for the committer; it is asked for again when that is too short."""

logger = logging.getLogger(__name__)


class Jobs:
    """Does what time asks for. Each job may run twice, late, or at the same time elsewhere."""

    def __init__(
        self,
        *,
        committer: Committer,
        clock: Clock,
        clock_watch: ClockWatch,
        wait: Wait = wait_for,
    ) -> None:
        self._committer = committer
        self._clock = clock
        self._clock_watch = clock_watch
        self._wait = wait

    def run(self, job: Job) -> bool:
        """Run a job; False when it changed nothing. Never raises what a store or a rule raises."""
        try:
            if self._clock_watch.fault() is not None:
                return False
            asked = Asked(self._committer, self._command(job), self._wait)
            outcome = asked.outcome(JOB_S)
            return outcome is not None and outcome.unwrap()
        except Refused as refusal:
            logger.debug("%s of message %s: %s", job.kind, job.number, refusal)
        except (Unavailable, OutcomeUnknown) as error:
            logger.warning(
                "%s of message %s must wait: %s", job.kind, job.number, type(error).__name__
            )
        return False

    def _command(self, job: Job) -> Command[bool]:
        at = self._clock.now()
        match job.kind:
            case JobKind.EXPIRE | JobKind.GIVE_UP_DOUBT:
                return ExpireMessage(job.number, at=at)
            case JobKind.DOUBT_LAPSED:
                if job.sim is None:
                    msg = "a doubt about a lapsed lease names its SIM"
                    raise NgomaError(msg)
                return DoubtAttempt(
                    job.number, sim=job.sim, new_fence=None, cause=OwnCause.LEASE_LAPSED, at=at
                )
            case _:
                assert_never(job.kind)


def declare_actors(
    broker: Broker, *, worker: str, jobs: Jobs, on_hint: Callable[[Network], None]
) -> None:
    """Declare on ``broker`` what this process does with its hints and the shared jobs."""

    def hint(network: str) -> None:
        on_hint(Network(network))

    def job(kind: str, number: int, sim: int | None) -> None:
        jobs.run(Job(JobKind(kind), number, sim))

    dramatiq.actor(broker=broker, actor_name=HINT, queue_name=hints_queue(worker))(hint)
    dramatiq.actor(broker=broker, actor_name=JOB, queue_name=JOBS)(job)

"""Where hints and jobs arrive, and the word that this process is there for them."""

import logging
from collections.abc import Sequence
from typing import Final

from adapters.queue import HINT_WAIT_S, DramatiqJobQueue, JobThreads
from worker.job_handlers import declare_actor
from worker.parts.loop import Loop
from worker.parts.part import Part, Process, ProcessRole, Running, Stage

PRESENCE_S: Final = 3.0

logger = logging.getLogger("ngoma.jobs")


def _make(process: Process) -> Sequence[Running]:
    queue, name = process.system.queue, process.name
    if not isinstance(queue, DramatiqJobQueue):
        logger.warning("the job queue has no threads; the relay does its jobs")
        return []

    def hear() -> None:
        network = queue.hint(name, HINT_WAIT_S)
        if network is not None:
            process.desks.ring(network)

    def be_present() -> None:
        queue.register(name, process.desks.networks)

    declare_actor(queue.broker, process.jobs.run)
    process.system.metrics.watch(
        "job_faults", "Unexpected exceptions by job.", lambda: process.jobs.faults, label="work"
    )
    return [
        Loop("presence", be_present, every_s=PRESENCE_S, at_end=lambda: queue.withdraw(name)),
        Loop("hints", hear),
        JobThreads(queue),
        process.speakers,
    ]


JOBS: Final = Part("jobs", frozenset({ProcessRole.ALL, ProcessRole.WORKER}), Stage.TELL, _make)

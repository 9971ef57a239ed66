"""The threads in which hints and jobs arrive, and the word that this process is there for them."""

import logging
from collections.abc import Sequence
from typing import Final

from adapters.queue import DramatiqJobQueue, JobThreads
from domain.values import Network
from worker.job_handlers import declare_actors
from worker.parts.loop import Loop
from worker.parts.part import Part, Process, ProcessRole, Running, Stage

PRESENCE_S: Final = 3.0

logger = logging.getLogger("ngoma.jobs")


def _make(process: Process) -> Sequence[Running]:
    queue, name = process.system.queue, process.name
    if not isinstance(queue, DramatiqJobQueue):
        logger.warning("the job queue has no threads; the relay does its jobs")
        return []

    def on_hint(network: Network) -> None:
        queue.arrived(name, network)  # first: then the next may come
        process.desks.ring(network)

    def be_present() -> None:
        queue.register(name, process.desks.networks)

    declare_actors(queue.broker, worker=name, run_job=process.jobs.run, on_hint=on_hint)
    process.system.metrics.watch(
        "job_faults", "Unexpected exceptions by job.", lambda: process.jobs.faults, label="work"
    )
    return [
        Loop("presence", be_present, every_s=PRESENCE_S, at_end=lambda: queue.withdraw(name)),
        JobThreads(queue, worker=name),
        process.speakers,
    ]


JOBS: Final = Part("jobs", frozenset({ProcessRole.ALL, ProcessRole.WORKER}), Stage.TELL, _make)

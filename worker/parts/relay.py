"""The relay, woken by the read models' progress; where no worker is, it does the jobs itself."""

from collections.abc import Sequence
from typing import Final

from worker.parts.loop import Loop
from worker.parts.part import Part, Process, ProcessRole, Stage
from worker.parts.spaced import Spaced
from worker.relay import Relay

REST_S: Final = 0.05
"""The least pause between two looks: so much later a hint may be under load."""


def _make(process: Process) -> Sequence[Loop]:
    system, progress = process.system, Spaced(REST_S)
    system.follower.on_progress(lambda _: progress.set())
    relay = Relay(
        queries=system.queries,
        queue=system.queue,
        clock=system.clock,
        clock_watch=process.clock_watch,
        alarms=process.alarms,
        work=process.work,
        run_job=process.jobs.run,
    )

    def pass_on() -> None:
        progress.wait(relay.wait_s)
        progress.clear()
        relay.step(system.clock.now())

    return [Loop("relay", pass_on, wake=progress.set)]


RELAY: Final = Part("relay", frozenset({ProcessRole.ALL, ProcessRole.PROJECT}), Stage.TELL, _make)

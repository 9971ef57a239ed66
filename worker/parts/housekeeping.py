"""What has to be forgotten in time, in rounds of commands while the clock is trusted."""

import threading
from collections.abc import Sequence
from typing import Final

from application.retention.doubted import stretches_in
from application.retention.horizon import Horizon
from application.retention.housekeeping import EVERY_S, Housekeeping
from worker.parts.loop import Loop
from worker.parts.part import Part, Process, ProcessRole, Stage


def _make(process: Process) -> Sequence[Loop]:
    system, stopping = process.system, threading.Event()
    horizon = Horizon(
        store=system.store,
        committer=system.committer,
        clock=system.clock,
        begun_at=lambda: process.clock_watch.begun_at,
    )
    housekeeping = Housekeeping(
        queries=system.queries,
        committer=system.committer,
        clock=system.clock,
        retention=system.terms.retention,
        as_of=horizon.move,
        stretches=stretches_in(system.reader),
        pause=stopping.wait,
    )

    def keep_house() -> None:
        if process.clock_watch.fault() is None:
            housekeeping.step()

    return [Loop("housekeeping", keep_house, every_s=EVERY_S, wake=stopping.set)]


HOUSEKEEPING: Final = Part(
    "housekeeping", frozenset({ProcessRole.ALL, ProcessRole.PROJECT}), Stage.TELL, _make
)

"""The upkeep of the store, in turns that leave the committer its pace; not on a wrong clock."""

import threading
from collections.abc import Sequence
from typing import Final

from application.retention.upkeep import EVERY_S, Upkeep
from worker.loops import Loop
from worker.parts.part import Part, Process, ProcessRole, Stage


def _make(process: Process) -> Sequence[Loop]:
    system, stopping = process.system, threading.Event()
    upkeep = Upkeep(store=system.store, clock=system.clock, pause=stopping.wait)

    def keep_up() -> None:
        if process.clock_watch.fault() is None:
            upkeep.step()

    return [Loop("upkeep", keep_up, every_s=EVERY_S, wake=stopping.set)]


UPKEEP: Final = Part("upkeep", frozenset({ProcessRole.ALL, ProcessRole.PROJECT}), Stage.TELL, _make)

"""The upkeep of the store, in turns that leave the committer its pace; not on a wrong clock."""

import threading
from collections.abc import Sequence
from typing import Final

from application.retention.upkeep import EVERY_S, Upkeep
from worker.parts.loop import Loop
from worker.parts.part import Part, Process, ProcessRole, Stage

SHORTEN_EVERY_S: Final = 1.0
"""Under full load a write-ahead log grows by some tens of megabytes a second."""


def _make(process: Process) -> Sequence[Loop]:
    system, stopping = process.system, threading.Event()
    upkeep = Upkeep(store=system.store, clock=system.clock, pause=stopping.wait)

    def keep_up() -> None:
        if process.clock_watch.fault() is None:
            upkeep.step()

    return [
        Loop("upkeep", keep_up, every_s=EVERY_S, wake=stopping.set),
        Loop("shortening", system.shorten, every_s=SHORTEN_EVERY_S),
    ]


UPKEEP: Final = Part("upkeep", frozenset({ProcessRole.ALL, ProcessRole.PROJECT}), Stage.TELL, _make)

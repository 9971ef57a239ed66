"""The watch over this host's clock, in every process: each acts on it, and says what is wrong."""

from collections.abc import Sequence
from typing import Final

from worker.clock_watch import LOOK_S
from worker.parts.loop import Loop
from worker.parts.part import Part, Process, ProcessRole, Stage


def _make(process: Process) -> Sequence[Loop]:
    def look() -> None:
        process.clock_watch.step()
        process.clock_stretches.step()

    return [Loop("clock", look, every_s=LOOK_S)]


CLOCK: Final = Part("clock", frozenset(ProcessRole), Stage.TELL, _make)

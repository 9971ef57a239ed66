"""How the process is, looked at each second: what is wrong stands as an alarm, and in the log."""

from collections.abc import Sequence
from typing import Final

from worker.loops import Loop
from worker.parts.part import Part, Process, ProcessRole, Stage

EVERY_S: Final = 1.0


def _make(process: Process) -> Sequence[Loop]:
    system, alarms = process.system, process.alarms

    def look() -> None:
        system.store.try_out()
        for name, words in system.readiness().checks.items():
            if words == "ok":
                alarms.clear(name)
            else:
                alarms.set(name, words)
        alarms.remind(system.clock.monotonic_s())

    return [Loop("health", look, every_s=EVERY_S)]


HEALTH: Final = Part("health", frozenset(ProcessRole), Stage.FOLLOW, _make)

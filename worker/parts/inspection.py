"""Looking for damage in the files that this process uses, before somebody meets it."""

from collections.abc import Sequence
from typing import Final

from worker.parts.loop import Loop
from worker.parts.part import Part, Process, ProcessRole, Stage

EVERY_S: Final = 1.0


def _make(process: Process) -> Sequence[Loop]:
    inspections = process.system.inspections

    def look() -> None:
        for each in inspections:
            each.step()

    def stop() -> None:
        for each in inspections:
            each.stop()

    return [Loop("inspection", look, every_s=EVERY_S, wake=stop)] if inspections else []


INSPECTION: Final = Part(
    "inspection", frozenset({ProcessRole.ALL}), Stage.FOLLOW, _make, is_vital=False
)

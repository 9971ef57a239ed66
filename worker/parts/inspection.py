"""Looking for damage in the files that this process uses, before somebody meets it."""

from collections.abc import Sequence
from typing import Final

from worker.parts.loop import Loop
from worker.parts.part import Part, Process, ProcessRole, Stage

EVERY_S: Final = 1.0
PATIENCE_S: Final = 0.5
"""How long an end waits for a look: SQLite cannot be interrupted within a table (3.40)."""


def _make(process: Process) -> Sequence[Loop]:
    inspections = process.system.inspections

    def look() -> None:
        for each in inspections:
            each.step()

    def stop() -> None:
        for each in inspections:
            each.stop()

    if not inspections:
        return []
    return [Loop("inspection", look, every_s=EVERY_S, wake=stop, patience_s=PATIENCE_S)]


INSPECTION: Final = Part(
    "inspection", frozenset({ProcessRole.ALL}), Stage.FOLLOW, _make, is_vital=False
)

"""What sends uploaded lists, part by part and by turns; of several processes one does."""

from collections.abc import Sequence
from typing import Final

from worker.parts.loop import Loop
from worker.parts.part import Part, Process, ProcessRole, Stage
from worker.parts.spaced import Spaced
from worker.uploads import Uploads

REST_S: Final = 0.5
"""The least pause between two looks for lists."""


def _make(process: Process) -> Sequence[Loop]:
    system, progress = process.system, Spaced(REST_S)
    system.follower.on_progress(lambda _: progress.set())
    uploads = Uploads(system, holder=process.name, progress=progress)
    return [Loop("uploads", uploads.step, wake=progress.set, at_end=uploads.close)]


UPLOADS: Final[Part] = Part(
    "uploads",
    frozenset({ProcessRole.ALL, ProcessRole.WORKER}),
    Stage.TELL,
    _make,
    is_vital=False,
)

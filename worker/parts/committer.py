"""The committer: the one thread of a process that writes, or that has another process write."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from worker.parts.committer_apart import WAIT_S, CommitterApart
from worker.parts.loop import Loop
from worker.parts.part import Part, Process, ProcessRole, Running, Stage


def _make(process: Process) -> Sequence[Running]:
    committer = process.system.committer
    if process.cradle is not None and CommitterApart.name in process.cradle.names:
        return [CommitterApart(process.cradle, process.system)]
    return [
        Loop(
            "committer",
            partial(committer.step, WAIT_S),
            wake=committer.stop,
            is_drained=lambda: committer.waiting == 0,
        )
    ]


COMMITTER: Final = Part("committer", frozenset(ProcessRole), Stage.COMMIT, _make)

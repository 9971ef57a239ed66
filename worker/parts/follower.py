"""The follower of all read models; of several processes one is active."""

from collections.abc import Sequence
from typing import Final

from worker.loops import Loop
from worker.parts.part import Part, Process, ProcessRole, Stage

POLL_S: Final = 0.02
"""How often the log is looked at for what other processes wrote."""


def _make(process: Process) -> Sequence[Loop]:
    committed, follower = process.system.signals.committed, process.system.follower

    def follow() -> None:
        committed.clear()
        if not follower.step():
            committed.wait(POLL_S)

    return [Loop("follower", follow, wake=committed.set)]


FOLLOWER: Final = Part(
    "follower", frozenset({ProcessRole.ALL, ProcessRole.PROJECT}), Stage.FOLLOW, _make
)

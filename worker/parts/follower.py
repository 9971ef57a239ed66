"""The follower of all read models; of several processes one is active."""

from collections.abc import Sequence
from typing import Final

from worker.parts.follower_apart import FollowerApart
from worker.parts.following import Following
from worker.parts.loop import Loop
from worker.parts.part import Part, Process, ProcessRole, Running, Stage


def _make(process: Process) -> Sequence[Running]:
    system = process.system
    committed = system.signals.committed
    following = Following(system.follower, system.clock, committed)
    if process.cradle is not None and FollowerApart.name in process.cradle.names:
        return [FollowerApart(process.cradle, system, following)]
    return [Loop("follower", following.step, wake=committed.set)]


FOLLOWER: Final = Part(
    "follower", frozenset({ProcessRole.ALL, ProcessRole.PROJECT}), Stage.FOLLOW, _make
)

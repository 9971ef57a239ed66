"""Wakes the follower when another process commits, where the database tells of it.

The follower looks by itself as well: what is not told is found a moment later.
"""

from collections.abc import Sequence
from typing import Final

from worker.parts.loop import Loop
from worker.parts.part import Part, Process, ProcessRole, Stage

HEAR_S: Final = 1.0
"""How long it waits at a time, and so how long an end may wait for it."""


def _make(process: Process) -> Sequence[Loop]:
    signals = process.system.signals
    commits = signals.everywhere
    if commits is None or process.role is ProcessRole.ALL:  # which mostly writes alone
        return []

    def hear() -> None:
        if commits.wait(HEAR_S):
            signals.committed.set()

    return [Loop("listener", hear, at_end=commits.close)]


ROLES: Final = frozenset({ProcessRole.ALL, ProcessRole.PROJECT})
LISTENER: Final = Part("listener", ROLES, Stage.FOLLOW, _make, is_vital=False)

"""A part for each follower with effects: ``effect_part`` makes it of whatever makes the effect."""

from collections.abc import Callable, Sequence
from typing import Final

from application.books.effects import Effect, EffectFollower
from worker.parts.loop import Loop
from worker.parts.part import Part, Process, ProcessRole, Stage
from worker.parts.spaced import Spaced

POLL_S: Final = 0.5
"""How often the log is looked at, besides after each progress of this process's read models."""
ROLES: Final = frozenset({ProcessRole.ALL, ProcessRole.PROJECT})
REST_S: Final = 0.5
"""The least pause between two looks: an effect may be that much later under load."""


def effect_part(name: str, make: Callable[[Process], Effect]) -> Part:
    """Give the part that runs an effect, in each process that follows the log.

    ``name`` is for good: the position is kept under it, and alarms and metrics show it.
    Its runner is woken by the read models' progress, so that an effect may ask them. It says by
    alarms how it is: sending goes on, whatever it meets.
    """

    def loops(process: Process) -> Sequence[Loop]:
        system, progress = process.system, Spaced(REST_S)
        follower = EffectFollower(
            name,
            make(process),
            store=system.store,
            mapper=system.committer.saver.mapper,
            clock=system.clock,
            alarms=process.alarms,
            holder=process.name,
        )
        system.follower.on_progress(lambda _: progress.set())

        def follow() -> None:
            progress.clear()
            if not follower.step():
                progress.wait(POLL_S)

        return [Loop(name, follow, wake=progress.set, at_end=follower.close)]

    return Part(name, ROLES, Stage.FOLLOW, loops, is_vital=False)

"""The follower of all read models; of several processes one is active."""

import threading
from collections.abc import Sequence
from typing import Final

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from application.ports import Clock, Follower
from domain.errors import StoreDown
from worker.parts.loop import Loop
from worker.parts.part import Part, Process, ProcessRole, Stage

POLL_S: Final = 0.02
"""How often the log is looked at for what other processes write."""
RARE_POLL_S: Final = 0.1
"""The same when none has written for a while: own commits are told."""
WHILE_S: Final = 10.0


def _make(process: Process) -> Sequence[Loop]:
    committed = process.system.signals.committed
    following = Following(process.system.follower, process.system.clock, committed)
    return [Loop("follower", following.step, wake=committed.set)]


class Following:
    """One step of the read models after the other; rests while the log does not grow."""

    def __init__(self, follower: Follower, clock: Clock, committed: threading.Event) -> None:
        self._follower = follower
        self._clock = clock
        self._committed = committed
        self._is_at_end = False
        self._others_wrote_s = clock.monotonic_s()

    @property
    def pause_s(self) -> float:
        """How long it rests at the end of the log, unless it is told of a commit."""
        is_alone = self._clock.monotonic_s() - self._others_wrote_s >= WHILE_S
        return RARE_POLL_S if is_alone else POLL_S

    def step(self) -> None:
        """Fold what there is, or wait for more.

        Raises:
            StoreDown: the read models cannot be written.
        """
        was_told = self._committed.is_set()
        self._committed.clear()
        try:
            handled = self._follower.step()
        except (OperationalError, InterfaceError) as error:
            raise StoreDown(_words(error)) from error
        if not handled:
            self._committed.wait(self.pause_s)
        elif self._is_at_end and not was_told:
            self._others_wrote_s = self._clock.monotonic_s()
        self._is_at_end = not handled


def _words(error: DBAPIError) -> str:
    said = str(error.orig).splitlines()
    return f"the read models cannot be written ({said[0] if said else type(error.orig).__name__})"


FOLLOWER: Final = Part(
    "follower", frozenset({ProcessRole.ALL, ProcessRole.PROJECT}), Stage.FOLLOW, _make
)

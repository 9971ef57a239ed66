"""The follower of all read models; of several processes one is active."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from domain.errors import StoreDown
from worker.parts.loop import Loop
from worker.parts.part import Part, Process, ProcessRole, Stage

POLL_S: Final = 0.02
"""How often the log is looked at for what other processes wrote."""


def _make(process: Process) -> Sequence[Loop]:
    committed, follower = process.system.signals.committed, process.system.follower

    def follow() -> None:
        committed.clear()
        try:
            handled = follower.step()
        except (OperationalError, InterfaceError) as error:
            raise StoreDown(_words(error)) from error
        if not handled:
            committed.wait(POLL_S)

    return [Loop("follower", follow, wake=committed.set)]


def _words(error: DBAPIError) -> str:
    said = str(error.orig).splitlines()
    return f"the read models cannot be written ({said[0] if said else type(error.orig).__name__})"


FOLLOWER: Final = Part(
    "follower", frozenset({ProcessRole.ALL, ProcessRole.PROJECT}), Stage.FOLLOW, _make
)

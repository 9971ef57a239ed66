"""How read models are followed, whichever process does it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from application.ports import Clock, Follower
from domain.errors import StoreDown

POLL_S: Final = 0.02
"""How often the log is looked at for what other processes write."""
RARE_POLL_S: Final = 0.1
"""The same when none has written for a while: own commits are told."""
WHILE_S: Final = 10.0


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
        with written():
            handled = self._follower.step()
        if not handled:
            self._committed.wait(self.pause_s)
        elif self._is_at_end and not was_told:
            self._others_wrote_s = self._clock.monotonic_s()
        self._is_at_end = not handled


@contextmanager
def written() -> Iterator[None]:
    """Say in words why the read models cannot be written.

    Raises:
        StoreDown: they cannot.
    """
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise StoreDown(_words(error)) from error


def _words(error: DBAPIError) -> str:
    said = str(error.orig).splitlines()
    return f"the read models cannot be written ({said[0] if said else type(error.orig).__name__})"

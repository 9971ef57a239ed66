"""How read models are followed, whichever process does it."""

import threading
import time
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
REST_S: Final = 0.05
"""How long after the beginning of a step the next one begins at most, if there is more by then."""
REST_EACH_S: Final = 0.001
"""The same for each event that a step folded, so that a few of them hold up nobody."""
MANY_EVENTS: Final = 500
"""A step that folded so many was worth its costs, and more may wait: there is no rest."""


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
        began_s = time.monotonic()
        was_told = self._committed.is_set()
        self._committed.clear()
        with written():
            handled = self._follower.step()
        if not handled:
            self._committed.wait(self.pause_s)
        elif self._is_at_end and not was_told:
            self._others_wrote_s = self._clock.monotonic_s()
        self._is_at_end = not handled
        if (rest_s := began_s + cadence_s(handled) - time.monotonic()) > 0:
            time.sleep(rest_s)  # so short that an end need not cut it


def cadence_s(handled: int) -> float:
    """Give how long after the beginning of a step that folded so many events the next may begin.

    A transaction costs as much as some dozen events, so under load they gather meanwhile: what
    comes faster than one in ``REST_EACH_S`` makes each rest longer than the one before. What comes
    alone is folded at once, as a message for an idle modem.
    """
    return 0.0 if handled >= MANY_EVENTS else min(REST_S, handled * REST_EACH_S)


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

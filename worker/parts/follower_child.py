"""The follower's process: follows the log, and says how far it is and how it is."""

import logging
import socket
import threading
from collections.abc import Sequence
from typing import Final

import orjson

from adapters.bootstrap import open_follower
from adapters.clock import SystemClock
from adapters.observability.outlet import Outlet
from adapters.reads import open_reads
from adapters.settings import Settings
from domain.errors import NgomaError
from worker.apart.line import HungUp, Line
from worker.memory import settle_memory
from worker.parts.following import Following
from worker.parts.loop import Loop

LOOK_S: Final = 0.25
"""How often it says what it did not come to say before."""
END_S: Final = 5.0
"""How long the batch under way may take at the end."""
STORE_LOGGER: Final = "ngoma.store"
"""Silent here: what befalls the store is said once, by the process that writes it."""

logger = logging.getLogger("ngoma.threads")


def follow(settings: Settings, outlet: Outlet, end: socket.socket) -> None:
    """Follow the log that the settings name until the line ends.

    Raises:
        SystemExit: it cannot; the log says why.
    """
    try:
        _follow(settings, Line(end))
    except NgomaError as error:
        logger.warning("the log cannot be followed: %s", error)
        raise SystemExit(1) from error
    except Exception as error:  # whatever it was, nobody else would say it
        logger.exception("the follower's process cannot go on")
        raise SystemExit(1) from error
    finally:
        outlet.close()


def _follow(settings: Settings, line: Line) -> None:
    logging.getLogger(STORE_LOGGER).disabled = True
    reads = open_reads(settings, is_server=False)
    follower, committed = open_follower(reads), threading.Event()
    following = Following(follower, SystemClock(), committed)
    loop = Loop("follower", following.step, wake=committed.set, at_end=follower.close)
    told = _Told(line, loop)
    follower.on_moved(told.moved)
    settle_memory()
    loop.start()
    try:
        while True:
            told.look()  # the first time: that there is somebody
            if line.hear(LOOK_S):
                committed.set()
    except HungUp:
        loop.stop()
        if loop.join(END_S):
            reads.close()


class _Told:
    """What the other end knows; what there was no room for is told with the next."""

    def __init__(self, line: Line, loop: Loop) -> None:
        self._line = line
        self._loop = loop
        self._lock = threading.Lock()
        self._moved: dict[str, int] = {}
        self._state: tuple[int, str | None] | None = None

    def moved(self, names: Sequence[str], position: int) -> None:
        """Tell that read models have come to a position."""
        with self._lock:
            self._moved.update(dict.fromkeys(names, position))
            self._tell()

    def look(self) -> None:
        """Tell what is not told yet; at first that there is somebody."""
        with self._lock:
            if self._moved or self._state != self._now():
                self._tell()

    def _now(self) -> tuple[int, str | None]:
        return self._loop.faults, self._loop.fault or (None if self._loop.is_alive else "ended")

    def _tell(self) -> None:
        faults, fault = state = self._now()
        frame = orjson.dumps({"moved": self._moved, "faults": faults, "fault": fault})
        if self._line.tell(frame):
            self._moved, self._state = {}, state

"""What connections and their requests may cost: how many, how large, and how long each wait."""

import asyncio
import logging
import resource
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Final, Protocol

from adapters.settings import Settings
from api.http.proxies import Addresses
from worker.memory import return_memory

HEAD_BYTES_MAX: Final = 64 * 1024
"""Of the request line and the headers together."""
HEAD_LINES_MAX: Final = 100
"""Of the headers."""
BODY_HELD_MAX: Final = 64 * 1024
"""How much of a body is read ahead of its application."""
PROGRESS_BYTES: Final = 16 * 1024
"""What a client has to take of its answer in ``Bounds.unread_wait_s``, if so much is left."""
FILES_KEPT: Final = 256
"""Open files that are for everything else: the store, modems, threads, logs."""
GONE_MIN: Final = 64
"""Connections that have gone before their memory is given back to the system."""
SAY_EVERY_S: Final = 60.0
"""How often the log says that connections are refused; the metric counts each."""

_log = logging.getLogger("ngoma.web")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Of one listener's connections; what operators may set is by the settings' defaults."""

    connections: int = Settings.connections_max
    per_address: int = Settings.connections_per_address
    """From one client, as limits by address count it; 0: no bound. Trusted proxies have none."""
    head_wait_s: float = Settings.connections_head_wait_s
    """For a whole request head, from the connection or the last answer's end."""
    idle_wait_s: float = Settings.connections_idle_wait_s
    """For the next request of a connection that was kept."""
    body_wait_s: float = 30.0
    """For the rest of a body that nobody reads any more, once it was answered."""
    unread_wait_s: float = Settings.connections_unread_wait_s
    """In which a client has to take some more of its answer."""
    linger_s: float = 2.0
    """For a client to read its last answer while it still sends."""


def open_files(connections: int) -> int:
    """Give how many files a process may open that wants so many connections."""
    soft, hard = (
        inf if limit == resource.RLIM_INFINITY else limit
        for limit in resource.getrlimit(resource.RLIMIT_NOFILE)
    )
    wanted = connections + FILES_KEPT
    return wanted if soft == inf else int(max(soft, min(wanted, hard)))


def raise_open_files(connections: int) -> int:
    """Let this process open as many files as so many connections need, if it may.

    Gives how many it may open now; that is never fewer than before.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = open_files(connections)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return allowed


def connections_of(wanted: int, files: int) -> int:
    """Give how many connections there may be, below the process's open files."""
    return max(1, min(wanted, max(files - FILES_KEPT, files // 2)))


class Watched(Protocol):
    """A connection, as its keeper needs it."""

    deadline_s: float

    def expire(self, now_s: float) -> None:
        """Act on a deadline that has passed."""


class Keeper:
    """What the connections of a listener share; belongs to one event loop."""

    def __init__(self, bounds: Bounds, addresses: Addresses, note: Callable[[str], None]) -> None:
        self.bounds = bounds
        self.note = note
        """Counts connections that are refused or ended, by why."""
        self._addresses = addresses
        self._kept: set[Watched] = set()
        self._by_client: Counter[str] = Counter()
        self._said_at_s = float("-inf")
        self._most = 0
        """How many there were at once, since memory was given back last."""
        waits = (bounds.head_wait_s, bounds.idle_wait_s, bounds.body_wait_s, bounds.unread_wait_s)
        self._tick_s = min(1.0, *(wait_s / 4 for wait_s in (*waits, bounds.linger_s)))
        self._timer: asyncio.TimerHandle | None = None

    def admit(self, connection: Watched, peer: str | None) -> bool:
        """Take a new connection in, unless there are too many."""
        client = self._addresses.counted_peer(peer)
        bounds = self.bounds
        if len(self._kept) >= bounds.connections:
            return self._refuse("refused_all")
        if client is not None and 0 < bounds.per_address <= self._by_client[client]:
            return self._refuse("refused_address")
        if client is not None:
            self._by_client[client] += 1
        self._kept.add(connection)
        self._most = max(self._most, len(self._kept))
        if self._timer is None:
            self._wait()
        return True

    def dismiss(self, connection: Watched, peer: str | None) -> None:
        """Forget a connection that was let in."""
        self._kept.discard(connection)
        client = self._addresses.counted_peer(peer)
        if client is not None:
            self._by_client[client] -= 1
            if not self._by_client[client]:
                del self._by_client[client]

    def _refuse(self, why: str) -> bool:
        self.note(why)
        now_s = asyncio.get_running_loop().time()
        if now_s - self._said_at_s >= SAY_EVERY_S:
            self._said_at_s = now_s
            _log.warning("Connections are refused: there are too many.", extra={"why": why})
        return False

    def _wait(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._tick_s, self._look)

    def _look(self) -> None:
        """Act on the deadlines that have passed: one timer for all."""
        self._timer = None
        if self._most - len(self._kept) >= GONE_MIN:
            self._most = len(self._kept)
            return_memory()
        now_s = asyncio.get_running_loop().time()
        for connection in [one for one in self._kept if one.deadline_s <= now_s]:
            connection.expire(now_s)
        if self._kept:
            self._wait()

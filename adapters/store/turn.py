"""Whose turn it is to write to store.db: SQLite does not queue writers, so lock files do."""

import fcntl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

POLL_FIRST_S: Final = 0.000_1
POLL_LONGEST_S: Final = 0.005
"""A commit takes about a millisecond; who waits longer looks less often."""
SERVER_WAIT_S: Final = 2.0
"""The server goes on without its turn after this long: a guest may be frozen."""
GUEST_WAIT_S: Final = 10.0


class TurnLock:
    """A fair lock between processes, made of two lock files.

    A writer takes ``store.next``, then ``store.turn``, then lets go of ``store.next``. So
    whoever has just written waits at ``store.next`` while another one stands there: writers
    alternate, and neither the server nor a busy command line can starve the other. Every wait
    is bounded; SQLite's own lock keeps the data whole, this one is only fair.
    """

    def __init__(self, path: Path, *, is_server: bool) -> None:
        self._wait_s = SERVER_WAIT_S if is_server else GUEST_WAIT_S
        self._turn = _open(path)
        self._next = _open(path.with_suffix(".next"))
        self._here = threading.Lock()  # a lock file does not tell the threads of a process apart

    @contextmanager
    def held(self) -> Iterator[None]:
        """Write while nobody else does."""
        with self._here:
            limit_s = time.monotonic() + self._wait_s
            is_next = _lock(self._next, limit_s)
            has_turn = _lock(self._turn, limit_s)
            if is_next:
                fcntl.flock(self._next, fcntl.LOCK_UN)
            try:
                yield
            finally:
                if has_turn:
                    fcntl.flock(self._turn, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close the files."""
        self._turn.close()
        self._next.close()


def _open(path: Path) -> IO[str]:
    file = path.open("a")
    path.chmod(0o600)
    return file


def _lock(file: IO[str], limit_s: float) -> bool:
    pause_s = POLL_FIRST_S
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > limit_s:
                return False
            time.sleep(pause_s)
            pause_s = min(1.5 * pause_s, POLL_LONGEST_S)
        else:
            return True

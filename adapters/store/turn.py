"""Whose turn it is to write to store.db: SQLite does not queue writers, so a lock file does."""

import fcntl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

TURN_POLL_S: Final = 0.005


class TurnLock:
    """The lock file that gives another process (the CLI) its turn; SQLite has no queue itself.

    The server's committer holds it shared only in spirit: between two commits it looks whether
    somebody has it exclusively, and waits, bounded, until it is free.
    """

    def __init__(self, path: Path, *, is_server: bool, wait_s: float = 2.0) -> None:
        self._path = path
        self._is_server = is_server
        self._wait_s = wait_s
        self._file = path.open("a")
        path.chmod(0o600)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Take a turn: a guest takes the file, the server waits while a guest has it."""
        if self._is_server:
            self._let_guests_pass()
            yield
            return
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def _let_guests_pass(self) -> None:
        limit_s = time.monotonic() + self._wait_s
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > limit_s:
                    return
                threading.Event().wait(TURN_POLL_S)
            else:
                fcntl.flock(self._file, fcntl.LOCK_UN)
                return

    def close(self) -> None:
        """Close the file."""
        self._file.close()

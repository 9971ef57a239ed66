"""The way out for log lines: nobody who has something to log ever waits for who reads it."""

import errno
import os
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Final

STANDARD_ERROR: Final = 2
WAITING_BYTES_MAX: Final = 4 * 1024 * 1024
"""Of lines that wait to be written; what does not fit is counted and dropped."""
GATHER_S: Final = 0.02
"""Lines that come within this time leave in one write."""
LAST_S: Final = 0.5
"""How long the last lines have to leave when the process ends."""
FULL_S: Final = 0.05
"""When to try again what a non-blocking descriptor did not take."""


class Outlet:
    """Whole lines from any thread, written by a thread of its own to one descriptor."""

    def __init__(
        self,
        descriptor: int = STANDARD_ERROR,
        *,
        waiting_bytes_max: int = WAITING_BYTES_MAX,
        dropped_line: Callable[[int], bytes] | None = None,
    ) -> None:
        """Make one; ``dropped_line`` says, in the log itself, how many lines are missing."""
        self.dropped = 0
        """Lines that did not fit, or could not be written (a metric)."""
        self._descriptor = descriptor
        self._waiting_bytes_max = waiting_bytes_max
        self._dropped_line = dropped_line
        self._said_dropped = 0
        self._lock = threading.Lock()
        self._waiting: deque[tuple[bytes, int]] = deque()
        self._waiting_bytes = 0
        self._arrived = threading.Event()
        self._written = threading.Event()
        self._is_closing = threading.Event()
        self._thread: threading.Thread | None = None

    def say(self, text: bytes, lines: int = 1) -> None:
        """Take lines; drop them when too much waits already."""
        with self._lock:
            if self._waiting_bytes + len(text) > self._waiting_bytes_max:
                self.dropped += lines
                return
            self._waiting.append((text, lines))
            self._waiting_bytes += len(text)
            if len(self._waiting) > 1:
                return  # the thread knows
            if self._thread is None:
                self._start()
            self._written.clear()
            self._arrived.set()

    def close(self, wait_s: float = LAST_S) -> None:
        """Let the last lines leave, if they can in this time."""
        self._is_closing.set()
        if self._thread is not None:
            self._written.wait(wait_s)

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="ngoma-logs", daemon=True)
        with suppress(RuntimeError):  # the interpreter is ending: the line is lost
            self._thread.start()

    def _run(self) -> None:
        while True:
            self._arrived.wait()
            self._is_closing.wait(GATHER_S)
            self._arrived.clear()
            with self._lock:
                taken, self._waiting = self._waiting, deque()
            text = b"".join(text for text, _ in taken)
            is_written = self._write(text)
            with self._lock:  # there is room again before anybody reads what is missing
                self._waiting_bytes -= len(text)
                self.dropped += 0 if is_written else sum(lines for _, lines in taken)
            if is_written and self.dropped > self._said_dropped and self._dropped_line is not None:
                missing, self._said_dropped = self.dropped - self._said_dropped, self.dropped
                self._write(self._dropped_line(missing))
            with self._lock:
                if not self._waiting:
                    self._written.set()

    def _write(self, text: bytes) -> bool:
        """Write all of it, however long that takes; False when it cannot be written."""
        rest = memoryview(text)
        while rest:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except BlockingIOError:
                threading.Event().wait(FULL_S)
            except OSError:  # closed, or nobody is left to read it
                return False
        return True


def hold_standard_files() -> None:
    """See that descriptors 0 to 2 are open, before a store or a socket gets one of them."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError as error:
            if error.errno != errno.EBADF:
                raise
            os.open(os.devnull, os.O_RDWR)  # the lowest that is free: this one

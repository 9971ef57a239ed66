"""A process that makes processes, forked from this one before it had anything to lose.

A fork has one thread, whatever there was; a lock that another one held stays held, and a connection
to SQLite that was open must not be used. So the cradle is forked at the very beginning, when this
process has one thread, no event loop and no connection, and does nothing but fork a child whenever
it is asked. Children share what was imported: one costs its own pages, and no imports.

When this process ends, however it ends, the kernel ends the cradle, and with it the child.
"""

import ctypes
import gc
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from worker.apart.line import Line

logger = logging.getLogger("ngoma.start")

MADE_S: Final = 10.0
"""How long the cradle may take to fork."""
END_S: Final = 2.0
POLL_S: Final = 0.01
CRADLE: Final = "ngoma-cradle"
ORDER: Final = b"+"
MADE: Final = b"m"
ENDED: Final = b"e"
WORD_BYTES_MAX: Final = 64
PR_SET_PDEATHSIG: Final = 1
PR_SET_NAME: Final = 15
IGNORED: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""A terminal sends them to all processes at once: who made us says when to end."""


class CradleGone(Exception):
    """No more processes are made: this one has to do the work itself."""


@dataclass(frozen=True, slots=True)
class Child:
    """A process that the cradle made, and the line to it."""

    pid: int
    line: Line


class Cradle:
    """The cradle as its maker sees it. One thread uses it."""

    def __init__(self, pid: int, orders: socket.socket) -> None:
        self._pid = pid
        self._orders = orders
        orders.settimeout(MADE_S)

    def make(self) -> Child:
        """Have a child made; the one before must have ended.

        Raises:
            CradleGone: the cradle was killed, or cannot fork.
        """
        ours, its = Line.pair()
        try:
            with its:
                socket.send_fds(self._orders, [ORDER], [its.fileno()])
            return Child(int(self._hear(MADE)), ours)
        except (OSError, ValueError) as error:
            ours.close()
            msg = f"the process that makes others is gone ({type(error).__name__})"
            raise CradleGone(msg) from error

    def ended(self, wait_s: float) -> int | None:
        """Wait for the child's end: its exit code, negative for a signal's number, or None.

        Raises:
            CradleGone: nobody knows.
        """
        self._orders.settimeout(wait_s)
        try:
            return int(self._hear(ENDED))
        except (TimeoutError, BlockingIOError):
            return None
        except (OSError, ValueError) as error:
            raise CradleGone from error
        finally:
            self._orders.settimeout(MADE_S)

    def _hear(self, kind: bytes) -> bytes:
        """Wait for a word of this kind; how an earlier child ended may still be on the way."""
        while True:
            said = self._orders.recv(WORD_BYTES_MAX)
            if said[:1] in {kind, b""}:
                return said[1:]

    def close(self) -> None:
        """Have it end, and wait for that."""
        self._orders.close()
        until_s = time.monotonic() + END_S
        while not self._is_reaped():
            if time.monotonic() > until_s:
                with suppress(ProcessLookupError):
                    os.kill(self._pid, signal.SIGKILL)
            threading.Event().wait(POLL_S)

    def _is_reaped(self) -> bool:
        try:
            return os.waitpid(self._pid, os.WNOHANG)[0] == self._pid
        except ChildProcessError:
            return True


@contextmanager
def cradled(work: Callable[[Line], None], *, name: str) -> Iterator[Cradle | None]:
    """Fork a cradle whose children, called ``name``, do ``work``.

    None where this process must not be forked.
    """
    if not is_alone():
        logger.warning("no process is made apart: this one has threads already")
        yield None
        return
    gc.collect()
    gc.freeze()  # else the first collection of each process would copy what they share
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    maker = os.getpid()
    held = signal.pthread_sigmask(signal.SIG_BLOCK, IGNORED)
    if not (pid := os.fork()):
        try:
            ours.close()
            _must_end_with(maker, name=CRADLE)
            signal.pthread_sigmask(signal.SIG_SETMASK, held)
            _rock(its, work, name=name)
        finally:
            os._exit(0)
    signal.pthread_sigmask(signal.SIG_SETMASK, held)
    its.close()
    cradle = Cradle(pid, ours)
    try:
        yield cradle
    finally:
        cradle.close()


def is_alone() -> bool:
    """Whether this process has one thread, libraries' own ones counted."""
    return threading.active_count() == 1 and len(list(Path("/proc/self/task").iterdir())) == 1


def _rock(orders: socket.socket, work: Callable[[Line], None], *, name: str) -> None:
    """Fork a child at each order, and tell its number and how it ended, until nobody asks."""
    cradle = os.getpid()
    while True:
        order, ends, *_ = socket.recv_fds(orders, len(ORDER), 1)
        if not order:
            return
        if not (pid := os.fork()):
            code = 1
            try:
                orders.close()
                _must_end_with(cradle, name=name)
                work(Line(socket.socket(fileno=ends[0])))
                code = 0
            finally:
                os._exit(code)
        os.close(ends[0])
        orders.send(MADE + f"{pid}".encode(), socket.MSG_NOSIGNAL)
        _, status = os.waitpid(pid, 0)
        code = os.waitstatus_to_exitcode(status)
        orders.send(ENDED + f"{code}".encode(), socket.MSG_NOSIGNAL)


def _must_end_with(parent: int, *, name: str) -> None:
    """Let the kernel end this process when its parent is gone; a terminal does not."""
    for number in IGNORED:
        signal.signal(number, signal.SIG_IGN)
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    libc.prctl(PR_SET_NAME, name.encode())
    if os.getppid() != parent:  # it was gone before we asked
        os._exit(1)

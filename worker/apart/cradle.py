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
import select
import signal
import socket
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

logger = logging.getLogger("ngoma.start")

MADE_S: Final = 10.0
"""How long the cradle may take to fork."""
END_S: Final = 2.0
POLL_S: Final = 0.01
SLICE_S: Final = 0.05
"""How long one thread listens before another one may."""
CRADLE: Final = "ngoma-cradle"
MADE: Final = b"m"
ENDED: Final = b"e"
WORD_BYTES_MAX: Final = 64
PR_SET_PDEATHSIG: Final = 1
PR_SET_NAME: Final = 15
IGNORED: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""A terminal sends them to all processes at once: who made us says when to end."""

Work = Callable[[socket.socket], None]
"""What a child does, with its end of the line to who had it made."""


class CradleGone(Exception):
    """No more processes are made: this one has to do the work itself."""


class Cradle:
    """The cradle as its maker sees it; any thread."""

    def __init__(self, pid: int, orders: socket.socket, names: Collection[str]) -> None:
        self.names = names
        """What it makes children for."""
        self._pid = pid
        self._orders = orders
        self._lock = threading.Lock()
        self._codes: dict[int, int] = {}
        self._is_gone = False
        orders.settimeout(MADE_S)

    def make(self, name: str, its: socket.socket) -> int:
        """Have a child made, which gets ``its`` end of a line; give its number.

        Raises:
            CradleGone: the cradle was killed, or cannot fork.
        """
        with self._lock:
            try:
                return self._made(name, its)
            except (OSError, CradleGone) as error:
                self._is_gone = True
                msg = f"the process that makes others is gone ({type(error).__name__})"
                raise CradleGone(msg) from error

    def _made(self, name: str, its: socket.socket) -> int:
        if self._is_gone:  # what it was asked before might be answered now
            raise CradleGone
        socket.send_fds(self._orders, [name.encode()], [its.fileno()])
        until_s = time.monotonic() + MADE_S
        while not (pid := self._hear(until_s - time.monotonic())):
            if time.monotonic() > until_s:
                raise TimeoutError
        return pid

    def ended(self, pid: int, wait_s: float) -> int | None:
        """Wait for a child's end: its exit code, negative for a signal's number, or None.

        Raises:
            CradleGone: nobody knows.
        """
        until_s = time.monotonic() + wait_s
        while True:
            with self._lock:
                if pid not in self._codes:
                    try:
                        self._hear(min(SLICE_S, until_s - time.monotonic()))
                    except OSError as error:
                        raise CradleGone from error
                if pid in self._codes:
                    return self._codes.pop(pid)
            if time.monotonic() >= until_s:
                return None

    def _hear(self, wait_s: float) -> int:
        """Wait for a word: give the number of who was made; how another one ended is kept.

        Raises:
            CradleGone: there will be none any more.
        """
        if not select.select([self._orders], [], [], max(0.0, wait_s))[0]:
            return 0
        said = self._orders.recv(WORD_BYTES_MAX)
        if not said:
            raise CradleGone
        pid, *code = map(int, said[1:].split())
        if said[:1] == MADE:
            return pid
        self._codes[pid] = code[0]
        return 0

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
def cradled(works: Mapping[str, Work]) -> Iterator[Cradle | None]:
    """Fork a cradle whose children do one of ``works`` each, by its name.

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
            _rock(its, works)
        finally:
            os._exit(0)
    signal.pthread_sigmask(signal.SIG_SETMASK, held)
    its.close()
    cradle = Cradle(pid, ours, works.keys())
    try:
        yield cradle
    finally:
        cradle.close()


def is_alone() -> bool:
    """Whether this process has one thread, libraries' own ones counted."""
    return threading.active_count() == 1 and len(list(Path("/proc/self/task").iterdir())) == 1


def _rock(orders: socket.socket, works: Mapping[str, Work]) -> None:
    """Fork a child at each order, and tell its number and how it ended, until nobody asks."""
    pids: dict[int, int] = {}
    waiting = select.poll()
    waiting.register(orders, select.POLLIN)
    while True:
        for place, _ in waiting.poll():
            if place != orders.fileno():
                waiting.unregister(place)
                os.close(place)
                _tell_end(orders, pids.pop(place))
                continue
            name, ends, *_ = socket.recv_fds(orders, WORD_BYTES_MAX, 1)
            if not name:
                return
            pid = _fork(orders, name.decode(), works, socket.socket(fileno=ends[0]))
            end = os.pidfd_open(pid)
            pids[end] = pid
            waiting.register(end, select.POLLIN)
            orders.send(MADE + b"%d" % pid, socket.MSG_NOSIGNAL)


def _fork(orders: socket.socket, name: str, works: Mapping[str, Work], end: socket.socket) -> int:
    cradle = os.getpid()
    if pid := os.fork():
        end.close()
        return pid
    code = 1
    try:
        orders.close()
        _must_end_with(cradle, name=f"ngoma-{name}")
        works[name](end)
        code = 0
    finally:
        os._exit(code)


def _tell_end(orders: socket.socket, pid: int) -> None:
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    orders.send(ENDED + b"%d %d" % (pid, code), socket.MSG_NOSIGNAL)


def _must_end_with(parent: int, *, name: str) -> None:
    """Let the kernel end this process when its parent is gone; a terminal does not."""
    for number in IGNORED:
        signal.signal(number, signal.SIG_IGN)
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    libc.prctl(PR_SET_NAME, name.encode())
    if os.getppid() != parent:  # it was gone before we asked
        os._exit(1)

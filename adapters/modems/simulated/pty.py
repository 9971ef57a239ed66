"""Serves an emulator on a real pty, found under a link that always points to the current one."""

import contextlib
import fcntl
import os
import select
import termios
import threading
import tty
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

from adapters.modems.simulated.emulator import Emulator
from application.ports import Clock

_READ_SIZE: Final = 4_096
_STOP_CHECK_S: Final = 0.2  # how often run_until looks at its event; bytes never wait for it
_MAX_UNREAD: Final = 65_536


class EmulatorPty:
    """One emulator, one pty, one thread: the caller's in ``run_until`` or its own in ``with``.

    The host may close the port and open it again. An unplugged modem hangs the pty up and comes
    back on a new one under the same link.
    """

    def __init__(self, emulator: Emulator, link: Path, *, clock: Clock) -> None:
        if link.exists() and not link.is_symlink():
            raise FileExistsError(f"{link} is there and is no link of an emulator")
        self._emulator = emulator
        self._link = link
        self._clock = clock
        self._master: int | None = None
        self._slave: int | None = None
        self._unread = b""
        self._errands: deque[Callable[[Emulator, float], None]] = deque()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._plug_in()

    def __enter__(self) -> "EmulatorPty":
        self._thread = threading.Thread(
            target=self.run_until, args=(self._stop,), name=f"modem {self._link.name}", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(self, errand: Callable[[Emulator, float], None]) -> None:
        """Have ``errand(emulator, now_s)`` done by the thread that serves, soon."""
        self._errands.append(errand)
        os.write(self._wake_write, b"!")

    def run_until(self, stop: threading.Event) -> None:
        """Serve until ``stop`` is set, in this thread."""
        while not stop.is_set():
            now_s = self._clock.monotonic_s()
            self._change_plug(now_s)
            while self._errands:
                self._errands.popleft()(self._emulator, now_s)
            self._write(self._emulator.due(now_s))
            self._wait_and_feed()

    def close(self) -> None:
        """Stop serving, hang up, and take the link away; safe to call twice."""
        self._stop.set()
        if self._thread is not None:
            os.write(self._wake_write, b"!")
            self._thread.join()
            self._thread = None
        self._hang_up()
        for fd in (self._wake_read, self._wake_write):
            if fd >= 0:
                os.close(fd)
        self._wake_read = self._wake_write = -1

    # -- the loop -------------------------------------------------------------------------------

    def _wait_and_feed(self) -> None:
        if self._slave is not None:
            # A host that was killed while it had the port to itself: a real tty forgets that.
            fcntl.ioctl(self._slave, termios.TIOCNXCL)
        poll = select.poll()
        poll.register(self._wake_read, select.POLLIN)
        if self._master is not None:
            wanted = 0 if self._emulator.mishaps.reads_nothing else select.POLLIN
            wanted |= select.POLLOUT if self._unread else 0
            poll.register(self._master, wanted)
        for fd, _ in poll.poll(self._timeout_s() * 1_000):
            if fd == self._wake_read:
                with contextlib.suppress(BlockingIOError):
                    os.read(self._wake_read, _READ_SIZE)
            elif data := self._read():
                self._emulator.feed(data, self._clock.monotonic_s())

    def _timeout_s(self) -> float:
        moments = [self._emulator.next_due_s, self._emulator.away_until_s]
        due_s = min((moment for moment in moments if moment is not None), default=None)
        if due_s is None:
            return _STOP_CHECK_S
        return min(_STOP_CHECK_S, max(0.0, due_s - self._clock.monotonic_s()))

    def _read(self) -> bytes:
        if self._master is None:
            return b""
        try:
            return os.read(self._master, _READ_SIZE)
        except OSError:  # nothing there after all
            return b""

    def _write(self, data: bytes) -> None:
        self._unread = (self._unread + data)[-_MAX_UNREAD:]
        if self._master is None or not self._unread:
            return
        with contextlib.suppress(BlockingIOError):  # the host does not read
            self._unread = self._unread[os.write(self._master, self._unread) :]

    # -- the plug -------------------------------------------------------------------------------

    def _change_plug(self, now_s: float) -> None:
        away_until_s = self._emulator.away_until_s
        if away_until_s is None:
            return
        if now_s < away_until_s:
            self._hang_up()
        else:
            self._emulator.plug_in()
            self._hang_up()
            self._plug_in()

    def _plug_in(self) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        # The slave stays open here, so that a host that closes it can open it again.
        new = self._link.with_name(self._link.name + ".new")
        new.unlink(missing_ok=True)
        new.symlink_to(os.ttyname(self._slave))
        new.replace(self._link)

    def _hang_up(self) -> None:
        if self._master is None or self._slave is None:
            return
        self._link.unlink(missing_ok=True)
        os.close(self._slave)
        os.close(self._master)
        self._master = self._slave = None
        self._unread = b""


def serve_pty(
    emulator: Emulator,
    link: Path,
    *,
    clock: Clock,
    stop: threading.Event,
    on_ready: Callable[[], None] | None = None,
) -> None:
    """Serve ``emulator`` under ``link`` until ``stop`` is set; then the link is taken away.

    ``on_ready`` is called once the link can be opened.
    """
    server = EmulatorPty(emulator, link, clock=clock)
    try:
        if on_ready is not None:
            on_ready()
        server.run_until(stop)
    finally:
        server.close()

"""Serves an emulator in memory: a byte port without a device, under any clock."""

import errno
from collections.abc import Callable
from typing import Final

from adapters.modems.simulated.emulator import Emulator
from application.ports import Clock

WRITE_TIMEOUT_S: Final = 2.0
"""How long a write waits for a modem that reads nothing."""


class MemoryPort:
    """A byte port (``adapters.modems.at.port``) to an emulator core in the same thread.

    ``wait_until`` lets the clock run on to a moment of ``monotonic_s``; a virtual one jumps.
    """

    def __init__(
        self, emulator: Emulator, *, clock: Clock, wait_until: Callable[[float], None]
    ) -> None:
        away_until_s = emulator.away_until_s
        if away_until_s is not None:
            if clock.monotonic_s() < away_until_s:
                raise FileNotFoundError(errno.ENOENT, "the modem is unplugged")
            emulator.plug_in()
        self._emulator = emulator
        self._clock = clock
        self._wait_until = wait_until
        self._is_open = True
        emulator.due(clock.monotonic_s())  # what was said to nobody is lost

    def read(self, until_s: float) -> bytes:
        """Give what the modem has said; ``b""`` at the deadline."""
        while True:
            self._refuse_when_gone()
            now_s = self._clock.monotonic_s()
            if data := self._emulator.due(now_s):
                return data
            if now_s >= until_s:
                return b""
            due_s = self._emulator.next_due_s
            self._wait_until(until_s if due_s is None else min(due_s, until_s))

    def write(self, data: bytes) -> None:
        """Give bytes to the modem."""
        self._refuse_when_gone()
        if self._emulator.mishaps.reads_nothing:
            self._wait_until(self._clock.monotonic_s() + WRITE_TIMEOUT_S)
            raise TimeoutError(errno.ETIMEDOUT, "the device takes no bytes")
        self._emulator.feed(data, self._clock.monotonic_s())

    def close(self) -> None:
        """Let go of the modem, which goes on."""
        self._is_open = False

    def _refuse_when_gone(self) -> None:
        if not self._is_open:
            raise OSError(errno.EBADF, "the port is closed")
        if self._emulator.away_until_s is not None:
            raise OSError(errno.EIO, "the modem was unplugged")

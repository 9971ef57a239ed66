"""Bytes to and from one modem: the small protocol a driver needs, and a serial port behind it."""

import contextlib
import errno
import fcntl
import os
import select
import termios
from pathlib import Path
from typing import Final, Protocol

import serial

from adapters.modems.at.port_lock import LOCKS, PortLock
from application.ports import Clock

BAUD_RATE: Final = 115_200
"""What USB modems ignore and wired ones expect or detect."""

WRITE_TIMEOUT_S: Final = 2.0
"""A peer that reads nothing for this long is treated as gone."""

_READ_SIZE: Final = 4_096


class BytePort(Protocol):
    """A line to a device that one thread owns. Every wait has a deadline."""

    def read(self, until_s: float) -> bytes:
        """Give what is there as soon as something is; ``b""`` at ``until_s`` (``monotonic_s``).

        Raises:
            OSError: the device is gone.
        """

    def write(self, data: bytes) -> None:
        """Write all of ``data`` within the port's own time limit.

        Raises:
            OSError: the device is gone, or takes nothing.
        """

    def close(self) -> None:
        """Let go of the device; safe to call twice."""


def words_of(error: OSError) -> str:
    """Say why a port cannot be opened; pyserial says the name and the number twice."""
    match error.errno:
        case errno.ENOENT:
            return "there is none of this name: plug it in, or see `ngoma modem scan`"
        case errno.EACCES | errno.EPERM:
            return "we may not use it: join the group that owns it, such as dialout"
    return str(error.strerror or error)


class SerialPort:
    """A tty or pty, opened exclusively: by flock, by TIOCEXCL, and by a lock file.

    The first binds only who asks, the second all but root, the third who looks for it.
    pyserial opens and configures; reading and writing wait in ``poll`` on the descriptor
    itself, which costs no sleep and works above descriptor 1,023, where ``select`` does not.
    """

    def __init__(
        self,
        device: str,
        *,
        clock: Clock,
        baud_rate: int = BAUD_RATE,
        write_timeout_s: float = WRITE_TIMEOUT_S,
        locks: Path = LOCKS,
    ) -> None:
        self._clock = clock
        self._write_timeout_s = write_timeout_s
        try:
            self._serial = serial.Serial(device, baud_rate, timeout=0, exclusive=True)
        except (termios.error, ValueError) as error:  # neither is an OSError
            raise OSError(errno.EIO, f"{device} cannot be configured: {error}") from error
        self._fd: int = self._serial.fileno()
        self._lock: PortLock | None = None
        try:
            self._lock = PortLock(device, folder=locks)
            self._hold_back_others(termios.TIOCEXCL)
        except OSError:
            self._serial.close()
            raise
        self._readable = select.poll()
        self._readable.register(self._fd, select.POLLIN)
        self._writable = select.poll()
        self._writable.register(self._fd, select.POLLOUT)

    def read(self, until_s: float) -> bytes:
        """Give what is there as soon as something is; ``b""`` at the deadline."""
        self._refuse_when_closed()
        while True:
            left_s = until_s - self._clock.monotonic_s()
            if self._readable.poll(max(0.0, left_s) * 1_000):
                try:
                    data = os.read(self._fd, _READ_SIZE)
                except BlockingIOError:  # spurious readiness
                    data = None
                if data:
                    return data
                if data is not None:
                    raise OSError(errno.EIO, "the device hung up")
            if left_s <= 0:
                return b""

    def write(self, data: bytes) -> None:
        """Write all of ``data``, or raise after the write timeout."""
        self._refuse_when_closed()
        until_s = self._clock.monotonic_s() + self._write_timeout_s
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self._fd, rest) :]
                continue
            except BlockingIOError:
                left_s = until_s - self._clock.monotonic_s()
            if left_s <= 0 or not self._writable.poll(left_s * 1_000):
                raise TimeoutError(errno.ETIMEDOUT, "the device takes no bytes")

    def close(self) -> None:
        """Let go of the device; what was not yet sent is lost."""
        if self._serial.is_open:
            with contextlib.suppress(termios.error):  # unsent bytes would hold close() back
                termios.tcflush(self._fd, termios.TCOFLUSH)
            self._hold_back_others(termios.TIOCNXCL)
            self._serial.close()
        if self._lock is not None:
            self._lock.release()

    def _hold_back_others(self, request: int) -> None:
        """Let nobody else open the port, or everybody again; a device without this has flock."""
        with contextlib.suppress(OSError):
            fcntl.ioctl(self._fd, request)

    def _refuse_when_closed(self) -> None:
        if not self._serial.is_open:
            raise OSError(errno.EBADF, "the port is closed")

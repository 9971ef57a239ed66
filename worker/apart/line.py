"""A line between two processes: small frames, whole or not at all, and nobody waits to speak."""

import select
import socket
import threading
from contextlib import suppress
from typing import Final, Self

FRAME_BYTES_MAX: Final = 8_192
HEARD_AT_ONCE: Final = 256


class HungUp(Exception):
    """The other process has ended, or let go of the line."""


class Line:
    """One end. One thread hears, any thread tells.

    A datagram each (``SOCK_SEQPACKET``): a frame comes whole, and the end of the other process,
    however it ended, is the end of the line.
    """

    def __init__(self, end: socket.socket) -> None:
        end.settimeout(0)
        self._end = end
        self._lock = threading.Lock()
        self._waiting = select.poll()
        self._waiting.register(end, select.POLLIN)

    @classmethod
    def pair(cls) -> tuple[Self, socket.socket]:
        """Give one end, and what another process makes the other one of."""
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        return cls(ours), its

    def tell(self, frame: bytes) -> bool:
        """Say something; False when there is no room for it now, or nobody is left."""
        try:
            with self._lock:  # who lets go meanwhile would have it said on another's line
                self._end.send(frame, socket.MSG_NOSIGNAL)
        except OSError:
            return False
        return True

    def hear(self, wait_s: float) -> list[bytes]:
        """Wait for something; give all that is there, nothing when the time is up.

        Raises:
            HungUp: nothing will come any more.
        """
        frames: list[bytes] = []
        if not self._waiting.poll(wait_s * 1_000):
            return frames
        while len(frames) < HEARD_AT_ONCE:
            try:
                frame = self._end.recv(FRAME_BYTES_MAX)
            except BlockingIOError:
                break
            except OSError:
                frame = b""
            if not frame:
                if frames:
                    break
                raise HungUp
            frames.append(frame)
        return frames

    def hang_up(self) -> None:
        """End the line for both; whoever hears is told."""
        with suppress(OSError), self._lock:  # the other one may have been faster
            self._end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go of it."""
        with self._lock:
            self._end.close()

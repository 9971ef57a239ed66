"""A line for frames of any size, one after the other: who speaks waits until there is room."""

import select
import socket
import struct
from multiprocessing.connection import Connection
from typing import Final, Self

from worker.apart.line import HungUp

SAY_S: Final = 30
"""How long the other process may leave a frame unread; then it is taken for hung."""


class Pipe:
    """One end, for one thread. The standard library's ``Connection`` frames what is said."""

    def __init__(self, end: socket.socket) -> None:
        end.settimeout(None)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", SAY_S, 0))
        self._end = Connection(end.detach())
        self._waiting = select.poll()
        self._waiting.register(self._end, select.POLLIN)

    @classmethod
    def pair(cls) -> tuple[Self, socket.socket]:
        """Give one end, and what another process makes the other one of."""
        ours, its = socket.socketpair()
        return cls(ours), its

    def say(self, frame: bytes) -> None:
        """Say something.

        Raises:
            HungUp: nobody is left, or nobody hears.
        """
        try:
            self._end.send_bytes(frame)
        except OSError as error:
            raise HungUp from error

    def hear(self, wait_s: float | None) -> bytes | None:
        """Wait for a frame; None when none came in time.

        Raises:
            HungUp: nothing will come any more.
        """
        try:
            has_come = self._waiting.poll(None if wait_s is None else wait_s * 1_000)
            return self._end.recv_bytes() if has_come else None
        except (OSError, EOFError) as error:
            raise HungUp from error

    def close(self) -> None:
        """Let go of it: for the other one it ends."""
        self._end.close()

"""systemd as a service sees it: a socket that is told how the service is (sd_notify(3))."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

ANSWER_S: Final = 60.0
LINES_MAX: Final = 4_096


class Manager:
    """What was sent to the socket, message by message; ``place`` is its ``NOTIFY_SOCKET``."""

    def __init__(self, listening: socket.socket) -> None:
        self._listening = listening
        name = listening.getsockname()
        self.place = "@" + name[1:].decode() if isinstance(name, bytes) else str(name)

    def next_of(self, line: str) -> list[str]:
        """Wait for a message that has a line, and give all of its lines."""
        while line not in (lines := self.next()):
            continue
        return lines

    def next(self) -> list[str]:
        """Wait for a message, and give its lines."""
        return self._listening.recv(LINES_MAX).decode().split("\n")


@contextmanager
def listening(address: str) -> Iterator[Manager]:
    """Listen at a path, or at a name of the abstract namespace, which begins with NUL."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(address)
        listener.settimeout(ANSWER_S)
        yield Manager(listener)

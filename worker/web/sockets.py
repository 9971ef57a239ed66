"""Where a process listens: an address and a port, IPv6 too, or a Unix socket for a proxy."""

import asyncio
import errno
import fcntl
import os
import socket
import stat
import sys
import termios
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from adapters.settings.checks import host_and_port
from domain.errors import InvalidRequest

BACKLOG: Final = 2_048
SENT_BYTES_MAX: Final = 128 * 1024
"""What the system keeps of answers for a client that does not read; left alone it takes more
for each connection than all of them together should cost."""
SOCKET_MODE: Final = 0o660
"""For the gateway's own group: that of the proxy."""
WILDCARDS: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what an operator may set


@dataclass(frozen=True, slots=True)
class Listener:
    """A socket that listens."""

    socket: socket.socket
    url: str
    """How it is reached from this machine; ``unix:PATH`` for a Unix socket."""
    path: Path | None = None
    """Of a Unix socket: it goes with it."""

    @property
    def public_url(self) -> str | None:
        """Where people reach the gateway, unless a setting knows better."""
        return self.url if self.path is None else None

    def close(self) -> None:
        """Listen no longer."""
        self.socket.close()
        if self.path is not None:
            self.path.unlink(missing_ok=True)


def listen(host: str, port: int, *, scheme: str = "http") -> Listener:
    """Listen on an address; 0 picks a port. ``scheme`` is what is spoken there, for the URL.

    Raises:
        InvalidRequest: that cannot be done, in words.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.create_server(
            address, family=family, backlog=BACKLOG, dualstack_ipv6=host == "::"
        )
    except (OSError, UnicodeError) as error:
        why = _words(error)
        msg = f"Cannot listen on {joined(host, port)}: {why}."
        raise InvalidRequest(msg, field="host") from error
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SENT_BYTES_MAX)
    bound = listener.getsockname()[1]
    return Listener(listener, f"{scheme}://{joined(WILDCARDS.get(host, host), bound)}")


def listen_at(path: Path) -> Listener:
    """Listen on a Unix socket; one that a dead process left behind is replaced.

    Raises:
        InvalidRequest: that cannot be done, in words.
    """
    listener = socket.socket(socket.AF_UNIX)
    try:
        _remove_dead(path)
        listener.bind(str(path))
        path.chmod(SOCKET_MODE)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        msg = f"Cannot listen on {path}: {_words(error)}."
        raise InvalidRequest(msg, field="socket") from error
    return Listener(listener, f"unix:{path}", path)


def listen_where(written: str, *, scheme: str = "http") -> Listener:
    """Listen on ``host:port``, or at the path of a socket; raises the same."""
    place = host_and_port(written)
    return listen_at(Path(written)) if place is None else listen(*place, scheme=scheme)


def count_unread(transport: asyncio.Transport) -> int:
    """Give the bytes that the other side has not taken, the system's too, if any wait here."""
    waiting = transport.get_write_buffer_size()
    if not waiting:
        return 0
    sent = bytearray(4)
    with suppress(OSError):  # a system that does not say what it keeps
        connection: socket.socket = transport.get_extra_info("socket")
        fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, sent)
    return waiting + int.from_bytes(sent, sys.byteorder)


def _remove_dead(path: Path) -> None:
    try:
        is_socket = stat.S_ISSOCK(path.stat().st_mode)
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX) as probe:
        if not is_socket or probe.connect_ex(str(path)) != errno.ECONNREFUSED:
            raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
    with suppress(FileNotFoundError):
        path.unlink()


def _words(error: Exception) -> str:
    """Say why, without what Python adds: the errors of a name have numbers of their own."""
    if isinstance(error, OSError) and not isinstance(error, socket.gaierror) and error.errno:
        return os.strerror(error.errno)
    return "there is no such address"


def joined(host: str, port: int) -> str:
    """Write an address and a port, as a URL has them."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

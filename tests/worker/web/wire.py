"""A client that says exactly what it is told, byte by byte, and reads whole answers."""

import json
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from tests.api.conftest import Gateway

TO = "260977000000"


@dataclass(frozen=True)
class Said:
    """One answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body; every answer is JSON."""
        assert self.headers["content-type"] == "application/json"
        assert self.headers["cache-control"] == "no-store"
        return json.loads(self.body)


class Wire:
    """One connection."""

    def __init__(
        self, port: int, timeout_s: float = 5.0, *, tls: ssl.SSLContext | None = None
    ) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout_s)
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_hostname="localhost")
        self._received = b""

    def say(self, *parts: bytes) -> Self:
        """Send, one packet for each part."""
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for part in parts:
            self.socket.sendall(part)
        return self

    def hear(self) -> Said:
        """Read one answer."""
        while b"\r\n\r\n" not in self._received:
            self._read()
        head, _, self._received = self._received.partition(b"\r\n\r\n")
        line, *fields = head.decode().split("\r\n")
        headers = dict(field.lower().split(": ", 1) for field in fields)
        length = int(headers.get("content-length", "0"))
        while len(self._received) < length:
            self._read()
        body, self._received = self._received[:length], self._received[length:]
        return Said(int(line.split()[1]), headers, body)

    def hear_end(self) -> None:
        """See that the other side closes, and says nothing more."""
        assert self._received == b""
        with suppress(ConnectionResetError):
            assert self.socket.recv(1) == b""

    def _read(self) -> None:
        received = self.socket.recv(65_536)
        assert received, f"closed after {self._received!r}"
        self._received += received

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        self.socket.close()


def body_of(gateway: Gateway, **fields: Any) -> bytes:
    """Give the body of a send."""
    return json.dumps({"api_key": gateway.key, "to": TO, "message": "Hello", **fields}).encode()


def request(target: str, body: bytes | None = None, *headers: str, version: str = "1.1") -> bytes:
    """Give a request, with a body a POST."""
    lines = [f"{'GET' if body is None else 'POST'} {target} HTTP/{version}", "Host: test"]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join((*lines, *headers)).encode() + b"\r\n\r\n" + (body or b"")


def chunked(target: str, body: bytes, *headers: str, trailer: bytes = b"") -> bytes:
    """Give a POST whose body comes in two chunks."""
    lines = [f"POST {target} HTTP/1.1", "Host: test", "Transfer-Encoding: chunked", *headers]
    half = len(body) // 2
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(c), c) for c in (body[:half], body[half:]))
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + chunks + b"0\r\n" + trailer + b"\r\n"

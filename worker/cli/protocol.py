"""HTTP as the server speaks it: what cannot be parsed is refused in JSON too."""

import asyncio
import json
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol


class JsonHttpProtocol(HttpToolsProtocol):
    """uvicorn's protocol, whose own refusal of unparsable HTTP is plain text."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start; an answer's head and body leave together."""
        super().connection_made(cast("asyncio.Transport", Gathering(transport, self.loop)))

    def send_400_response(self, msg: str) -> None:
        """Refuse and close; no route is known, so the body carries what both dialects show."""
        body = json.dumps({"status": "error", "code": "INVALID_PARAMS", "message": msg}).encode()
        head = (
            b"content-type: application/json\r\ncache-control: no-store\r\n"
            b"connection: close\r\ncontent-length: %d\r\n\r\n" % len(body)
        )
        self.transport.write(STATUS_LINE[400] + head + body)
        self.transport.close()


class Gathering:
    """A transport that writes once for all that one turn of the event loop says.

    uvicorn writes an answer's head and its body one after the other: two system calls, two
    packets, and a client that wakes up twice.
    """

    __slots__ = ("_loop", "_said", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._said: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Say something before the loop's next turn."""
        if not self._said:
            self._loop.call_soon(self._flush)
        self._said.append(data)

    def close(self) -> None:
        """Close, once everything is said."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._said:
            said, self._said = self._said, []
            self._transport.write(b"".join(said))

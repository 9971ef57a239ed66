"""One request and its answer, as an ASGI application sees them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from http import HTTPStatus
from typing import Any, Final, Protocol
from urllib.parse import unquote

import httptools

from worker.web.reading import Head, RequestReader
from worker.web.refusals import Unreadable

STATUS_LINES: Final = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus
}
CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
JOINED_BYTES_MAX: Final = 4_096
"""Of a body that leaves in one piece with its head; a larger one is not copied, so that what many
clients leave unread is there once if it is the same for all."""
BODYLESS: Final = frozenset({204, 304})

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
App = Callable[..., Awaitable[None]]

_log = logging.getLogger("ngoma.web")


def scope_of(
    head: Head,
    scheme: str,
    client: tuple[str, int] | None,
    server: tuple[str, int | None] | None,
    state: dict[str, Any],
) -> Scope:
    """Describe a request for ASGI.

    Raises:
        Unreadable: its target is none.
    """
    try:
        target = httptools.parse_url(head.target)
        raw_path = target.path or b"/"
        path = raw_path.decode("ascii")
    except (httptools.HttpParserInvalidURLError, UnicodeDecodeError) as error:
        raise Unreadable from error
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": head.version,
        "method": head.method,
        "scheme": scheme,
        "path": unquote(path) if "%" in path else path,
        "raw_path": raw_path,
        "root_path": "",
        "query_string": target.query or b"",
        "headers": head.headers,
        "client": client,
        "server": server,
        "state": state,
    }


class Carrier(Protocol):
    """The connection, as an exchange needs it."""

    @property
    def default_headers(self) -> Iterable[tuple[bytes, bytes]]:
        """What every answer has."""

    def write(self, *parts: bytes) -> None:
        """Send bytes, together."""

    async def drained(self) -> None:
        """Wait while the client leaves too much unread."""

    def wants_body(self) -> None:
        """Read on: what has arrived of the body was taken."""

    def answered(self, exchange: "Exchange") -> None:
        """Go on: the answer is complete."""

    def ended(self, exchange: "Exchange") -> None:
        """Know that the application has ended, with or without an answer."""


class Exchange:
    """Belongs to one connection; the application runs in a task of its own."""

    __slots__ = (
        "_carrier",
        "_chunks",
        "_expects_continue",
        "_head",
        "_is_body_taken",
        "_is_head_request",
        "_left",
        "_reader",
        "_waiting",
        "is_answered",
        "is_gone",
        "is_leaving",
        "is_started",
        "keeps_alive",
        "scope",
    )

    def __init__(
        self,
        carrier: Carrier,
        reader: RequestReader,
        scope: Scope,
        *,
        keeps_alive: bool,
        expects_continue: bool,
    ) -> None:
        self.scope = scope
        self.keeps_alive = keeps_alive
        self.is_gone = False
        """Whether nobody is there for the answer any more."""
        self.is_leaving = False
        """Whether the process ends: an answer that would go on is to come to its end."""
        self.is_started = False
        self.is_answered = False
        self._carrier = carrier
        self._reader = reader
        self._expects_continue = expects_continue
        self._is_body_taken = False
        self._is_head_request = scope["method"] == "HEAD"
        self._head: bytes | None = None
        """The answer's head until there is a body to leave with it, in one packet."""
        self._chunks = False
        self._left = 0
        """Bytes of the answer that its content-length still promises."""
        self._waiting: asyncio.Future[None] | None = None

    @property
    def request_id(self) -> str | None:
        """What the application calls the request; None before it has given a name."""
        given = self.scope.get("ngoma.request_id")
        return given.decode("ascii") if given else None

    async def run(self, app: App) -> None:
        """Let the application answer."""
        try:
            await app(self.scope, self.receive, self.send)
        except Exception as error:  # noqa: BLE001 - the last place where it can be noticed
            extra = {"request_id": self.request_id}
            _log.error("The web application failed.", exc_info=error, extra=extra)
        finally:
            self._carrier.ended(self)

    # -- the request -------------------------------------------------------------------------------

    async def receive(self) -> Message:
        """Give what has arrived of the body, or the disconnect (ASGI)."""
        reader = self._reader
        if self._expects_continue:
            self._expects_continue = False
            if not reader.body and not reader.is_complete and not self.is_gone:
                self._carrier.write(CONTINUE)
        while not (self.is_gone or self.is_answered or (self.is_leaving and self.is_started)):
            if not self._is_body_taken and (reader.body or reader.is_complete):
                body = bytes(reader.body)
                reader.body.clear()
                self._is_body_taken = reader.is_complete
                self._carrier.wants_body()
                return {"type": "http.request", "body": body, "more_body": not reader.is_complete}
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        return {"type": "http.disconnect"}

    def wake(self) -> None:
        """Let whoever waits for the body look again."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def lose(self) -> None:
        """Know that the rest of the request, or a reader of the answer, will not come."""
        self.is_gone = True
        self.wake()

    def leave(self) -> None:
        """Know that the process ends: this answer is the last, and nobody waits after it."""
        self.keeps_alive = False
        self.is_leaving = True
        self.wake()

    # -- the answer --------------------------------------------------------------------------------

    async def send(self, message: Message) -> None:
        """Take the head or some of the body of the answer (ASGI).

        Raises:
            RuntimeError: the application breaks the protocol.
        """
        if self.is_gone:
            return
        if message["type"] == "http.response.start" and not self.is_started:
            self._start(message["status"], message.get("headers", ()))
        elif message["type"] == "http.response.body" and self.is_started and not self.is_answered:
            more = message.get("more_body", False)
            self._say(message.get("body", b""), is_last=not more)
            if more:
                await self._carrier.drained()
        else:
            msg = f"{message['type']} comes at the wrong time."
            raise RuntimeError(msg)

    def _start(self, status: int, headers: Iterable[tuple[bytes, bytes]]) -> None:
        if self._expects_continue and not self._reader.is_complete:
            self.keeps_alive = False  # its body may come, or the next request: nobody can tell
        lines = [STATUS_LINES[status]]
        length = None
        for name, value in (*self._carrier.default_headers, *headers):
            if b"\n" in value or b"\r" in value:
                msg = "A header of the answer holds a line end."
                raise RuntimeError(msg)
            if name == b"content-length":
                length = int(value)
            elif name == b"connection":
                self.keeps_alive = False  # the one thing that an application says of it
                continue
            lines += (name, b": ", value, b"\r\n")
        if length is None and not self._is_head_request and status not in BODYLESS:
            self._chunks = self.scope["http_version"] == "1.1"
            self.keeps_alive = self.keeps_alive and self._chunks
            lines.append(b"transfer-encoding: chunked\r\n" if self._chunks else b"")
        if not self.keeps_alive:
            lines.append(b"connection: close\r\n")
        lines.append(b"\r\n")
        self.is_started = True
        self._head = b"".join(lines)
        self._left = -1 if length is None or self._is_head_request else length

    def _say(self, body: bytes, *, is_last: bool) -> None:
        head, self._head = self._head or b"", None
        if self._is_head_request:
            body = b""
        elif self._chunks:
            body = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
            body += b"0\r\n\r\n" if is_last else b""
        elif self._left >= 0:
            self._left -= len(body)
            if self._left < 0 or (is_last and self._left):
                msg = "The answer's length is not its content-length."
                raise RuntimeError(msg)
        if len(body) > JOINED_BYTES_MAX:
            self._carrier.write(head, body)
        elif head or body:
            self._carrier.write(head + body)
        if is_last:
            self.is_answered = True
            self.wake()
            self._carrier.answered(self)

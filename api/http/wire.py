"""One HTTP request and its answer as plain values: nothing here knows the framework."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Final, NamedTuple

import msgspec

from api.http.refusals import PayloadTooLarge, UnsupportedCoding
from application.ports import Quota
from domain.errors import InvalidRequest

BODY_BYTES_MAX: Final = 1024 * 1024
"""The largest body that is read (contract decision 13)."""
BODY_WAIT_S: Final = 30
"""How long a body may take to arrive."""
CODING_SHOWN_MAX: Final = 20
"""How much of a content coding's name a refusal repeats."""
DRAINED_BYTES_MAX: Final = 64 * 1024 * 1024
"""How much of a refused body is thrown away, so that its sender gets to read the answer."""

JSON: Final = b"application/json"
NO_STORE: Final = b"no-store"

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = tuple[tuple[bytes, bytes], ...]


class ClientGone(Exception):
    """The client went away before its request was complete."""


class Call:
    """One request, read: what endpoints work with."""

    __slots__ = ("body", "headers", "params", "peer", "query", "quotas")

    def __init__(
        self,
        *,
        headers: Mapping[bytes, bytes],
        body: bytes = b"",
        query: bytes = b"",
        params: Mapping[str, Any] | None = None,
        peer: str | None = None,
    ) -> None:
        self.headers = headers
        self.body = body
        self.query = query
        self.params = params or {}
        self.peer = peer
        """The address of the other end of the connection; None on a Unix socket."""
        self.quotas: list[tuple[str, Quota]] = []
        """The limits under which this request was counted, by policy."""

    def header(self, name: bytes) -> str | None:
        """Give a header's value; ``name`` in lower case."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1").strip()


def call_of(scope: Scope) -> Call:
    """Give the request of an ASGI scope; its body is read later, where a route has one."""
    client = scope.get("client")
    return Call(
        headers=scope["ngoma.headers"],
        query=scope["query_string"],
        params=scope.get("path_params"),
        peer=client[0] if client else None,
    )


class Answer(NamedTuple):
    """One answer, ready to be written."""

    status: int
    body: bytes
    headers: Headers = ()
    content_type: bytes = JSON
    cache_control: bytes = NO_STORE
    """Nothing is kept on its way unless whoever makes the answer says so."""


def answer(content: object, *, status: int = 200, headers: Headers = ()) -> Answer:
    """Make an answer of a schema's value."""
    return Answer(status, encode(content), headers)


def encode(content: object) -> bytes:
    """Write JSON; what is given back as the client sent it may hold half a surrogate pair."""
    try:
        return msgspec.json.encode(content)
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(content), separators=(",", ":")).encode()


async def read_body(receive: Receive, headers: Mapping[bytes, bytes]) -> bytes:
    """Read the body of a request.

    Raises:
        PayloadTooLarge: more than a mebibyte was sent, or announced.
        UnsupportedCoding: it is compressed.
        ClientGone: it was not sent completely.
        InvalidRequest: it did not arrive in time.
    """
    try:
        async with asyncio.timeout(BODY_WAIT_S):
            return await _read_body(receive, headers)
    except TimeoutError as error:
        msg = f"The body did not arrive within {BODY_WAIT_S} seconds."
        raise InvalidRequest(msg) from error


async def _read_body(receive: Receive, headers: Mapping[bytes, bytes]) -> bytes:
    announced = headers.get(b"content-length")
    if announced is not None and len(announced) > 6 and int(announced) > BODY_BYTES_MAX:
        if b"expect" not in headers:  # who expects 100-continue has sent nothing yet
            await _drain(receive, int(announced))
        raise PayloadTooLarge
    if b"content-encoding" in headers:
        _require_identity(headers[b"content-encoding"])
    message = await receive()
    chunks: list[bytes] = []
    size = 0
    while message["type"] == "http.request":
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > BODY_BYTES_MAX:
            if message.get("more_body", False):
                await _drain(receive, size)
            raise PayloadTooLarge
        if not message.get("more_body", False):
            return b"".join((*chunks, chunk)) if chunks else chunk
        chunks.append(chunk)
        message = await receive()
    raise ClientGone


def _require_identity(codings: bytes) -> None:
    for coding in codings.decode("latin-1").split(","):
        if coding.strip().lower() not in {"", "identity"}:
            shown = "".join(c for c in coding.strip()[:CODING_SHOWN_MAX] if c.isalnum() or c == "-")
            raise UnsupportedCoding(shown or "?")


async def _drain(receive: Receive, size: int) -> None:
    """Throw a body away, unless it is so large that its sender should notice at once."""
    if size > DRAINED_BYTES_MAX:
        return
    drained = 0
    while drained <= DRAINED_BYTES_MAX:
        message = await receive()
        if message["type"] != "http.request" or not message.get("more_body", False):
            return
        drained += len(message.get("body", b""))

"""The body of a request: how large it may be, how long it may take, and in which coding."""

import asyncio
from collections.abc import Mapping
from typing import Final

from api.http.refusals import PayloadTooLarge, UnsupportedCoding
from api.http.wire import ClientGone, Receive, Scope
from domain.errors import InvalidRequest

BODY_BYTES_MAX: Final = 1024 * 1024
"""The largest body that is read (contract decision 13)."""
BODY_WAIT_S: Final = 30
"""How long a body may take to arrive."""
CODING_SHOWN_MAX: Final = 20
"""How much of a content coding's name a refusal repeats."""
DRAINED_BYTES_MAX: Final = 64 * 1024 * 1024
"""How much of a refused body is thrown away, so that its sender gets to read the answer."""
WHOLE_BODY: Final = "ngoma.body"
"""The extension of the scope by which our server shows a body that came with its head: there is
nothing to wait for, and a deadline costs more than reading it."""


async def read_body(scope: Scope, receive: Receive, headers: Mapping[bytes, bytes]) -> bytes:
    """Read the body of a request.

    Raises:
        PayloadTooLarge: more than a mebibyte was sent, or announced.
        UnsupportedCoding: it is compressed.
        ClientGone: it was not sent completely.
        InvalidRequest: it did not arrive in time.
    """
    arrived: bytes | None = scope.get("extensions", {}).get(WHOLE_BODY)
    if arrived is not None and b"content-encoding" not in headers:
        return arrived
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

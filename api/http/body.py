"""The body of a request: how large it may be, how long it may take, and in which coding."""

import asyncio
from collections.abc import Mapping
from typing import Final

from api.http.refusals import MEBIBYTE, PayloadTooLarge, UnsupportedCoding
from api.http.wire import ClientGone, Receive, Scope
from domain.errors import InvalidRequest

BODY_BYTES_MAX: Final = MEBIBYTE
"""The largest body that is read (contract decision 13), where a route says no other."""
BODY_WAIT_S: Final = 30
"""How long a body may take to arrive; a larger one as long for each mebibyte it may have."""
CODING_SHOWN_MAX: Final = 20
"""How much of a content coding's name a refusal repeats."""
DRAINED_BYTES_MAX: Final = 64 * 1024 * 1024
"""How much of a refused body is thrown away, so that its sender gets to read the answer."""
WHOLE_BODY: Final = "ngoma.body"
"""The extension of the scope by which our server shows a body that came with its head: there is
nothing to wait for, and a deadline costs more than reading it."""


async def read_body(
    scope: Scope,
    receive: Receive,
    headers: Mapping[bytes, bytes],
    *,
    bytes_max: int = BODY_BYTES_MAX,
) -> bytes:
    """Read the body of a request.

    Raises:
        PayloadTooLarge: more than ``bytes_max`` was sent, or announced.
        UnsupportedCoding: it is compressed.
        ClientGone: it was not sent completely.
        InvalidRequest: it did not arrive in time.
    """
    arrived: bytes | None = scope.get("extensions", {}).get(WHOLE_BODY)
    if arrived is not None and len(arrived) <= bytes_max and b"content-encoding" not in headers:
        return arrived
    wait_s = BODY_WAIT_S * max(1, bytes_max // BODY_BYTES_MAX)
    try:
        async with asyncio.timeout(wait_s):
            return await _read_body(receive, headers, bytes_max)
    except TimeoutError as error:
        msg = f"The body did not arrive within {wait_s} seconds."
        raise InvalidRequest(msg) from error


async def _read_body(receive: Receive, headers: Mapping[bytes, bytes], bytes_max: int) -> bytes:
    announced = headers.get(b"content-length")
    if announced is not None and len(announced) > 4 and int(announced) > bytes_max:
        if b"expect" not in headers:  # who expects 100-continue has sent nothing yet
            await _drain(receive, int(announced))
        raise PayloadTooLarge(bytes_max)
    if b"content-encoding" in headers:
        _require_identity(headers[b"content-encoding"])
    message = await receive()
    chunks: list[bytes] = []
    size = 0
    while message["type"] == "http.request":
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > bytes_max:
            if message.get("more_body", False):
                await _drain(receive, size)
            raise PayloadTooLarge(bytes_max)
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

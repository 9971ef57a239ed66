"""Connections of asyncio for httpcore: what a request is made of leaves in one write.

httpcore's own, over anyio, cost two fifths of a delivery's processor time. Waiting is bounded as a
whole by whoever posts; here only connecting has bounds of its own.
"""

import asyncio
import ssl
from collections.abc import Iterable
from typing import Any, Final, cast

import httpcore

BUFFERED_BYTES_MAX: Final = 64 * 1024
"""What has come and was not read yet: beyond it the connection is not read from."""


class AsyncioBackend(httpcore.AsyncNetworkBackend):
    """Connects by the event loop."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 - httpcore's signature
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002 - httpcore's signature
    ) -> httpcore.AsyncNetworkStream:
        """Connect to an address.

        Raises:
            httpcore.ConnectError, httpcore.ConnectTimeout: it does not answer.
        """
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                _, wire = await loop.create_connection(_Wire, host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout from error
        except OSError as error:
            raise httpcore.ConnectError from error
        return _Stream(wire)


class _Wire(asyncio.Protocol):
    """What comes over a connection, until it is read."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self.came = bytearray()
        self.is_over = False
        self.is_closed = asyncio.get_running_loop().create_future()
        self._more: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is none by class

    def data_received(self, data: bytes) -> None:
        self.came += data
        if len(self.came) > BUFFERED_BYTES_MAX:
            self.transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        self.is_over = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self.is_over = True
        self._wake()
        if not self.is_closed.done():
            self.is_closed.set_result(None)

    async def read(self, bytes_max: int) -> bytes:
        """Give what came; nothing where the connection is over."""
        while not (self.came or self.is_over):
            self._more = asyncio.get_running_loop().create_future()
            await self._more
        piece = bytes(self.came[:bytes_max])
        del self.came[:bytes_max]
        if not self.is_over:
            self.transport.resume_reading()
        return piece

    def _wake(self) -> None:
        if self._more is not None and not self._more.done():
            self._more.set_result(None)


class _Stream(httpcore.AsyncNetworkStream):
    """A connection as httpcore uses it."""

    def __init__(self, wire: _Wire) -> None:
        self._wire = wire
        self._leaves = bytearray()

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ARG002 - httpcore's signature
    ) -> bytes:
        """Send what was written, and wait for an answer."""
        if self._leaves:
            self._wire.transport.write(bytes(self._leaves))
            self._leaves.clear()
        return await self._wire.read(max_bytes)

    async def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ARG002 - httpcore's signature
    ) -> None:
        """Keep a piece of a request until it is whole.

        Raises:
            httpcore.WriteError: the connection is over.
        """
        if self._wire.is_over:
            raise httpcore.WriteError
        self._leaves += buffer

    async def aclose(self) -> None:
        """Close it, without waiting for the other side."""
        self._wire.transport.abort()
        await self._wire.is_closed

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Speak TLS from here on.

        Raises:
            httpcore.ConnectError: the other side does not, or is not who it should be.
            httpcore.ConnectTimeout: it takes too long.
        """
        loop, wire = asyncio.get_running_loop(), self._wire
        try:
            async with asyncio.timeout(timeout):
                transport = await loop.start_tls(
                    wire.transport, wire, ssl_context, server_hostname=server_hostname
                )  # closes the connection where it fails
        except TimeoutError as error:
            raise httpcore.ConnectTimeout from error
        except OSError as error:
            raise httpcore.ConnectError from error
        wire.transport = cast("asyncio.Transport", transport)
        return self

    def get_extra_info(self, info: str) -> Any:
        """Say whether something came that nobody asked for; of the rest, what asyncio says."""
        if info == "is_readable":
            return self._wire.is_over or bool(self._wire.came)
        return self._wire.transport.get_extra_info(info)

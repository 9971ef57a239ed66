"""Connections to names that customers gave: a name is resolved once, and what it gave is called.

A name is looked up for each connection, every address that it has is looked at, and the
connection goes to one of these addresses: a name that changes its mind between the look and the
call (DNS rebinding) leads nowhere else.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import httpcore

from adapters.webhooks.streams import AsyncioBackend
from domain.addresses import Address, Network, read_address
from domain.refused_addresses import is_refused

RESOLVING_MAX: Final = 32
"""Names that are looked up at the same time."""
ADDRESSES_MAX: Final = 3
"""Addresses of a name that are tried, one after the other."""

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Gives the addresses of a host; raises ``OSError``."""


class AddressRefused(Exception):
    """A name leads to an address that is not of the public Internet."""


class Resolver:
    """Looks names up by the system, in threads that no other work waits for."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(RESOLVING_MAX, thread_name_prefix="ngoma-resolve")

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """Give the addresses of a host.

        Raises:
            OSError: it has none.
        """
        found = await asyncio.get_running_loop().run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return list(dict.fromkeys(str(place[0]) for *_, place in found))

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class CheckedBackend(httpcore.AsyncNetworkBackend):
    """Connects by ``dial``, to addresses that may be called alone."""

    def __init__(
        self,
        *,
        allowed: Sequence[Network],
        resolve: Resolve,
        dial: httpcore.AsyncNetworkBackend | None = None,
        is_plain: bool = False,
    ) -> None:
        """``is_plain``: without TLS, so only to addresses that the operator allows."""
        self._allowed = allowed
        self._resolve = resolve
        self._dial = dial or AsyncioBackend()
        self._is_plain = is_plain

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address of a host that answers.

        Raises:
            AddressRefused: one of its addresses may not be called; none is.
            httpcore.ConnectError, httpcore.ConnectTimeout: none answers.
        """
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._addresses(host, port)
                for last, address in enumerate(addresses, start=1 - len(addresses)):
                    try:
                        return await self._dial.connect_tcp(
                            str(address),
                            port,
                            timeout=timeout,
                            local_address=local_address,
                            socket_options=socket_options,
                        )
                    except httpcore.ConnectError:
                        if last == 0:
                            raise
        except TimeoutError as error:
            raise httpcore.ConnectTimeout from error
        raise httpcore.ConnectError("the name has no address")

    async def _addresses(self, host: str, port: int) -> Sequence[Address]:
        try:
            found = await self._resolve(host, port)
        except OSError as error:
            raise httpcore.ConnectError("the name has no address") from error
        addresses = [read_address(each.partition("%")[0]) for each in found]
        if any(self._is_refused(address) for address in addresses):
            raise AddressRefused
        return addresses[:ADDRESSES_MAX]

    def _is_refused(self, address: Address) -> bool:
        if self._is_plain:
            return not any(
                address.version == one.version and address in one for one in self._allowed
            )
        return is_refused(address, allowed=self._allowed)

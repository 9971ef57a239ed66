"""Who is calling: the peer's address, or the one a trusted proxy vouches for."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from api.http.wire import Call
from domain.addresses import (
    FORWARDED_HEADERS,
    UNIX_SOCKET,
    Address,
    Network,
    client_of,
    read_address,
    read_network,
)
from domain.errors import InvalidRequest

_FORWARDED_FOR: Final = re.compile(r'(?:^|[;,])\s*for\s*=\s*("[^"]*"|[^;,]*)', re.IGNORECASE)
_FORWARDED_PROTO: Final = re.compile(r'(?:^|[;,])\s*proto\s*=\s*"?(\w+)', re.IGNORECASE)
_HOPS_MAX: Final = 32


class Addresses:
    """Reads client addresses, given the peers whose word counts (addresses or networks)."""

    def __init__(
        self, trusted_proxies: Sequence[str], forwarded_header: str = FORWARDED_HEADERS[0]
    ) -> None:
        """Read the list; of the one header named, only what those peers write is believed.

        Raises:
            InvalidRequest: an entry is neither an address nor a network.
        """
        self._trusts_unix = UNIX_SOCKET in trusted_proxies
        self._trusts_anybody = bool(trusted_proxies)
        self._trusted = [_network(entry) for entry in trusted_proxies if entry != UNIX_SOCKET]
        self._header = forwarded_header.lower().encode()

    def client(self, call: Call) -> str:
        """Give the client's address: the nearest that is not a trusted proxy's own."""
        address = (call.peer and _plain(call.peer)) or call.peer or UNIX_SOCKET
        if not (self._trusts_anybody and self._trusts(address)):
            return address
        for hop in self._forwarded(call):
            claimed = _plain(hop)
            if claimed is None:
                break
            address = claimed
            if not self._trusts(address):
                break
        return address

    def is_https(self, call: Call) -> bool:
        """Whether a trusted proxy says that its client speaks TLS to it."""
        address = (call.peer and _plain(call.peer)) or call.peer or UNIX_SOCKET
        if not self._trusts(address):
            return False
        if self._header == b"forwarded":
            said = _FORWARDED_PROTO.findall(call.header(self._header) or "")
        else:
            said = (call.header(b"x-forwarded-proto") or "").split(",")
        return bool(said) and said[-1].strip().lower() == "https"

    def counted_peer(self, peer: str | None) -> str | None:
        """Name the client that a connection counts for; None for a trusted proxy's."""
        address = (peer and _plain(peer)) or peer or UNIX_SOCKET
        return None if self._trusts(address) else client_of(address)

    def _trusts(self, address: str) -> bool:
        if address == UNIX_SOCKET:
            return self._trusts_unix
        parsed = _read(address)
        return parsed is not None and any(parsed in network for network in self._trusted)

    def _forwarded(self, call: Call) -> Iterator[str]:
        """Give the addresses that proxies wrote down, nearest first."""
        listed = call.header(self._header) or ""
        is_standard = self._header == b"forwarded"
        hops = _FORWARDED_FOR.findall(listed) if is_standard else listed.split(",")
        yield from (hop.strip() for hop in hops[: -_HOPS_MAX - 1 : -1])


def _network(entry: str) -> Network:
    try:
        return read_network(entry, strict=False)
    except ValueError as error:
        msg = f"The setting trusted_proxies has an entry that is no address: {error}."
        raise InvalidRequest(msg, field="trusted_proxies") from error


@lru_cache(maxsize=4_096)
def _read(text: str) -> Address | None:
    try:
        return read_address(text)
    except ValueError:
        return None


@lru_cache(maxsize=4_096)
def _plain(text: str) -> str | None:
    """Give the address without port, quotes and brackets; None when it is none."""
    text = text.strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    parsed = _read(text)
    return None if parsed is None else str(parsed)

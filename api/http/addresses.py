"""Who is calling: the peer's address, or the one a trusted proxy vouches for."""

import re
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from api.http.wire import Call
from domain.errors import InvalidRequest

UNIX_SOCKET: Final = "unix"
"""Stands in ``trusted_proxies`` for a peer on a Unix socket, and in limits for its clients."""

_FORWARDED_FOR: Final = re.compile(r'(?:^|[;,])\s*for\s*=\s*("[^"]*"|[^;,]*)', re.IGNORECASE)
_HOPS_MAX: Final = 32


class Addresses:
    """Reads client addresses, given the peers whose word counts (addresses or networks)."""

    def __init__(self, trusted_proxies: Sequence[str]) -> None:
        """Read the list.

        Raises:
            InvalidRequest: an entry is neither an address nor a network.
        """
        self._trusts_unix = UNIX_SOCKET in trusted_proxies
        self._trusted = [_network(entry) for entry in trusted_proxies if entry != UNIX_SOCKET]

    def client(self, call: Call) -> str:
        """Give the client's address: the nearest that is not a trusted proxy's own."""
        address = (call.peer and _plain(call.peer)) or call.peer or UNIX_SOCKET
        if not self._trusts(address):
            return address
        for hop in _forwarded(call):
            claimed = _plain(hop)
            if claimed is None:
                break
            address = claimed
            if not self._trusts(address):
                break
        return address

    def _trusts(self, address: str) -> bool:
        if not self._trusted and not self._trusts_unix:
            return False
        if address == UNIX_SOCKET:
            return self._trusts_unix
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._trusted)


def _network(entry: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(entry, strict=False)
    except ValueError as error:
        msg = f"The setting trusted_proxies has an entry that is no address: {error}."
        raise InvalidRequest(msg, field="trusted_proxies") from error


def _forwarded(call: Call) -> Iterator[str]:
    """Give the addresses that proxies wrote down, nearest first."""
    listed = call.header(b"x-forwarded-for")
    if listed is not None:
        hops = listed.split(",")
    else:
        hops = _FORWARDED_FOR.findall(call.header(b"forwarded") or "")
    yield from (hop.strip() for hop in hops[: -_HOPS_MAX - 1 : -1])


def _plain(text: str) -> str | None:
    """Give the address without port, quotes and brackets; None when it is none."""
    text = text.strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        parsed = ip_address(text)
    except ValueError:
        return None
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(parsed)

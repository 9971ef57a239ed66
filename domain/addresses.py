"""IP addresses in one form: IPv4 that is written as IPv6 is IPv4 (RFC 4291, 2.5.5.2)."""

from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Final

MAPPED: Final = IPv6Network("::ffff:0:0/96")
"""Where IPv6 holds all of IPv4."""
CLIENT_BITS: Final = 64
"""Of IPv6: one line or one rented server has all addresses behind them (RFC 6177, 7421)."""
SITE_BITS: Final = 48
"""Of IPv6: what one site gets at most."""

UNIX_SOCKET: Final = "unix"
"""Stands in ``trusted_proxies`` for a peer on a Unix socket, and in limits for its clients."""
FORWARDED_HEADERS: Final = ("X-Forwarded-For", "Forwarded")
"""Headers in which a proxy may say whom it speaks for; a setting names the one that counts."""

_KNOWN_MAX: Final = 4_096
"""Addresses whose clients are remembered."""

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def read_address(text: str) -> Address:
    """Read an address.

    Raises:
        ValueError: it is none.
    """
    found = ip_address(text)
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found


def read_network(text: str, *, strict: bool = True) -> Network:
    """Read a network, or an address as the network of itself.

    Raises:
        ValueError: it is neither, or ``strict`` and bits are set behind its prefix.
    """
    found = ip_network(text, strict=strict)
    if isinstance(found, IPv6Network) and found.subnet_of(MAPPED):
        first = found.network_address.ipv4_mapped
        return IPv4Network((str(first), found.prefixlen - MAPPED.prefixlen))
    return found


@lru_cache(maxsize=_KNOWN_MAX)
def client_of(address: str) -> str:
    """Name what counts as one client: an IPv6 /64, or the address itself (also what is none)."""
    return _network_of(address, CLIENT_BITS) or address


@lru_cache(maxsize=_KNOWN_MAX)
def site_of(address: str) -> str | None:
    """Name the /48 of an IPv6 address; None for IPv4, where an address is scarce."""
    return _network_of(address, SITE_BITS)


def _network_of(address: str, bits: int) -> str | None:
    try:
        found = read_address(address)
    except ValueError:
        return None
    if isinstance(found, IPv4Address):
        return None
    return str(IPv6Network((int(found), bits), strict=False))

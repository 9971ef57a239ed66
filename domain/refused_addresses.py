"""Addresses that no customer's address may lead to: whatever is not the public Internet.

From IANA's registries of special-purpose addresses (RFC 6890 and its updates). Of IPv6 only what is
given out for unicast (2000::/3) is let through. It is a table of our own because the one of
Python's ``ipaddress`` lets some through in which others are hidden (64:ff9b::/96, 2002::/16).
"""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Address, IPv6Network
from typing import Final

from domain.addresses import Address, Network

REFUSED_V4: Final = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this host (RFC 791)
            "10.0.0.0/8",  # private (RFC 1918)
            "100.64.0.0/10",  # behind a carrier's NAT, where clouds have services (RFC 6598)
            "127.0.0.0/8",  # loopback
            "169.254.0.0/16",  # link-local, where clouds have metadata (RFC 3927)
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocol assignments (RFC 6890)
            "192.0.2.0/24",  # documentation (RFC 5737)
            "192.31.196.0/24",  # AS112 (RFC 7535)
            "192.52.193.0/24",  # AMT (RFC 7450)
            "192.88.99.0/24",  # relays of 6to4, given up (RFC 7526)
            "192.168.0.0/16",  # private
            "192.175.48.0/24",  # AS112 (RFC 7534)
            "198.18.0.0/15",  # benchmarks (RFC 2544)
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, and broadcast
        ),
    )
)
UNICAST_V6: Final = IPv6Network("2000::/3")
REFUSED_V6: Final = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments, Teredo with IPv4 inside among them (RFC 2928)
            "2001:db8::/32",  # documentation (RFC 3849)
            "2002::/16",  # 6to4, with IPv4 inside (RFC 3056)
            "2620:4f:8000::/48",  # AS112
            "3fff::/20",  # documentation (RFC 9637)
        ),
    )
)
"""Of what is within ``UNICAST_V6``."""


def is_refused(address: Address, *, allowed: Iterable[Network] = ()) -> bool:
    """Whether nothing may be sent to an address, except where it is in a network that is allowed.

    IPv4 that is written as IPv6 is to be read as IPv4 first (``domain.addresses.read_address``).
    """
    if any(address.version == one.version and address in one for one in allowed):
        return False
    if isinstance(address, IPv6Address):
        return address not in UNICAST_V6 or any(address in one for one in REFUSED_V6)
    return any(address in one for one in REFUSED_V4)

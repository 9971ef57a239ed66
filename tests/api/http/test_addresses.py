"""Whose address a request counts for."""

import pytest

from api.http.addresses import UNIX_SOCKET, Addresses
from api.http.wire import Call
from domain.errors import InvalidRequest

PROXIES = ("10.0.0.0/8", "fd00::/8", "192.0.2.1")


def client(peer: str | None, trusted: tuple[str, ...] = PROXIES, **headers: str) -> str:
    named = {name.replace("_", "-").encode(): text.encode() for name, text in headers.items()}
    return Addresses(trusted).client(Call(headers=named, peer=peer))


def test_the_peer_is_the_client() -> None:
    assert client("203.0.113.9") == "203.0.113.9"
    assert client("::ffff:203.0.113.9") == "203.0.113.9"
    assert client("2001:db8::0:1") == "2001:db8::1"
    assert client(None) == UNIX_SOCKET


def test_a_peer_that_is_not_trusted_vouches_for_nobody() -> None:
    assert client("203.0.113.9", x_forwarded_for="1.2.3.4") == "203.0.113.9"
    assert client("203.0.113.9", forwarded="for=1.2.3.4") == "203.0.113.9"
    assert client("203.0.113.9", (), x_forwarded_for="1.2.3.4") == "203.0.113.9"
    assert client(None, x_forwarded_for="1.2.3.4") == UNIX_SOCKET


@pytest.mark.parametrize(
    ("forwarded_for", "expected"),
    [
        ("1.2.3.4", "1.2.3.4"),
        ("6.6.6.6, 1.2.3.4", "1.2.3.4"),
        ("6.6.6.6, 1.2.3.4, 10.9.9.9, 192.0.2.1", "1.2.3.4"),
        ("1.2.3.4:5678", "1.2.3.4"),
        ("[2001:db8::7]:443", "2001:db8::7"),
        ("2001:db8::7", "2001:db8::7"),
        ("10.1.1.1, 10.2.2.2", "10.1.1.1"),
        ("1.2.3.4, unknown", "10.0.0.1"),
        ("", "10.0.0.1"),
        (",,,", "10.0.0.1"),
        ("1.2.3.4, " * 100 + "10.2.2.2", "1.2.3.4"),
    ],
)
def test_the_nearest_that_is_no_proxy_is_the_client(forwarded_for: str, expected: str) -> None:
    assert client("10.0.0.1", x_forwarded_for=forwarded_for) == expected


@pytest.mark.parametrize(
    ("forwarded", "expected"),
    [
        ("for=1.2.3.4;proto=https;by=10.0.0.2", "1.2.3.4"),
        ('for="[2001:db8::7]:443"', "2001:db8::7"),
        ("for=6.6.6.6, For=1.2.3.4", "1.2.3.4"),
        ("for=_hidden", "10.0.0.1"),
        ("proto=https", "10.0.0.1"),
    ],
)
def test_the_standard_header_is_read_too(forwarded: str, expected: str) -> None:
    assert client("10.0.0.1", forwarded=forwarded) == expected


def test_a_setting_that_is_no_address_is_said_at_the_start() -> None:
    with pytest.raises(InvalidRequest, match="trusted_proxies"):
        Addresses(["10.0.0.1", "proxy.local"])


def test_a_unix_socket_can_be_trusted() -> None:
    assert client(None, (UNIX_SOCKET,), x_forwarded_for="1.2.3.4") == "1.2.3.4"

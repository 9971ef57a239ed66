"""Whose address a request counts for."""

import pytest

from api.door.caller import Caller
from api.http.proxies import Addresses
from api.http.wire import Call
from domain.addresses import UNIX_SOCKET
from domain.errors import InvalidRequest

PROXIES = ("10.0.0.0/8", "fd00::/8", "192.0.2.1")


def client(
    peer: str | None,
    trusted: tuple[str, ...] = PROXIES,
    *,
    believed: str = "X-Forwarded-For",
    **headers: str,
) -> str:
    named = {name.replace("_", "-").encode(): text.encode() for name, text in headers.items()}
    return Addresses(trusted, believed).client(Call(headers=named, peer=peer))


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
def test_the_standard_header_is_read_where_it_is_the_one(forwarded: str, expected: str) -> None:
    assert client("10.0.0.1", believed="Forwarded", forwarded=forwarded) == expected


def test_only_the_header_that_the_setting_names_is_believed() -> None:
    for believed, expected in (("X-Forwarded-For", "203.0.113.1"), ("Forwarded", "198.51.100.77")):
        found = client(
            "10.0.0.1",
            believed=believed,
            x_forwarded_for="203.0.113.1",
            forwarded="for=198.51.100.77",
        )
        assert found == expected
    assert client("10.0.0.1", believed="Forwarded", x_forwarded_for="203.0.113.1") == "10.0.0.1"
    assert client("10.0.0.1", forwarded="for=198.51.100.77") == "10.0.0.1"


@pytest.mark.parametrize("trusted", ["::ffff:192.0.2.0/120", "::ffff:192.0.2.1", "192.0.2.0/24"])
def test_ipv4_written_as_ipv6_is_ipv4(trusted: str) -> None:
    for peer in ("192.0.2.1", "::ffff:192.0.2.1", "::ffff:c000:201"):
        assert client(peer, (trusted,), x_forwarded_for="::ffff:203.0.113.9") == "203.0.113.9"
    assert client("192.0.3.1", (trusted,), x_forwarded_for="203.0.113.9") == "192.0.3.1"


def counted(peer: str) -> tuple[str, str | None]:
    caller = Caller(client(peer))
    return caller.client, caller.site


def test_limits_count_an_ipv6_line_as_one_client_and_an_ipv4_address_as_one() -> None:
    one = counted("2001:db8:7:7::1")
    assert one == ("2001:db8:7:7::/64", "2001:db8:7::/48")
    assert counted("2001:db8:7:7:ffff::9") == one
    assert counted("2001:db8:7:8::1") == ("2001:db8:7:8::/64", one[1])
    assert counted("203.0.113.9") == ("203.0.113.9", None)
    assert counted("::ffff:203.0.113.9") == ("203.0.113.9", None)
    assert Caller(UNIX_SOCKET).client == UNIX_SOCKET
    assert Caller(UNIX_SOCKET).site is None


def test_connections_of_trusted_proxies_count_for_nobody() -> None:
    addresses = Addresses(PROXIES)
    assert addresses.counted_peer("10.1.2.3") is None
    assert addresses.counted_peer("2001:db8:7:7::1") == "2001:db8:7:7::/64"
    assert addresses.counted_peer(None) == UNIX_SOCKET
    assert Addresses([UNIX_SOCKET]).counted_peer(None) is None


def test_a_setting_that_is_no_address_is_said_at_the_start() -> None:
    with pytest.raises(InvalidRequest, match="trusted_proxies"):
        Addresses(["10.0.0.1", "proxy.local"])


def test_a_unix_socket_can_be_trusted() -> None:
    assert client(None, (UNIX_SOCKET,), x_forwarded_for="1.2.3.4") == "1.2.3.4"

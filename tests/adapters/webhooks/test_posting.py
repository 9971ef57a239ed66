"""Posts to webhooks reach the public Internet alone, are signed, and end in time."""

import asyncio
import json
import socket
import ssl
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from pathlib import Path
from random import Random
from typing import Any

import httpcore
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from adapters.clock import SystemClock
from adapters.webhooks.posting import HttpPoster
from application.ports import Posted
from domain.addresses import read_address
from domain.refused_addresses import REFUSED_V4, REFUSED_V6, UNICAST_V6, is_refused
from tests.support.certificates import Files
from tests.support.counts import Count, soak_count
from tests.support.receiver import Delivered, receiving

SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = json.dumps({"type": "message.sent", "data": {"text": "Mwabuka bwanji é"}}).encode()
LOOPBACK = (IPv4Network("127.0.0.0/8"),)
PUBLIC = ("8.8.8.8", "41.72.96.1", "102.23.0.7", "2c0f:fb50::1", "2606:4700::1111")


class Recording(httpcore.AsyncNetworkBackend):
    """A connector that only notes where it was to go."""

    def __init__(self) -> None:
        self.went: list[str] = []

    async def connect_tcp(
        self, host: str, port: int, *_: Any, **__: Any
    ) -> httpcore.AsyncNetworkStream:
        self.went.append(host)
        raise httpcore.ConnectError("this is only a record")


def names(*answers: Sequence[str]) -> Any:
    """Give a resolver that answers so, one look after the other, and the last for ever."""
    left = list(answers)

    async def resolve(host: str, port: int) -> Sequence[str]:
        return left.pop(0) if len(left) > 1 else left[0]

    return resolve


def post(
    url: str,
    *,
    times: int = 1,
    event: str = "evt_1",
    signed_with: Sequence[str] = (SECRET,),
    body: bytes = BODY,
    **fields: Any,
) -> list[Posted]:
    async def all_of_them() -> list[Posted]:
        poster = HttpPoster(clock=SystemClock(), **fields)
        try:
            return [
                await poster.post(url, event=event, signed_with=signed_with, body=body)
                for _ in range(times)
            ]
        finally:
            await poster.close()

    return asyncio.run(all_of_them())


def refused_addresses(random: Random, each: int) -> list[str]:
    """Draw addresses of every range that is refused: its ends, and some between; and as IPv6."""
    ranges: list[IPv4Network | IPv6Network] = [*REFUSED_V4, *REFUSED_V6]
    ranges += map(IPv6Network, ("::1/128", "::/128", "fc00::/7", "fe80::/10", "ff00::/8"))
    ranges += map(IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "5f00::/16"))
    found = []
    for one in ranges:
        first, last = int(one[0]), int(one[-1])
        numbers = [first, last, *(random.randint(first, last) for _ in range(each))]
        kind = type(one[0])
        found += [str(kind(number)) for number in numbers]
    inner = [address for address in found if "." in address]
    return found + [f"::ffff:{address}" for address in inner]


def test_no_address_that_is_refused_is_ever_called(record_property: Any) -> None:
    seed = 20_261_129
    addresses = refused_addresses(Random(seed), soak_count(full=2_000, quick=8))
    dial = Recording()

    answers = [answer for one in addresses for answer in ([one], [PUBLIC[0], one])]
    posted = post("https://a.example/", times=len(answers), resolve=names(*answers), dial=dial)
    assert {(one.status, one.error) for one in posted} == {(None, "ADDRESS_REFUSED")}
    assert dial.went == []
    count = Count("refused addresses called", len(posted), len(dial.went), seed)
    record_property(*count.as_property())


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_called_as_it_was_resolved(address: str) -> None:
    dial = Recording()
    (posted,) = post("https://a.example/", resolve=names([address]), dial=dial)
    assert posted.error == "NOT_CONNECTED"
    assert dial.went == [str(ip_address(address))]


def test_next_to_what_is_refused_is_the_public_internet() -> None:
    for one in REFUSED_V4:
        for number in (int(one[0]) - 1, int(one[-1]) + 1):
            if 0 < number < 2**32 and not any(ip_address(number) in other for other in REFUSED_V4):
                assert not is_refused(read_address(str(ip_address(number))))
    assert not is_refused(IPv6Address(int(UNICAST_V6[0]) + (0x0400 << 96)))


def test_a_name_that_changes_its_mind_leads_nowhere_within() -> None:
    dial = Recording()
    posts = post(
        "https://a.example/", times=3, resolve=names([PUBLIC[0]], ["127.0.0.1"]), dial=dial
    )
    assert [one.error for one in posts] == ["NOT_CONNECTED", "ADDRESS_REFUSED", "ADDRESS_REFUSED"]
    assert dial.went == [PUBLIC[0]]


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:7f00:1]"]
)
@pytest.mark.slow
def test_no_way_of_writing_loopback_leads_to_it(host: str) -> None:
    with receiving() as canary:
        port = canary.url.rpartition(":")[2].partition("/")[0]
        (posted,) = post(f"https://{host}:{port}/")
        assert posted.error == "ADDRESS_REFUSED"
        assert canary.connections == 0


def test_without_tls_only_what_the_operator_allows_is_called() -> None:
    dial = Recording()
    (posted,) = post("http://a.example/", resolve=names([PUBLIC[0]]), dial=dial, allowed=LOOPBACK)
    assert (posted.error, dial.went) == ("ADDRESS_REFUSED", [])


def test_a_redirect_is_a_failure_and_nobody_follows_it() -> None:
    with receiving() as canary, receiving(status=302) as receiver:
        receiver.headers = f"location: {canary.url}\r\n"
        (posted,) = post(receiver.url, allowed=LOOPBACK)
        assert (posted.status, posted.is_taken) == (302, False)
        assert canary.connections == 0


def headers_of(one: Delivered) -> dict[str, str]:
    return {name: value for name, value in one.headers.items() if name.startswith("webhook-")}


def test_a_receiver_by_standard_webhooks_takes_it_and_nothing_else() -> None:
    with receiving() as receiver:
        (posted,) = post(receiver.url, allowed=LOOPBACK, signed_with=[SECRET])
        assert posted.is_taken
        (one,) = receiver.came
        assert Webhook(SECRET).verify(one.body, headers_of(one)) == json.loads(BODY)
        sent_s = int(one.headers["webhook-timestamp"])
        assert abs(datetime.fromtimestamp(sent_s, UTC).timestamp() - sent_s) == 0
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(one.body + b" ", headers_of(one))


def test_while_a_secret_is_rotated_both_receivers_take_it() -> None:
    old, new = SECRET, "whsec_" + "c2VjcmV0IHRoYXQgaXMgcm90YXRlZCB0byBub3c="
    with receiving() as receiver:
        post(receiver.url, allowed=LOOPBACK, signed_with=[new, old])
        (one,) = receiver.came
        for secret in (old, new):
            assert Webhook(secret).verify(one.body, headers_of(one)) == json.loads(BODY)


def test_an_answer_is_read_as_far_as_it_may_be_long() -> None:
    def answers(one: Delivered) -> tuple[int, bytes]:
        return 200, b"x" * 200_000

    with receiving(answers=answers) as receiver:
        taken = post(receiver.url, times=2, allowed=LOOPBACK)
        assert [one.is_taken for one in taken] == [True, True]
        assert receiver.connections == 2


def test_a_receiver_that_says_nothing_is_left_in_time() -> None:
    with receiving(delay_s=5) as receiver:
        (posted,) = post(receiver.url, allowed=LOOPBACK, total_s=0.1)
        assert (posted.status, posted.error) == (None, "TIMED_OUT")
        assert posted.took_ms < 2_000


def test_a_connection_that_was_closed_meanwhile_costs_nothing() -> None:
    with receiving(headers="connection: close\r\n") as receiver:
        posts = post(receiver.url, times=3, allowed=LOOPBACK)
        assert [one.status for one in posts] == [204, 204, 204]
        assert receiver.connections == 3


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Give what a receiver speaks TLS with whose authority this machine trusts."""
    files = Files(tmp_path).write()
    authority = tmp_path / "authority.pem"
    files.authority.cert_pem.write_to_path(str(authority))
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(files.certificate, files.key)
    return context


def test_by_tls_one_connection_carries_many_events(tls: ssl.SSLContext) -> None:
    body = json.dumps({"text": "x" * 300_000}).encode()
    with receiving(tls=tls, answers=lambda _: (200, b"y" * 50_000)) as receiver:
        posts = post(receiver.url, times=3, body=body, allowed=LOOPBACK)
        assert [one.status for one in posts] == [200, 200, 200]
        assert [one.body for one in receiver.came] == [body] * 3
        assert receiver.connections == 1


def test_a_receiver_is_who_its_name_says_or_gets_nothing(tls: ssl.SSLContext) -> None:
    with receiving(tls=tls) as receiver:
        elsewhere = receiver.url.replace("127.0.0.1", "a.example")
        (posted,) = post(elsewhere, resolve=names(["127.0.0.1"]), allowed=LOOPBACK)
        assert (posted.status, posted.error) == (None, "TLS_FAILED")
        assert receiver.came == []


@pytest.mark.parametrize(
    ("scheme", "says", "error"),
    [("http", b"", "NO_ANSWER"), ("https", b"HTTP/1.1 400 Bad Request\r\n\r\n", "TLS_FAILED")],
)
def test_who_cuts_the_connection_or_speaks_something_else_gave_no_answer(
    scheme: str, says: bytes, error: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def say() -> None:
            connection, _ = server.accept()
            connection.recv(1)
            connection.sendall(says)
            connection.close()

        threading.Thread(target=say, daemon=True).start()
        (posted,) = post(f"{scheme}://127.0.0.1:{server.getsockname()[1]}/", allowed=LOOPBACK)
        assert (posted.status, posted.error) == (None, error)


def test_a_receiver_that_never_ends_its_greeting_is_left_in_time(tls: ssl.SSLContext) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"https://127.0.0.1:{server.getsockname()[1]}/"
        (posted,) = post(url, allowed=LOOPBACK, total_s=0.2)
        assert (posted.status, posted.error) == (None, "TIMED_OUT")

"""What a connection may cost before anybody knows whose it is."""

import asyncio
import logging
import re
import resource
import socket
import struct
import time
from dataclasses import replace
from typing import Any

import pytest

from api.http.proxies import Addresses
from tests.api.conftest import Gateway, StartGateway, metrics_of, served
from tests.end_to_end.waiting import wait_until
from tests.worker.web.conftest import SOON
from tests.worker.web.wire import Wire, body_of, request
from worker.web.bounds import FILES_KEPT, Bounds, Keeper, connections_of, raise_open_files

KIB = 1024
HELLO = b"GET /healthz HTTP/1.1\r\nHost: t\r\n"


def hang_ups(gateway: Gateway, why: str) -> float:
    found = re.search(rf'ngoma_http_hang_ups_total{{why="{why}"}} (.*)', metrics_of(gateway.system))
    return float(found[1]) if found else 0.0


# -- heads -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "head",
    [
        HELLO + b"X-Pad: " + b"x" * 65 * KIB + b"\r\n\r\n",
        HELLO + b"".join(b"X-%d: y\r\n" % n for n in range(100)) + b"\r\n",
        b"GET /" + b"x" * 65 * KIB + b" HTTP/1.1\r\nHost: t\r\n\r\n",
    ],
    ids=["65 KiB", "101 lines", "a target of 65 KiB"],
)
def test_a_head_over_its_bounds_is_431_and_the_end(gateway: Gateway, head: bytes) -> None:
    with Wire(gateway.port) as wire:
        answer = wire.say(head).hear()
        assert (answer.status, answer.json["code"]) == (431, "HEAD_TOO_LARGE")
        assert answer.headers["connection"] == "close"
        wire.hear_end()


def test_a_head_within_its_bounds_is_read(gateway: Gateway) -> None:
    lines = b"".join(b"X-%d: y\r\n" % n for n in range(99)) + b"\r\n"
    padded = HELLO + b"X-Pad: "
    padded += b"x" * (64 * KIB - len(padded) - 4) + b"\r\n\r\n"
    with Wire(gateway.port) as wire:
        for head in (HELLO + lines, padded):
            assert wire.say(head[:1_000], head[1_000:]).hear().status == 200


def trickle(wire: Wire, crumb: bytes, *, every_s: float) -> bool:
    """Send crumbs for three seconds; say whether the other side closed meanwhile."""
    try:
        for _ in range(int(3 / every_s)):
            wire.say(crumb)
            time.sleep(every_s)
    except OSError:
        return True
    return False


# -- deadlines -------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", [b"", b"GET /healthz HT", HELLO + b"X-Pad: ", b"\r\n"])
@pytest.mark.slow
def test_a_connection_without_a_request_is_closed(hasty: Gateway, said: bytes) -> None:
    with Wire(hasty.port) as wire:
        started_s = time.monotonic()
        wire.say(said).hear_end()
        assert 0.3 < time.monotonic() - started_s < 2


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("crumb", [b"x", b"X-Y: z\r\n", b"\r\n"])
@pytest.mark.slow
def test_trickling_buys_no_time(hasty: Gateway, crumb: bytes, first: bool) -> None:
    with Wire(hasty.port) as wire:
        if not first:
            assert wire.say(request("/healthz")).hear().status == 200
        started_s = time.monotonic()
        wire.say(b"" if crumb == b"\r\n" else HELLO)
        assert trickle(wire, crumb, every_s=0.05), "it took them all"
        assert 0.3 < time.monotonic() - started_s < 2


@pytest.mark.slow
def test_a_kept_connection_is_idle_for_longer(hasty: Gateway) -> None:
    with Wire(hasty.port) as wire:
        assert wire.say(request("/healthz")).hear().status == 200
        time.sleep(0.8)  # longer than a head may take
        assert wire.say(request("/healthz")).hear().status == 200
        started_s = time.monotonic()
        wire.hear_end()
        assert 1 < time.monotonic() - started_s < 3


def test_a_body_that_nobody_reads_any_more_has_a_deadline_too(hasty: Gateway) -> None:
    with Wire(hasty.port) as wire:
        wire.say(b"POST /api/nope HTTP/1.1\r\nHost: t\r\nContent-Length: 50\r\n\r\n")
        assert wire.hear().status == 404
        started_s = time.monotonic()
        assert trickle(wire, b"x", every_s=0.1), "it took them all"
        assert time.monotonic() - started_s < 2


def test_a_body_that_nobody_reads_is_no_second_request(gateway: Gateway) -> None:
    inner = request("/api", body_of(gateway))
    with Wire(gateway.port) as wire:
        head = (
            f"POST /api/nope HTTP/1.1\r\nHost: t\r\nContent-Length: {len(inner)}\r\n\r\n".encode()
        )
        assert wire.say(head).hear().status == 404
        assert wire.say(inner, request("/healthz")).hear().json == {"status": "ok"}
    assert gateway.balance() == 1_000


# -- answers that nobody reads ---------------------------------------------------------------------


class Bulky:
    """An application whose every answer is half a mebibyte; counts what it was asked."""

    def __init__(self) -> None:
        self.asked = self.under_way = self.most_under_way = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked += 1
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        body = b"x" * 512 * KIB
        length = b"%d" % len(body)
        headers = [(b"content-length", length)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        self.under_way -= 1


@pytest.mark.slow
def test_a_client_that_never_reads_is_let_go(hasty: Gateway) -> None:
    bulky = Bulky()
    with served(bulky, hasty.system, SOON, lifespan=False) as url:
        before = hang_ups(hasty, "answer_unread")
        with Wire(int(url.rsplit(":", 1)[1])) as wire:
            wire.say(request("/nope") * 100)
            time.sleep(0.3)
            asked = bulky.asked
            assert 1 <= asked < 30, "what nobody reads is not asked for"
            assert bulky.most_under_way == 1
            wait_until(
                lambda: hang_ups(hasty, "answer_unread") == before + 1,
                within_s=5,
                what="it is let go",
            )
            assert bulky.asked == asked


@pytest.mark.slow
def test_a_client_that_reads_slowly_gets_all_of_it(hasty: Gateway) -> None:
    bulky = Bulky()
    with served(bulky, hasty.system, SOON, lifespan=False) as url:
        wire = Wire.__new__(Wire)
        wire.socket = socket.socket()
        wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * KIB)
        wire.socket.settimeout(5)
        wire.socket.connect(("127.0.0.1", int(url.rsplit(":", 1)[1])))
        with wire:
            wire.say(request("/nope") * 8)
            size = 0
            for _ in range(20):
                size += len(wire.socket.recv(64 * KIB))
                time.sleep(0.1)  # longer, all in all, than what never moves may wait
            while more := wire.socket.recv(KIB * KIB):
                size += len(more)
                if size >= 8 * 512 * KIB:
                    break
        assert bulky.asked == 8


# -- how many --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bounds", "why"),
    [
        (Bounds(per_address=3), "refused_address"),
        (Bounds(connections=3, per_address=0), "refused_all"),
    ],
)
def test_connections_are_bounded_and_those_that_are_served_go_on(
    start_gateway: StartGateway, bounds: Bounds, why: str
) -> None:
    gateway = start_gateway(bounds=bounds)
    wires = [Wire(gateway.port) for _ in range(3)]
    for wire in wires:
        assert wire.say(request("/healthz")).hear().status == 200
    for _ in range(2):
        with Wire(gateway.port) as refused, pytest.raises((OSError, AssertionError)):
            refused.say(request("/healthz")).hear()
    for wire in wires:
        assert wire.say(request("/healthz")).hear().status == 200
    assert hang_ups(gateway, why) == 2
    wires.pop().socket.close()
    time.sleep(0.05)
    with Wire(gateway.port) as admitted:
        assert admitted.say(request("/healthz")).hear().status == 200
    for wire in wires:
        wire.socket.close()


def test_the_bound_by_address_spares_trusted_proxies(start_gateway: StartGateway) -> None:
    gateway = start_gateway(bounds=Bounds(per_address=1), trusted_proxies=("127.0.0.0/8",))
    wires = [Wire(gateway.port) for _ in range(5)]
    for wire in wires:
        assert wire.say(request("/healthz")).hear().status == 200
        wire.socket.close()


class Line:
    """A connection, as the keeper sees it."""

    deadline_s = float("inf")

    def expire(self, now_s: float) -> None:
        """Have no deadline."""


def test_an_ipv6_line_is_one_client() -> None:
    asyncio.run(_two_of_each_line())


async def _two_of_each_line() -> None:
    keeper = Keeper(Bounds(per_address=2), Addresses(()), lambda why: None)
    first, second, third = Line(), Line(), Line()
    assert keeper.admit(first, "2001:db8:7:7::1")
    assert keeper.admit(second, "2001:db8:7:7::2")
    assert not keeper.admit(third, "2001:db8:7:7::3")
    assert keeper.admit(third, "2001:db8:7:8::1")
    keeper.dismiss(first, "2001:db8:7:7::1")
    assert keeper.admit(Line(), "2001:db8:7:7::3")


def test_connections_stay_below_the_files_that_the_process_may_open() -> None:
    assert connections_of(4_096, 100_000) == 4_096
    assert connections_of(4_096, 1_024) == 1_024 - FILES_KEPT
    assert connections_of(4_096, 256) == 128
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (512, hard))
        assert raise_open_files(600) == 600 + FILES_KEPT
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 600 + FILES_KEPT
        assert raise_open_files(500) == 600 + FILES_KEPT, "it is never lowered"
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


# -- what the log says -----------------------------------------------------------------------------


def test_a_client_that_resets_leaves_no_trace_in_the_log(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    whole = request("/api", body_of(gateway))
    for size in (len(whole), len(whole) - 5, 20):
        for _ in range(5):
            wire = Wire(gateway.port).say(whole[:size])
            reset = struct.pack("ii", 1, 0)
            wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
            wire.socket.close()
    with Wire(gateway.port) as wire:
        assert wire.say(request("/healthz")).hear().status == 200
    assert [record.message for record in caplog.records if record.levelno > logging.INFO] == []


def test_an_application_that_fails_is_a_500_in_json(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    async def fails(scope: Any, receive: Any, send: Any) -> None:
        raise ValueError("planted")

    async def forgets(scope: Any, receive: Any, send: Any) -> None:
        """Answer nothing."""

    for app in (fails, forgets):
        with (
            served(app, gateway.system, replace(SOON), lifespan=False) as url,
            Wire(int(url.rsplit(":", 1)[1])) as wire,
        ):
            answer = wire.say(request("/nope")).hear()
            assert (answer.status, answer.json["code"]) == (500, "INTERNAL_ERROR")
            wire.hear_end()
    assert "planted" in caplog.text

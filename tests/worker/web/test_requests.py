"""What is a request, where it ends, and what may stand around it."""

import socket
import time
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.api.conftest import Gateway, served
from tests.worker.web.wire import Wire, body_of, chunked, request

H2C = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAoAAA")
WEBSOCKET = (
    *("Connection: keep-alive, Upgrade", "Upgrade: websocket"),
    *("Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="),
)
OFFERS = (H2C, WEBSOCKET, ("connection: UPGRADE", "UPGRADE : TLS/1.0, foo/2"), ("Upgrade: h2c",))


# -- offers to upgrade ---------------------------------------------------------------------------


@pytest.mark.parametrize("offer", OFFERS[:2] + OFFERS[3:], ids=["h2c", "websocket", "lonely"])
@pytest.mark.parametrize("target", ["/api", "/api/v1/sms/send"])
@pytest.mark.parametrize("form", ["one packet", "two packets", "chunked"])
@pytest.mark.slow
def test_an_offer_to_upgrade_is_ignored(
    gateway: Gateway, offer: tuple[str, ...], target: str, form: str
) -> None:
    headers = (*offer, f"Authorization: Bearer {gateway.key}")
    body = body_of(gateway)
    whole = (
        chunked(target, body, *headers) if form == "chunked" else request(target, body, *headers)
    )
    head, _, rest = whole.partition(b"\r\n\r\n")
    with Wire(gateway.port) as wire:
        for sent in (1, 2):
            if form == "one packet":
                wire.say(whole)
            else:
                wire.say(head + b"\r\n\r\n")
                time.sleep(0.02)
                wire.say(rest)
            assert wire.hear().status == 200
            assert gateway.balance() == 1_000 - sent


@pytest.mark.parametrize("offer", OFFERS)
@pytest.mark.parametrize("target", ["/api/sender-ids", "/nope", "/healthz", "/api/nope"])
def test_where_there_is_no_body_an_offer_is_ignored_too(
    gateway: Gateway, offer: tuple[str, ...], target: str
) -> None:
    plain = request(target, None, f"Authorization: Bearer {gateway.key}")
    offered = request(target, None, f"Authorization: Bearer {gateway.key}", *offer)
    with Wire(gateway.port) as wire:
        expected, answer = wire.say(plain).hear(), wire.say(offered).hear()
        if " :" not in "".join(offer):
            assert (answer.status, answer.json) == (expected.status, expected.json)
            assert wire.say(plain).hear().status == expected.status
        else:  # white space before the colon must be refused (RFC 9112, 5.1)
            assert (answer.status, answer.json["code"]) == (400, "BAD_REQUEST")


def test_connect_is_refused_in_json(gateway: Gateway) -> None:
    with Wire(gateway.port) as wire:
        answer = wire.say(b"CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n").hear()
        assert (answer.status, answer.json["code"]) == (400, "BAD_REQUEST")
        wire.hear_end()


# -- what follows a request ----------------------------------------------------------------------


@pytest.mark.parametrize("target", ["/api", "/api/v1/sms/send"])
def test_bytes_behind_the_announced_body_cost_the_first_request_nothing(
    gateway: Gateway, target: str
) -> None:
    body = body_of(gateway)
    whole = request(target, body, f"Authorization: Bearer {gateway.key}")
    with Wire(gateway.port) as wire:
        wire.say(whole + b"}\x00 and so on\r\n\r\n")
        first = wire.hear()
        assert (first.status, first.json["status"]) == (
            200,
            "queued" if target == "/api" else "success",
        )
        second = wire.hear()
        assert (second.status, second.json["code"]) == (400, "BAD_REQUEST")
        wire.hear_end()
    assert gateway.balance() == 999


def test_requests_that_come_together_are_answered_in_their_order(gateway: Gateway) -> None:
    together = b"".join(
        request("/api", body_of(gateway, message=f"Hello {n}"), f"X-Request-Id: id-{n}")
        for n in range(30)
    )
    with Wire(gateway.port) as wire:
        wire.say(together[:3_000], together[3_000:])
        answers = [wire.hear() for _ in range(30)]
    assert [answer.status for answer in answers] == [200] * 30
    assert [answer.headers["x-request-id"] for answer in answers] == [f"id-{n}" for n in range(30)]
    assert gateway.balance() == 970


@pytest.mark.parametrize("form", ["with a length", "chunked", "pipelined"])
def test_a_client_that_closes_its_sending_side_is_answered(gateway: Gateway, form: str) -> None:
    body = body_of(gateway)
    whole = chunked("/api", body) if form == "chunked" else request("/api", body)
    count = 3 if form == "pipelined" else 1
    with Wire(gateway.port) as wire:
        wire.say(whole * count)
        wire.socket.shutdown(socket.SHUT_WR)
        for _ in range(count):
            assert wire.hear().status == 200
        wire.hear_end()
    assert gateway.balance() == 1_000 - count


def test_half_a_request_is_no_request(gateway: Gateway) -> None:
    whole = request("/api", body_of(gateway))
    for size in (20, len(whole) - 5):
        with Wire(gateway.port) as wire:
            wire.say(whole[:size])
            wire.socket.shutdown(socket.SHUT_WR)
            wire.hear_end()
    assert gateway.balance() == 1_000


# -- chunks and trailers -------------------------------------------------------------------------


def test_a_trailer_field_is_no_header(gateway: Gateway) -> None:
    trailer = b"X-Request-Id: from-the-trailer\r\nContent-Type: text/plain\r\n"
    with Wire(gateway.port) as wire:
        for _ in range(2):
            answer = wire.say(chunked("/api", body_of(gateway), trailer=trailer)).hear()
            assert answer.status == 200
            assert answer.headers["x-request-id"] != "from-the-trailer"
            named = chunked("/api", body_of(gateway), "X-Request-Id: head", trailer=trailer)
            assert wire.say(named).hear().headers["x-request-id"] == "head"


@pytest.mark.parametrize(
    "bad",
    [
        b"5\r\nHello!\r\n0\r\n\r\n",
        b"5\nHello\r\n0\r\n\r\n",
        b"-5\r\nHello\r\n0\r\n\r\n",
        b"0x5\r\nHello\r\n0\r\n\r\n",
        b"5 ;" + b"x" * 1_100 + b"\r\nHello\r\n0\r\n\r\n",
        b"1\r\nx\r\n" * 4_097 + b"0\r\n\r\n",
        b"0\r\n" + b"X: y\r\n" * 101 + b"\r\n",
        b"0\r\nno colon\r\n\r\n",
    ],
)
def test_chunks_that_are_none_are_refused_and_nothing_is_charged(
    gateway: Gateway, bad: bytes
) -> None:
    body = body_of(gateway)
    head = b"POST /api HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"
    with Wire(gateway.port) as wire:
        wire.say(head + b"%x\r\n%b\r\n" % (len(body), body) + bad)
        answer = wire.hear()
        assert (answer.status, answer.json["code"]) == (400, "BAD_REQUEST")
        wire.hear_end()
    assert gateway.balance() == 1_000


def test_a_body_in_many_chunks_is_read(gateway: Gateway) -> None:
    body = body_of(gateway)
    parts = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
    head = b"POST /api HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"
    with Wire(gateway.port) as wire:
        for at in range(0, len(parts), 7):
            wire.say(parts[at : at + 7] if at else head + parts[:7])
        assert wire.hear().status == 200


# -- what is no HTTP -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "bad",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\nHost: t\n\n",
        b"GET / HTTP/1.1\r\nHost : t\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: t\r\n folded: x\r\n\r\n",
        b"GET /%zz\x01 HTTP/1.1\r\nHost: t\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 1, 1\r\n\r\n",
    ],
)
def test_what_cannot_be_read_is_refused_in_json_and_closed(gateway: Gateway, bad: bytes) -> None:
    with Wire(gateway.port) as wire:
        answer = wire.say(bad).hear()
        assert (answer.status, answer.json["code"]) == (400, "BAD_REQUEST")
        assert answer.json["status"] == "error"
        assert answer.headers["connection"] == "close"
        wire.hear_end()


@pytest.mark.parametrize(
    "target",
    ["http://other.test/healthz", "/healthz#x", "//healthz", "/healthz?%ff=%00", "/%68ealthz"],
)
def test_targets_in_other_forms_lead_to_the_same_place(gateway: Gateway, target: str) -> None:
    with Wire(gateway.port) as wire:
        assert wire.say(request(target)).hear().status == 200


def test_blank_lines_before_a_request_do_not_count(gateway: Gateway) -> None:
    with Wire(gateway.port) as wire:
        for _ in range(2):
            assert wire.say(b"\r\n", b"\r\n" + request("/healthz")).hear().status == 200


# -- versions and expectations -------------------------------------------------------------------


def test_100_continue_is_for_http_1_1_alone(gateway: Gateway) -> None:
    body = body_of(gateway)
    for version, expected in (("1.1", 100), ("1.0", 200)):
        whole = request("/api", body, "Expect: 100-continue", version=version)
        head, _, _ = whole.partition(b"\r\n\r\n")
        with Wire(gateway.port) as wire:
            wire.say(head + b"\r\n\r\n")
            time.sleep(0.05)
            assert wire.say(body).hear().status == expected
            if version == "1.1":
                assert wire.hear().status == 200
            else:
                wire.hear_end()


def test_who_was_refused_before_the_body_begins_anew(gateway: Gateway) -> None:
    head = (
        b"POST /api HTTP/1.1\r\nHost: t\r\nContent-Length: 1048577\r\nExpect: 100-continue\r\n\r\n"
    )
    with Wire(gateway.port) as wire:
        answer = wire.say(head + b"\r\n\r\n").hear()
        assert (answer.status, answer.headers["connection"]) == (413, "close")
        wire.hear_end()


def test_http_1_0_is_answered_once(gateway: Gateway) -> None:
    with Wire(gateway.port) as wire:
        wire.say(b"GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        assert wire.hear().status == 200
        wire.hear_end()


def test_an_application_that_ends_without_an_answer_is_a_fault_that_names_its_request(
    shared: Gateway,
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        scope["ngoma.request_id"] = b"r-7"
        raise ZeroDivisionError

    with served(app, shared.system, lifespan=False) as url:
        port = urlsplit(url).port
        assert port is not None
        with Wire(port) as wire:
            answer = wire.say(request("/api")).hear()
    assert (answer.status, answer.json["code"]) == (500, "INTERNAL_ERROR")
    assert answer.json["request_id"] == answer.headers["x-request-id"] == "r-7"

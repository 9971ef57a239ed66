"""The single sends are found without the router: they answer byte for byte as with it."""

import re
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import Final, cast

import httpx
import pytest

from api.app import HOT_PATHS, GatewayApp, create_app
from tests.api.conftest import Client, Gateway, StartGateway, gateways, limited, served

A_DIALECT: Final = pytest.mark.parametrize("path", HOT_PATHS)

JSON: Final = {"content-type": "application/json"}
FORM: Final = {"content-type": "application/x-www-form-urlencoded"}
LONG: Final = b'{"api_key":"%KEY","to":"260977000000","message":"' + b"a" * 70_000 + b'"}'
GOOD: Final = b'{"api_key":"%KEY","to":"260977000000","message":"Hello"}'
NO_KEY: Final = b'{"to":"260977000000","message":"Hello"}'

OWN: Final = (
    (rb"(?i)((?:x-request-id|date): )[^\r]+", rb"\1*"),
    (rb'("request_id":)"[^"]+"', rb"\1*"),
    (rb'("message_id":)"[^"]+"', rb"\1*"),
    (rb'("credits_remaining":)\d+', rb"\1*"),
    (rb"(?i)(content-length: )\d+", rb"\1*"),  # a name of a request may be one longer
    (rb"(?i)(retry-after: |x-ratelimit-re(?:set|maining): |;[rt]=)\d+", rb"\1*"),
)
"""What no two answers have in common."""

BODIES: Final[Mapping[str, tuple[Mapping[str, str], bytes]]] = {
    "json": (JSON, GOOD),
    "json without a type": ({}, GOOD),
    "json of another charset": (
        {"content-type": "application/json; charset=utf-16"},
        GOOD.decode().encode("utf-16"),
    ),
    "a form": (FORM, b"api_key=%KEY&to=260977000000&message=Hello"),
    "a form with a list": (FORM, b"api_key=%KEY&to[]=260977000000&to[]=1&message=Hello"),
    "a part of a form": (
        {"content-type": "multipart/form-data; boundary=x"},
        b'--x\r\ncontent-disposition: form-data; name="to"\r\n\r\n260977000000\r\n'
        b'--x\r\ncontent-disposition: form-data; name="message"\r\n\r\nHello\r\n'
        b'--x\r\ncontent-disposition: form-data; name="api_key"\r\n\r\n%KEY\r\n--x--\r\n',
    ),
    "options": (JSON, GOOD[:-1] + b',"lane":"otp","validity_minutes":5,"client_reference":"r"}'),
    "a lane that is none": (JSON, GOOD[:-1] + b',"lane":"fast"}'),
    "a sender": (JSON, GOOD[:-1] + b',"sender_id":"Shop"}'),
    "nothing": (JSON, b""),
    "no object": (JSON, b"[1]"),
    "half an object": (JSON, b'{"to":'),
    "no key": (JSON, NO_KEY),
    "a wrong key": (JSON, NO_KEY[:-1] + b',"api_key":"wrong"}'),
    "no text": (JSON, b'{"api_key":"%KEY","to":"260977000000","message":" "}'),
    "no number": (JSON, b'{"api_key":"%KEY","to":"hello","message":"Hello"}'),
    "a number abroad": (JSON, b'{"api_key":"%KEY","to":"+491701234567","message":"Hello"}'),
    "too long a body": (JSON, LONG),
    "a name of its own": ({**JSON, "x-request-id": "6f9619ff8b86d011b42d00cf4fc964ff"}, GOOD),
    "a name in words": ({**JSON, "x-request-id": "hello"}, GOOD),
    "two hosts": ({**JSON, "Host": "example.test"}, GOOD),
    "two types": ({**JSON, "Content-Type": "text/plain"}, GOOD),
    "a key that repeats": ({**JSON, "idempotency-key": "%OWN"}, GOOD),
    "a key that is none": ({**JSON, "idempotency-key": "a b\tc"}, GOOD),
    "the end of a connection": ({**JSON, "connection": "close"}, GOOD),
}


class Both:
    """One gateway, asked through the hot routes and through the router alone."""

    def __init__(self, gateway: Gateway, routed: str) -> None:
        self.gateway = gateway
        self._ports = (gateway.port, httpx.URL(routed).port)

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> list[bytes]:
        """Give both answers to one request, as bytes, without what each has of its own."""
        return [self._ask(cast("int", port), method, path, headers, body) for port in self._ports]

    def _ask(
        self, port: int, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> bytes:
        body = body.replace(b"%KEY", self.gateway.key.encode())
        lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1"]
        lines += [f"{name}: {value}".replace("%OWN", str(port)) for name, value in headers.items()]
        if not {"authorization", "x-api-key"} & set(headers) and b"api_key" in body:
            lines.append(f"authorization: Bearer {self._key_in(body)}")
        lines += [f"content-length: {len(body)}", "", ""]
        with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
            client.sendall("\r\n".join(lines).encode() + body)
            answer = _read(client, is_head=method == "HEAD")
        for own, star in OWN:
            answer = re.sub(own, star, answer)
        return answer

    def _key_in(self, body: bytes) -> str:
        return "wrong" if b"wrong" in body else self.gateway.key


def _read(client: socket.socket, *, is_head: bool) -> bytes:
    """Read one answer: head, and as much of a body as it says."""
    answer = b""
    while b"\r\n\r\n" not in answer:
        part = client.recv(65_536)
        assert part, answer
        answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    size = 0 if is_head else int(re.findall(rb"(?i)content-length: (\d+)", head)[0])
    while len(body) < size:
        part = client.recv(65_536)
        assert part, answer
        body += part
    return head + b"\r\n\r\n" + body


def both_of(gateway: Gateway, stack: ExitStack) -> Both:
    """Serve the same gateway a second time, without hot routes."""
    routed = cast("GatewayApp", create_app(gateway.system))
    assert set(routed.hot) == set(HOT_PATHS)
    routed.hot = {}
    both = Both(gateway, stack.enter_context(served(routed, gateway.system)))
    for _ in range(10):  # numbers of two digits have one width
        both.ask("POST", HOT_PATHS[1], JSON, GOOD)
    return both


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    with gateways(tmp_path_factory.mktemp("hot")) as start, ExitStack() as stack:
        yield both_of(start(), stack)


@A_DIALECT
@pytest.mark.parametrize("what", BODIES)
def test_a_send_is_answered_byte_for_byte_as_by_the_router(
    both: Both, path: str, what: str
) -> None:
    hot, routed = both.ask("POST", path, *BODIES[what])
    assert hot == routed
    if what == "a key that repeats":
        hot, routed = both.ask("POST", path, *BODIES[what])
        assert b"idempotent-replayed" in hot.lower()
        assert hot == routed


@A_DIALECT
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PROPFIND"])
def test_another_method_is_refused_byte_for_byte_as_by_the_router(
    both: Both, path: str, method: str
) -> None:
    hot, routed = both.ask(method, path, {}, b"")
    assert hot.startswith(b"HTTP/1.1 405 ")
    assert hot == routed


@A_DIALECT
@pytest.mark.parametrize("form", ["{}?to=260955000000", "{}?api_key=none", "{}/", "/%61pi{}"])
def test_a_path_written_otherwise_is_answered_byte_for_byte_as_by_the_router(
    both: Both, path: str, form: str
) -> None:
    written = form.format(path.removeprefix("/api") if "%" in form else path)
    hot, routed = both.ask("POST", written, JSON, GOOD)
    assert hot == routed


@A_DIALECT
@pytest.mark.parametrize("trouble", ["offline", "limited", "without credits"])
def test_a_send_in_trouble_is_answered_byte_for_byte_as_by_the_router(
    start_gateway: StartGateway, path: str, trouble: str
) -> None:
    starts: Mapping[str, Callable[[], Gateway]] = {
        "offline": lambda: start_gateway(online=False),
        "limited": lambda: start_gateway(limits=limited(single=21, ip=30)),
        "without credits": lambda: start_gateway(credits=20),
    }
    with ExitStack() as stack:
        both = both_of(starts[trouble](), stack)
        for _ in range(3):
            hot, routed = both.ask("POST", path, JSON, GOOD)
        assert hot == routed
        assert hot.split()[1] in {b"200", b"202", b"402", b"429", b"503"}


def test_both_are_asked(both: Both) -> None:
    """A client is served by each, so that none of the above compares one with itself."""
    for port in both._ports:
        with Client(f"http://127.0.0.1:{port}") as client:
            assert client.get("/healthz").status_code == 200
    assert len(set(both._ports)) == 2

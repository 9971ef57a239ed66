"""Whatever comes over the wire is taken, or refused with a 4xx and in JSON; never a 5xx."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlsplit

import pytest

from tests.end_to_end.client import Answer, Client
from tests.end_to_end.gateway import Demo

pytestmark = pytest.mark.processes

MIB: Final = 1 << 20
ARABIC_DIGITS: Final = "٠٩٧٧١٢٣٤٥٦"
FULLWIDTH_DIGITS: Final = "".join(chr(0xFF10 + int(digit)) for digit in "0977123456")


class Wire:
    """Bytes out, bytes in: what a client library would not let us send."""

    def __init__(self, demo: Demo) -> None:
        place = urlsplit(demo.place["base_url"])
        self._address = (place.hostname or "", place.port or 0)
        self.key = demo.client.api_key

    def connect(self) -> socket.socket:
        return socket.create_connection(self._address, timeout=10)

    def exchange(self, data: bytes) -> Answer:
        """Send ``data``, read one answer to its end."""
        with self.connect() as wire:
            with suppress(BrokenPipeError, ConnectionResetError):  # it may answer before the end
                wire.sendall(data)
            return read_answer(wire)

    def post(self, path: str, body: bytes, *headers: str, version: str = "1.1") -> Answer:
        """POST ``body`` with a length, and JSON unless a header says otherwise."""
        lines = [f"POST {path} HTTP/{version}", "Host: gateway", "Connection: close"]
        if not any(header.lower().startswith("content-type") for header in headers):
            lines.append("Content-Type: application/json")
        lines += [f"Content-Length: {len(body)}", *headers, "", ""]
        return self.exchange("\r\n".join(lines).encode() + body)


def read_answer(wire: socket.socket) -> Answer:
    """Read one answer by its own length."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = wire.recv(65_536)
        assert piece, f"the connection ended after {data[:200]!r}"
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (h.partition(":") for h in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        piece = wire.recv(65_536)
        assert piece, "the body was cut short"
        body += piece
    return Answer(int(status.split()[1]), headers, body)


@pytest.fixture(scope="module")
def wire(demo: Demo) -> Wire:
    return Wire(demo)


@pytest.fixture(autouse=True)
def still_works(demo: Demo) -> Iterator[None]:
    """Whatever a test did, the next client is served, and nothing was charged for a refusal."""
    yield
    demo.must_run()
    assert demo.client.send("0977000000", "Still here").status == 200


def refused(answer: Answer, status: int, code: str) -> None:
    assert (answer.status, answer.json.get("code")) == (status, code), str(answer)
    assert answer.json["status"] == "error"
    assert isinstance(answer.json["message"], str)
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["cache-control"] == "no-store"


# -- bodies ---------------------------------------------------------------------------------------

UNPARSABLE: Final = {
    "cut short": b'{"api_key": "x", "to": "0977',
    "an object that never ends": b'{"to":' * 10,
    "not a number": b'{"to": NaN}',
    "two documents": b'{"to": "1"}{"to": "2"}',
    "not UTF-8": b'{"message": "\xff\xfe"}',
    "UTF-16": '{"message": "hi"}'.encode("utf-16"),
    "a control character in a string": b'{"message": "a\nb"}',
    "NUL octets": b"\0" * 64,
    "deep in arrays": b'{"to":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep in objects": b'{"to":' * 50_000 + b"1" + b"}" * 50_000,
    "a huge number": b'{"to": ' + b"9" * 5_000 + b"}",
    "a huge exponent": b'{"to": 1e999999}',
}


@pytest.mark.parametrize("body", UNPARSABLE.values(), ids=UNPARSABLE.keys())
@pytest.mark.parametrize("path", ["/api", "/api/bulk", "/api/v1/sms/send", "/api/sender-ids"])
def test_a_body_that_cannot_be_read_is_refused(wire: Wire, path: str, body: bytes) -> None:
    answer = wire.post(path, body, f"Authorization: Bearer {wire.key}")
    assert 400 <= answer.status < 500, str(answer)
    assert isinstance(answer.json["message"], str)


STRANGE: Final[list[Any]] = [{}, [], {"a": 1}, ["0977000000"], [[]]]
WRONG_TYPES: Final[list[Any]] = [None, True, 1.5, -1, 10**30, "", " ", *STRANGE]


@pytest.mark.parametrize("value", WRONG_TYPES, ids=lambda value: json.dumps(value)[:20])
@pytest.mark.parametrize("field", ["api_key", "to", "message", "recipients", "sender_id"])
def test_wrong_types_are_refused_or_left_out(wire: Wire, field: str, value: Any) -> None:
    for path in ("/api", "/api/bulk", "/api/v1/sms/send", "/api/v1/sms/send-bulk"):
        is_bulk = path.endswith("bulk")
        to = ["0977000001"] if is_bulk else "0977000001"
        body = {"api_key": wire.key, "to": to, "message": "Hi", "recipients": ["0977000001"]}
        body[field] = value
        answer = wire.post(path, json.dumps(body).encode(), f"X-API-Key: {wire.key}")
        assert answer.status < 500, f"{path}: {answer}"


@pytest.mark.parametrize("body", ["null", "[]", '"text"', "1", "[{}]", "true"])
def test_json_that_is_no_object_is_refused(wire: Wire, body: str) -> None:
    answer = wire.post("/api", body.encode())
    assert answer.status in {400, 401}, str(answer)


TEXTS: Final = {
    "a lone high surrogate": r"\ud83d",
    "a lone low surrogate": r"\ude00 there",
    "surrogates in the wrong order": r"\ude00\ud83d",
    "NUL": r"a\u0000b",
    "ESC": r"a\u001bb",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_text_that_no_sms_can_hold_is_refused(demo: Demo, wire: Wire, text: str) -> None:
    before = demo.client.balance()
    body = f'{{"api_key": "{wire.key}", "to": "0977000001", "message": "{text}"}}'
    refused(wire.post("/api", body.encode()), 400, "INVALID_PARAMS")
    bearer = f"Authorization: Bearer {wire.key}"
    feltech = wire.post("/api/v1/sms/send", body.encode(), bearer)
    assert (feltech.status, list(feltech.json["errors"])) == (422, ["message"])
    for field in ("to", "sender_id", "api_key"):
        answer = wire.post("/api", body.replace("0977000001", text).encode())
        assert 400 <= answer.status < 500, f"{field}: {answer}"
    assert demo.client.balance() == before


@pytest.mark.parametrize(
    "to",
    [
        ARABIC_DIGITS,
        FULLWIDTH_DIGITS,
        "1-800-FLOWERS",
        "0977-CALLME",
        "0977123456;ext=89",
        "0977123456 ext. 5",
        "tel:+260977123456",
        "+260977123456;phone-context=+44",
        "977123456",
        "+447700900123",
        "0211123456",
        "0977123456\u200b",
        "0977123456" * 50_000,
        "+" * 1_000,
    ],
    ids=lambda to: to[:24],
)
def test_what_is_no_zambian_mobile_number_is_refused(demo: Demo, wire: Wire, to: str) -> None:
    before = demo.client.balance()
    body = {"api_key": wire.key, "to": to, "message": "Hi"}
    refused(wire.post("/api", json.dumps(body).encode()), 400, "INVALID_RECIPIENT")
    bulk = {"api_key": wire.key, "recipients": [to], "message": "Hi"}
    refused(wire.post("/api/bulk", json.dumps(bulk).encode()), 400, "INVALID_RECIPIENT")
    bearer = f"Authorization: Bearer {wire.key}"
    assert wire.post("/api/v1/sms/send", json.dumps(body).encode(), bearer).status == 422
    assert demo.client.balance() == before


# -- forms, charsets, sizes -----------------------------------------------------------------------


def test_forms_charsets_and_byte_order_marks_are_read(wire: Wire) -> None:
    fields = f"api_key={wire.key}&to=0977000001&message=Zikomo+kwambiri"
    form = "Content-Type: application/x-www-form-urlencoded"
    assert wire.post("/api", fields.encode(), form).status == 200
    recipients = f"api_key={wire.key}&recipients[]=0977000001&recipients[]=0966000002&message=Moni"
    assert wire.post("/api/bulk", recipients.encode(), form).json["queued"] == 2
    parts = "".join(
        f'--cut\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (("api_key", wire.key), ("to", "0977000001"), ("message", "Muli bwanji"))
    )
    multipart = "Content-Type: multipart/form-data; boundary=cut"
    assert wire.post("/api", f"{parts}--cut--\r\n".encode(), multipart).status == 200
    body = json.dumps({"api_key": wire.key, "to": "0977000001", "message": "Mwaswera"}).encode()
    assert wire.post("/api", b"\xef\xbb\xbf" + body).status == 200
    charset = "Content-Type: application/json; charset=UTF-8"
    assert wire.post("/api", body, charset).status == 200
    assert wire.post("/api", body, "Content-Type: text/plain").status == 200


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ("Content-Type: application/x-www-form-urlencoded", b"%zz=%&&=&to=%00&message=%ff%fe"),
        ("Content-Type: application/x-www-form-urlencoded", b"a=1&" * 100_000),
        ("Content-Type: multipart/form-data", b"--x\r\n\r\n"),
        ("Content-Type: multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: y"),
        ("Content-Type: multipart/form-data; boundary=x", b"no boundary at all"),
        ("Content-Type: multipart/form-data; boundary=" + "x" * 500, b"--x--"),
        ("Content-Type: application/json; charset=klingon", b'{"to": "1"}'),
        ("Content-Type: application/msgpack", b"\x81\xa2to\xa11"),
        ("Content-Type: \xe9", b'{"to": "1"}'),
        ("Content-Encoding: gzip", b'{"to": "1"}'),
    ],
    ids=lambda value: str(value)[:40],
)
def test_broken_forms_and_strange_types_are_refused(wire: Wire, headers: str, body: bytes) -> None:
    for path in ("/api", "/api/v1/sms/send"):
        answer = wire.post(path, body, headers)
        assert 400 <= answer.status < 500, str(answer)
        assert answer.json["message"]


@pytest.mark.parametrize("path", ["/api", "/api/bulk", "/api/v1/sms/send"])
def test_a_body_over_1_mib_is_413_with_and_without_a_length(wire: Wire, path: str) -> None:
    start = f'{{"api_key": "{wire.key}", "to": "0977000001", "message": "'.encode()
    body = start + b"x" * (MIB + 1 - len(start))
    assert wire.post(path, body).status == 413
    chunks = b"".join(b"10000\r\n" + b"x" * 0x10000 + b"\r\n" for _ in range(17))
    head = f"POST {path} HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n"
    chunked = head.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"
    assert wire.exchange(chunked).status == 413
    # far over it, and only announced: refused without waiting for it
    announced = head.encode() + f"Content-Length: {100 * MIB}\r\n\r\n".encode()
    assert wire.exchange(announced + b"{").status == 413


def test_a_chunked_body_within_the_limit_is_read(wire: Wire) -> None:
    body = json.dumps({"api_key": wire.key, "to": "0977000001", "message": "In pieces"}).encode()
    pieces = b"".join(b"1\r\n" + body[k : k + 1] + b"\r\n" for k in range(len(body)))
    head = b"POST /api HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n"
    answer = wire.exchange(head + b"Transfer-Encoding: chunked\r\n\r\n" + pieces + b"0\r\n\r\n")
    assert answer.status == 200, str(answer)


# -- the protocol ---------------------------------------------------------------------------------


def test_http_1_0_works(wire: Wire) -> None:
    body = json.dumps({"api_key": wire.key, "to": "0977000001", "message": "Old"}).encode()
    assert wire.post("/api", body, version="1.0").status == 200
    answer = wire.exchange(f"GET /api/balance?api_key={wire.key} HTTP/1.0\r\n\r\n".encode())
    assert (answer.status, answer.json["currency"]) == (200, "SMS_CREDITS")


@pytest.mark.parametrize(
    "request_line",
    [
        "GET /api/balance?api_key=%00%ff HTTP/1.1",
        "GET /api/logs?page=99999999999999999999999&limit=-5&api_key=x HTTP/1.1",
        "GET /api/v1/sms/status/%00 HTTP/1.1",
        "GET /api/v1/sms/status/msg_99999999999999999999999999 HTTP/1.1",
        "GET /api/v1/messages/MSG-99999999999-ZZZZZZZZZZZZ HTTP/1.1",
        "GET /api/sms/logs?search=%ff%00%25&page=-1 HTTP/1.1",
        "GET /../../etc/passwd HTTP/1.1",
        "GET /api//balance/ HTTP/1.1",
        "DELETE /api HTTP/1.1",
        f"GET /api?{'x' * 8_000} HTTP/1.1",
    ],
    ids=lambda line: line[:40],
)
def test_strange_requests_are_refused_in_json(wire: Wire, request_line: str) -> None:
    head = f"{request_line}\r\nHost: gateway\r\nConnection: close\r\n"
    answer = wire.exchange(f"{head}Authorization: Bearer {wire.key}\r\n\r\n".encode("latin-1"))
    assert answer.status < 500, str(answer)
    assert isinstance(answer.json, dict)


def test_junk_instead_of_http_hurts_nobody(wire: Wire) -> None:
    client_hello = b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03"
    for junk in (b"\0\1\2\3" * 100, client_hello, b"BREW /api HTTP/1.1\r\n\r\n"):
        with wire.connect() as connection:
            connection.sendall(junk)
            connection.settimeout(5)
            head = connection.recv(1_024)
        assert head == b"" or (b" 400 " in head and b'"status": "error"' in head)


def test_slow_clients_keep_nobody_waiting(demo: Demo, wire: Wire) -> None:
    slow = [wire.connect() for _ in range(50)]
    head = b"POST /api HTTP/1.1\r\nHost: gateway\r\nContent-Length: 1000\r\n\r\n{"
    try:
        for connection in slow:
            connection.sendall(head)
        started = time.monotonic()
        assert demo.client.send("0977000000", "Quick").status == 200
        assert time.monotonic() - started < 2
    finally:
        for connection in slow:
            connection.close()


def test_a_client_that_leaves_in_the_middle_costs_at_most_what_it_sent(
    demo: Demo, wire: Wire
) -> None:
    client, before = demo.client, demo.client.balance()
    body = json.dumps({"api_key": wire.key, "to": "0977000001", "message": "Bye"}).encode()
    head = f"POST /api HTTP/1.1\r\nHost: gateway\r\nContent-Length: {len(body)}\r\n\r\n".encode()

    def leave(said: bytes) -> None:
        with wire.connect() as connection:
            connection.sendall(said)

    leaving = [
        threading.Thread(target=leave, args=(said,))
        for said in (head, head + body[:-1], head + body)
        for _ in range(5)
    ]
    for thread in leaving:
        thread.start()
    for thread in leaving:
        thread.join()
    assert _settled(client) >= before - 5


def _settled(client: Client) -> int:
    """The balance once it no longer moves."""
    balance = client.balance()
    for _ in range(20):
        time.sleep(0.02)
        balance = min(balance, client.balance())
    return balance

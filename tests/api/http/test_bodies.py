"""Bodies in every form that is read, and those that are refused (contract decision 13)."""

import json
import logging
import socket
import time
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.api.conftest import Gateway
from tests.api.http.test_wire import TO, sending

MEBIBYTE = 1024 * 1024


# -- bodies -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "application/json",
        "application/json; charset=utf-8",
        "application/json;charset=ISO-8859-1",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "nonsense",
    ],
)
def test_a_body_that_starts_with_a_brace_is_json(
    gateway: Gateway, content_type: str | None
) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    answer = gateway.http.post("/api", content=sending(gateway), headers=headers)
    assert answer.status_code == 200


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "latin-1", "cp1252"])
def test_a_bom_or_a_charset_is_tolerated(gateway: Gateway, encoding: str) -> None:
    text = json.dumps({"api_key": gateway.key, "to": TO, "message": "café"}, ensure_ascii=False)
    body = text.encode(encoding)
    headers = {"Content-Type": f"application/json; charset={encoding}"}
    if encoding == "utf-8-sig":
        headers = {"Content-Type": "application/json"}
    answer = gateway.http.post("/api", content=body, headers=headers)
    assert answer.status_code == 200, answer.text
    assert gateway.logs()["logs"][0]["message"] == "café"


def test_space_before_the_brace_is_tolerated(gateway: Gateway) -> None:
    answer = gateway.http.post("/api", content=b"\r\n  " + sending(gateway))
    assert answer.status_code == 200


def test_an_urlencoded_form(gateway: Gateway) -> None:
    form = {"api_key": gateway.key, "to": TO, "message": "Save 50% & more: é€😀"}
    assert gateway.http.post("/api", data=form).status_code == 200
    assert gateway.logs()["logs"][0]["message"] == form["message"]


def test_a_multipart_form(gateway: Gateway) -> None:
    parts = {name: (None, text) for name, text in [("to", TO), ("message", " as given \r\n é ")]}
    headers = {"X-API-Key": gateway.key}
    assert gateway.http.post("/api", files=parts, headers=headers).status_code == 200
    assert gateway.logs()["logs"][0]["message"] == " as given \r\n é "


@pytest.mark.parametrize("name", ["recipients[]", "recipients", "recipients[{n}]"])
@pytest.mark.parametrize("multipart", [False, True])
def test_lists_in_forms(gateway: Gateway, name: str, multipart: bool) -> None:
    numbers = ["260977000001", "260966000002", "260955000003"]
    pairs = [("api_key", gateway.key), ("message", "Hello")]
    pairs += [(name.format(n=n), number) for n, number in enumerate(numbers)]
    if multipart:
        answer = gateway.http.post("/api/bulk", files=[(n, (None, v)) for n, v in pairs])
    else:
        content = urlencode(pairs)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = gateway.http.post("/api/bulk", content=content, headers=headers)
    assert answer.status_code == 200, answer.text
    assert [message["to"] for message in answer.json()["messages"]] == numbers


def test_lists_in_forms_of_the_other_dialect(own_gateway: Gateway) -> None:
    form = {"to[]": ["+260977000001", "0966000002"], "message": "Hello"}
    answer = own_gateway.http.post("/api/v1/sms/send-bulk", data=form, headers=own_gateway.bearer)
    assert answer.json()["log_ids"] == [1, 2]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"{]",
        b'{"to": NaN}',
        b'{"to": Infinity}',
        b'{"to": 1e999}',
        b'{"to": "\xff\xfe"}',
        b'{"a":' * 10_000,
        b'{"a":' + b"[" * 10_000,
        b'{"a":' + b"9" * 5_000 + b".}",
        b'{"message": "tab\there"}',
        b"\xff\xfe{\x00\x00",
        b"{} {}",
    ],
)
def test_json_that_cannot_be_read_is_refused(gateway: Gateway, body: bytes) -> None:
    answer = gateway.http.post("/api", content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_PARAMS")
    answer = gateway.http.post("/api/v1/sms/send", content=body, headers=gateway.bearer)
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {"body"}


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"[1, 2]"),
        ("application/json", b'"text"'),
        ("application/json", b"to=260977000000"),
        ("application/x-www-form-urlencoded", b"to=%ff%fe"),
        ("application/x-www-form-urlencoded", b"a=1&" * 3_000),
        ("multipart/form-data", b"--x\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n1"),
        ("application/json; charset=zlib", b'{"a": "\xff"}'),
        ("application/json; charset=undefined", b'{"a": "\xff"}'),
    ],
)
def test_other_bodies_that_cannot_be_read_are_refused(
    gateway: Gateway, content_type: str, body: bytes
) -> None:
    answer = gateway.http.post("/api", content=body, headers={"Content-Type": content_type})
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_PARAMS")


def test_an_empty_body_has_no_fields(gateway: Gateway) -> None:
    answer = gateway.http.post("/api")
    assert (answer.status_code, answer.json()["code"]) == (400, "MISSING_PARAMS")


def test_of_a_key_given_twice_the_last_counts_and_unknown_fields_are_ignored(
    gateway: Gateway,
) -> None:
    body = f'{{"to":"x","api_key":"{gateway.key}","to":"{TO}","message":"a","z":[{{}}]}}'
    assert gateway.http.post("/api", content=body).status_code == 200


# -- sizes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/api", "/api/bulk", "/api/v1/sms/send", "/api/sender-ids"])
def test_a_body_over_a_mebibyte_is_413(gateway: Gateway, path: str) -> None:
    for body in (b"{" + b" " * MEBIBYTE, b"x" * (8 * MEBIBYTE)):
        answer = gateway.http.post(path, content=body, headers=gateway.bearer)
        assert answer.status_code == 413
        assert ("code" in answer.json()) == (path in {"/api", "/api/bulk"})


def test_a_chunked_body_over_a_mebibyte_is_413(gateway: Gateway) -> None:
    def chunks() -> Any:
        for _ in range(40):
            yield b"x" * 65_536

    answer = gateway.http.post("/api", content=chunks())
    assert (answer.status_code, answer.json()["code"]) == (413, "PAYLOAD_TOO_LARGE")


def test_a_chunked_body_is_read(gateway: Gateway) -> None:
    body = sending(gateway)
    answer = gateway.http.post("/api", content=iter([body[:10], body[10:20], body[20:]]))
    assert answer.status_code == 200


def test_a_body_of_a_mebibyte_is_read(gateway: Gateway) -> None:
    body = sending(gateway)
    answer = gateway.http.post("/api", content=body + b" " * (MEBIBYTE - len(body)))
    assert answer.status_code == 200


def test_who_expects_a_continue_need_not_send_it_all(gateway: Gateway) -> None:
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=5) as connection:
        connection.sendall(
            b"POST /api HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\n"
            b"Content-Length: 100000000\r\n\r\n"
        )
        assert connection.recv(65_536).startswith(b"HTTP/1.1 413")


def test_a_client_that_goes_away_is_no_fault(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_connection(("127.0.0.1", gateway.port)) as connection:
        connection.sendall(b"POST /api HTTP/1.1\r\nHost: t\r\nContent-Length: 500\r\n\r\n{")
    time.sleep(0.2)
    assert gateway.send().status_code == 200
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]

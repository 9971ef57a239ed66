"""What holds on the wire whatever is asked (contract decision 13), partly by raw sockets."""

import json
import logging
import socket
import threading
import time
from typing import Any

import httpx
import pytest

from tests.api.conftest import Gateway, StartGateway

TO = "260977000000"
MEBIBYTE = 1024 * 1024


def talk(gateway: Gateway, request: bytes, timeout_s: float = 10) -> tuple[bytes, bytes]:
    """Send bytes to the gateway; give head and body of what comes back until it closes."""
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=timeout_s) as connection:
        connection.sendall(request)
        received = b""
        while chunk := connection.recv(65_536):
            received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    return head, body


def raw(method: str, target: str, body: bytes = b"", *headers: str, version: str = "1.1") -> bytes:
    lines = [
        f"{method} {target} HTTP/{version}",
        "Host: test",
        "Connection: close",
        f"Content-Length: {len(body)}",
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def sending(gateway: Gateway, **fields: Any) -> bytes:
    fields = {"api_key": gateway.key, "to": TO, "message": "Hello", **fields}
    return json.dumps(fields).encode()


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
        content = str(httpx.QueryParams(pairs))
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = gateway.http.post("/api/bulk", content=content, headers=headers)
    assert answer.status_code == 200, answer.text
    assert [message["to"] for message in answer.json()["messages"]] == numbers


def test_lists_in_forms_of_the_other_dialect(gateway: Gateway) -> None:
    form = {"to[]": ["+260977000001", "0966000002"], "message": "Hello"}
    answer = gateway.http.post("/api/v1/sms/send-bulk", data=form, headers=gateway.bearer)
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


# -- paths and methods --------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["/api/", "//api", "/api//", "///api///", "/api?x=1", "/api/?"])
def test_slashes_make_no_other_route(gateway: Gateway, target: str) -> None:
    head, body = talk(gateway, raw("POST", target, sending(gateway)))
    assert head.startswith(b"HTTP/1.1 200")
    assert json.loads(body)["status"] == "queued"


def test_slashes_make_no_other_route_anywhere(gateway: Gateway) -> None:
    gateway.send()
    for target in ("//api//v1//sms//status//msg_1//", "/api/sms/logs/", "/api//sender-ids"):
        request = raw("GET", target, b"", f"X-API-Key: {gateway.key}")
        assert talk(gateway, request)[0].startswith(b"HTTP/1.1 200"), target


@pytest.mark.parametrize(
    ("path", "has_code"),
    [
        ("/", True),
        ("/nope", True),
        ("/api/nope", True),
        ("/apix", True),
        ("/api/v1x", True),
        ("/api/v1", False),
        ("/api/v1/nope", False),
        ("/api/v1/sms/status", False),
        ("/api/v1/auth/login", False),
        ("/api/sms", False),
        ("/api/sms/nope", False),
        ("/api/sender-ids/7", False),
        ("//api//v1//nope", False),
        ("/%00%ff", True),
    ],
)
def test_an_unknown_path_is_404_in_its_dialect(gateway: Gateway, path: str, has_code: bool) -> None:
    head, body = talk(gateway, raw("GET", path))
    assert head.startswith(b"HTTP/1.1 404")
    answer = json.loads(body)
    assert set(answer) == ({"status", "code", "message"} if has_code else {"status", "message"})
    assert answer.get("code", "NOT_FOUND") == "NOT_FOUND"


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "/api", "POST"),
        ("DELETE", "/api", "POST"),
        ("OPTIONS", "/api", "POST"),
        ("PATCH", "/api/bulk", "POST"),
        ("PUT", "/api/v1/sms/send", "POST"),
        ("HEAD", "/api/v1/sms/send", "POST"),
        ("POST", "/api/balance", "GET, HEAD"),
        ("POST", "/api/sms/logs", "GET, HEAD"),
        ("DELETE", "/api/sender-ids", "GET, HEAD, POST"),
        ("POST", "/api/v1/sms/status/msg_1", "GET, HEAD"),
        ("OPTIONS", "/healthz", "GET, HEAD"),
        ("PROPFIND", "/api/logs", "GET, HEAD"),
        ("TRACE", "/api/logs", "GET, HEAD"),
    ],
)
def test_a_wrong_method_is_405_in_its_dialect(
    gateway: Gateway, method: str, path: str, allow: str
) -> None:
    answer = gateway.http.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == allow
    if method != "HEAD":
        has_code = path in {"/api", "/api/bulk", "/api/balance", "/api/logs"}
        assert ("code" in answer.json()) == has_code


@pytest.mark.parametrize(
    "path",
    [
        *("/api/balance", "/api/logs", "/api/sms/logs", "/api/sender-ids", "/api/v1/balance"),
        *("/healthz", "/readyz", "/metrics", "/openapi.json", "/api/v1/sms/status/msg_1"),
    ],
)
def test_head_works_wherever_get_does(gateway: Gateway, path: str) -> None:
    gateway.send()
    got = gateway.get(path)
    head = gateway.http.head(path, headers=gateway.bearer)
    assert head.status_code == got.status_code == 200
    assert head.content == b""
    if path != "/metrics":
        assert head.headers["content-length"] == str(len(got.content))
    assert head.headers["content-type"] == got.headers["content-type"]


def test_http_1_0_works(gateway: Gateway) -> None:
    head, body = talk(gateway, raw("POST", "/api", sending(gateway), version="1.0"))
    assert head.startswith(b"HTTP/1.1 200")
    assert json.loads(body)["status"] == "queued"
    bare = f"GET /api/balance?api_key={gateway.key} HTTP/1.0\r\n\r\n".encode()
    assert json.loads(talk(gateway, bare)[1])["balance"] == 999


def test_a_kept_connection_serves_many(gateway: Gateway) -> None:
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=5) as connection:
        for _ in range(3):
            body = sending(gateway)
            connection.sendall(
                b"POST /api HTTP/1.1\r\nHost: t\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
            )
            assert connection.recv(65_536).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("host", ["", "a b", "evil/../", "[::1", "x" * 5_000])
def test_a_strange_host_is_no_fault(gateway: Gateway, host: str) -> None:
    request = f"GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
    head, body = talk(gateway, request)
    assert head.split()[1] in {b"200", b"400"}
    assert head.split()[1] == b"200" or b'"detail"' not in body


@pytest.mark.parametrize("accept", ["text/html", "application/xml;q=1", "image/*", "*/*;q=0", ""])
def test_every_answer_is_json_whatever_is_accepted(gateway: Gateway, accept: str) -> None:
    headers = {"Accept": accept, "Origin": "https://example.test"}
    for path in ("/api/balance", "/api/nope", "/api", "/api/v1/balance", "/healthz"):
        answer = gateway.http.get(path, headers=headers)
        assert answer.headers["content-type"] == "application/json"
        assert not any(name.startswith("access-control") for name in answer.headers)


# -- request ids and the access log ---------------------------------------------------------------


def test_a_request_id_is_echoed_or_made(gateway: Gateway) -> None:
    answer = gateway.http.get("/healthz", headers={"X-Request-Id": "trace-7f.3"})
    assert answer.headers["x-request-id"] == "trace-7f.3"
    made = {gateway.http.get("/healthz").headers["x-request-id"] for _ in range(5)}
    assert len(made) == 5
    for bad in ("a b", "x" * 129, "caf\u00e9", ""):
        header = {"X-Request-Id": bad.encode("latin-1")}
        assert gateway.http.get("/healthz", headers=header).headers["x-request-id"] != bad


def test_the_access_log_has_the_route_and_never_the_query(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "ngoma.access")
    gateway.send(headers={"X-Request-Id": "one"})
    gateway.http.get("/api/balance", params={"api_key": gateway.key})
    gateway.get("/api/v1/sms/status/msg_1", secret="4711")
    gateway.http.head("/api/v1/messages/msg_1", headers=gateway.bearer)
    gateway.http.get("/private/name")
    records = [record for record in caplog.records if record.name == "ngoma.access"]
    assert [vars(record)["route"] for record in records] == [
        "/api",
        "/api/balance",
        "/api/v1/sms/status/{message_id}",
        "/api/v1/messages/{message_id}",
        "unrouted",
    ]
    assert [vars(record)["status"] for record in records] == [200, 200, 200, 200, 404]
    assert [vars(record)["method"] for record in records] == ["POST", "GET", "GET", "HEAD", "GET"]
    assert vars(records[0])["request_id"] == "one"
    text = " ".join(str(vars(record)) for record in records)
    assert all(word not in text for word in ("4711", "private", "msg_1", TO, gateway.key))


def test_metrics_count_routes_not_paths(gateway: Gateway) -> None:
    gateway.send()
    gateway.http.get("/private/name")
    text = gateway.http.get("/metrics").text
    assert 'route="/api",status="200"' in text
    assert 'route="unrouted",status="404"' in text
    assert "private" not in text


# -- operations -----------------------------------------------------------------------------------


def test_health_and_readiness(gateway: Gateway) -> None:
    assert gateway.http.get("/healthz").json() == {"status": "ok"}
    ready = gateway.http.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")
    gateway.system.signals.add_check("modems", lambda: "3 of 3 are away")
    unready = gateway.http.get("/readyz")
    assert (unready.status_code, unready.json()["status"]) == (503, "not ready")
    assert unready.json()["checks"]["modems"] == "3 of 3 are away"


def test_a_slow_read_holds_nobody_up(start_gateway: StartGateway) -> None:
    gateway = start_gateway(follows=False)
    gateway.send()
    waiting = threading.Thread(target=gateway.logs)
    waiting.start()
    time.sleep(0.1)
    started = time.monotonic()
    assert gateway.send(message="meanwhile").status_code == 200
    assert time.monotonic() - started < 0.8
    waiting.join()

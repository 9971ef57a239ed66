"""What holds on the wire whatever is asked (contract decision 13), partly by raw sockets."""

import json
import logging
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from api.routing.front import READY_KEPT_S
from tests.api.conftest import Gateway, StartGateway, metrics_of, operators
from tests.api.people import register
from tests.support.logged import logged

TO = "260977000000"


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


# -- paths and methods --------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["/api/", "//api", "/api//", "///api///", "/api?x=1", "/api/?"])
def test_slashes_make_no_other_route(gateway: Gateway, target: str) -> None:
    head, body = talk(gateway, raw("POST", target, sending(gateway)))
    assert head.startswith(b"HTTP/1.1 200")
    assert json.loads(body)["status"] == "queued"


def test_slashes_make_no_other_route_anywhere(own_gateway: Gateway) -> None:
    own_gateway.send()
    for target in ("//api//v1//sms//status//msg_1//", "/api/sms/logs/", "/api//sender-ids"):
        request = raw("GET", target, b"", f"X-API-Key: {own_gateway.key}")
        assert talk(own_gateway, request)[0].startswith(b"HTTP/1.1 200"), target


@pytest.mark.parametrize(
    ("path", "has_code"),
    [
        ("/nope", True),
        ("/api/nope", True),
        ("/apix", True),
        ("/api/v1x", True),
        ("/api/v1", False),
        ("/api/v1/nope", False),
        ("/api/v1/sms/status", False),
        ("/api/v1/auth/nothing", False),
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
        ("HEAD", "/api/mobile/v1/message", "GET, PATCH"),
        ("POST", "/api/sms/logs", "GET, HEAD"),
        ("DELETE", "/api/sender-ids", "GET, HEAD, POST"),
        ("POST", "/api/v1/sms/status/msg_1", "GET, HEAD"),
        ("OPTIONS", "/healthz", "GET, HEAD"),
        ("PROPFIND", "/api/logs", "GET, HEAD"),
        ("TRACE", "/api/logs", "GET, HEAD"),
    ],
)
@pytest.mark.slow
def test_a_wrong_method_is_405_in_its_dialect(
    own_gateway: Gateway, method: str, path: str, allow: str
) -> None:
    answer = own_gateway.http.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == allow
    if method != "HEAD":
        has_code = path in {"/api", "/api/bulk", "/api/balance", "/api/logs"}
        assert ("code" in answer.json()) == has_code


@pytest.mark.parametrize(
    "path",
    [
        *("/api/balance", "/api/logs", "/api/sms/logs", "/api/sender-ids", "/api/v1/balance"),
        *("/healthz", "/readyz", "/openapi.json", "/api/v1/sms/status/msg_1"),
    ],
)
@pytest.mark.slow
def test_head_works_wherever_get_does(own_gateway: Gateway, path: str) -> None:
    own_gateway.send()
    got = own_gateway.get(path)
    head = own_gateway.http.head(path, headers=own_gateway.bearer)
    assert head.status_code == got.status_code == 200
    assert head.content == b""
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


def access_lines(capfd: pytest.CaptureFixture[str], count: int) -> list[dict[str, Any]]:
    """Give the access log, once it has so many lines."""
    lines = [json.loads(line) for line in logged(capfd, count).splitlines()]
    return [line for line in lines if line["logger"] == "ngoma.access"]


def test_a_request_id_is_echoed_or_made(gateway: Gateway) -> None:
    answer = gateway.http.get("/healthz", headers={"X-Request-Id": "trace-7f.3"})
    assert answer.headers["x-request-id"] == "trace-7f.3"
    made = {gateway.http.get("/healthz").headers["x-request-id"] for _ in range(5)}
    assert len(made) == 5
    for bad in ("a b", "x" * 129, "caf\u00e9", ""):
        header = {b"X-Request-Id": bad.encode("latin-1")}
        assert gateway.http.get("/healthz", headers=header).headers["x-request-id"] != bad


def test_the_access_log_has_the_route_and_never_the_query(
    own_gateway: Gateway,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.INFO, "ngoma.access")
    own_gateway.send(headers={"X-Request-Id": "one"})
    own_gateway.http.get("/api/balance", params={"api_key": own_gateway.key})
    own_gateway.get("/api/v1/sms/status/msg_1", secret="4711")
    own_gateway.http.head("/api/v1/messages/msg_1", headers=own_gateway.bearer)
    own_gateway.http.get("/private/name")
    lines = access_lines(capfd, 5)
    assert [line["route"] for line in lines] == [
        "/api",
        "/api/balance",
        "/api/v1/sms/status/{message_id}",
        "/api/v1/messages/{message_id}",
        "unrouted",
    ]
    assert [line["status"] for line in lines] == [200, 200, 200, 200, 404]
    assert [line["method"] for line in lines] == ["POST", "GET", "GET", "HEAD", "GET"]
    assert lines[0]["request_id"] == "one"
    text = str(lines)
    assert all(word not in text for word in ("4711", "private", "msg_1", TO, own_gateway.key))


def test_the_access_log_says_by_account_and_key_who_asked_and_nothing_of_strangers(
    own_gateway: Gateway,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.INFO, "ngoma.access")
    person = register(own_gateway)
    own_gateway.send()
    own_gateway.get("/api/v1/balance")
    own_gateway.send(api_key="0" * len(own_gateway.key))
    person.ask("GET", "/api/v1/keys")
    ours = (own_gateway.account, own_gateway.key[:8])
    lines = access_lines(capfd, 5)
    assert [(line.get("account"), line.get("key_id")) for line in lines] == [
        (None, None),
        ours,
        ours,
        (None, None),
        (person.account, None),
    ]
    assert "key_id" not in lines[-1]


def test_metrics_count_routes_not_paths(gateway: Gateway) -> None:
    gateway.send()
    gateway.http.get("/private/name")
    text = metrics_of(gateway.system)
    assert 'route="/api",status="200"' in text
    assert 'route="unrouted",status="404"' in text
    assert "private" not in text


# -- operations -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_health_and_readiness(own_gateway: Gateway) -> None:
    assert own_gateway.http.get("/healthz").json() == {"status": "ok"}
    ready = own_gateway.http.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"status": "ready"})
    own_gateway.system.signals.add_check("modems", lambda: "3 of 3 are away")
    time.sleep(READY_KEPT_S)
    unready = own_gateway.http.get("/readyz")
    assert (unready.status_code, unready.json()) == (503, {"status": "not ready"})
    with operators(own_gateway.system) as client:
        details = client.get("/readyz")
    assert (details.status_code, details.json()["status"]) == (503, "not ready")
    assert details.json()["checks"]["modems"] == "3 of 3 are away"


@pytest.mark.slow
def test_many_who_ask_whether_it_is_ready_make_it_no_less_so(own_gateway: Gateway) -> None:
    looks: list[float] = []

    def look() -> str:
        looks.append(time.monotonic())
        time.sleep(0.2)  # a store that is slow
        return "ok"

    own_gateway.system.signals.add_check("slow", look)
    kept = httpx.Limits(max_keepalive_connections=60)  # it may close one that another thread takes
    url = own_gateway.http.base_url
    with ThreadPoolExecutor(60) as pool, httpx.Client(base_url=url, limits=kept) as client:
        asked = [pool.submit(client.get, "/readyz") for _ in range(300)]
        assert {each.result().status_code for each in asked} == {200}
    assert len(looks) <= 1 + (looks[-1] - looks[0]) / READY_KEPT_S


@pytest.mark.slow
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

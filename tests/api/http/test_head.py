"""Headers that come twice, that are missing, or that oblige to something."""

import gzip
import json
from typing import Any

import httpx
import pytest

from tests.api.conftest import Gateway, StartGateway, limited
from tests.api.http.test_wire import raw, sending, talk
from tests.api.people import log_in

TO = "260977000000"
HEADERS = list[tuple[str, str]]


def ask(gateway: Gateway, path: str, *headers: tuple[str, str]) -> httpx.Response:
    """Send one message, with header lines just as given."""
    body = json.dumps({"api_key": gateway.key, "to": TO, "message": "Hello"})
    given: HEADERS = [("Content-Type", "application/json"), *headers]
    return gateway.http.post(path, content=body, headers=given)


# -- what comes twice ----------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/api", "/api/v1/sms/send"])
@pytest.mark.parametrize(
    "name",
    ["Idempotency-Key", "Authorization", "X-API-Key", "Content-Type", "User-Agent", "Origin"],
)
def test_two_values_of_what_has_one_are_refused(gateway: Gateway, path: str, name: str) -> None:
    values = {"Authorization": (f"Bearer {gateway.key}", "Bearer other")}.get(name, ("one", "two"))
    for first, second in (values, values[::-1]):
        answer = ask(gateway, path, (name, first), (name.lower(), second))
        assert answer.status_code == 400
        assert answer.json()["message"] == f"The header {name.title()} may be there only once."
        expected = {"status", "code", "message"} if path == "/api" else {"status", "message"}
        assert set(answer.json()) == expected
        assert answer.json().get("code", "BAD_REQUEST") == "BAD_REQUEST"
    assert gateway.balance() == 1_000


def test_the_same_value_twice_is_that_value(gateway: Gateway) -> None:
    same = ("Authorization", f"Bearer {gateway.key}")
    keys = [("Idempotency-Key", "k-1")] * 2
    for _ in range(2):
        assert ask(gateway, "/api/v1/sms/send", same, same, *keys).status_code == 200
    assert gateway.balance() == 999


def test_a_list_of_several_lines_is_one_list(start_gateway: StartGateway) -> None:
    gateway = start_gateway(limits=limited(ip=4), trusted_proxies=("127.0.0.1", "10.0.0.0/8"))
    bearer = ("Authorization", f"Bearer {gateway.key}")
    for n in range(6):
        lines = [("X-Forwarded-For", f"203.0.113.{n}"), ("X-Forwarded-For", "10.0.0.5")]
        assert ask(gateway, "/api/v1/sms/send", bearer, *lines).status_code == 200
    forged = [("X-Forwarded-For", "198.51.100.1"), ("X-Forwarded-For", "203.0.113.9, 10.0.0.5")]
    found = [ask(gateway, "/api/v1/sms/send", bearer, *forged).status_code for _ in range(5)]
    assert found == [200, 200, 200, 200, 429]


def test_a_header_that_the_proxy_does_not_write_is_not_believed(
    start_gateway: StartGateway,
) -> None:
    gateway = start_gateway(
        limits=limited(ip=4), trusted_proxies=("127.0.0.1",), forwarded_header="Forwarded"
    )
    bearer = ("Authorization", f"Bearer {gateway.key}")
    written = ("Forwarded", "for=198.51.100.77")
    found = [
        ask(
            gateway, "/api/v1/sms/send", bearer, written, ("X-Forwarded-For", f"203.0.113.{n}")
        ).status_code
        for n in range(5)
    ]
    assert found == [200, 200, 200, 200, 429]


# -- Host ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/api", "/api/v1/sms/send", "/nope"])
@pytest.mark.parametrize("hosts", ["", "Host: a\r\nHost: b\r\n", "Host: a\r\nHost: a\r\n"])
def test_http_1_1_has_exactly_one_host(gateway: Gateway, path: str, hosts: str) -> None:
    body = sending(gateway)
    request = f"POST {path} HTTP/1.1\r\n{hosts}Content-Length: {len(body)}\r\n\r\n".encode() + body
    head, answer = talk(gateway, request)
    assert head.startswith(b"HTTP/1.1 400")
    assert b"connection: close" in head
    code = None if path.startswith("/api/v1") else "BAD_REQUEST"
    assert json.loads(answer).get("code") == code
    assert gateway.balance() == 1_000


def test_http_1_0_needs_no_host_and_may_not_have_two(gateway: Gateway) -> None:
    body = sending(gateway)
    for hosts, expected in (
        ("", b"200"),
        ("Host: a\r\n", b"200"),
        ("Host: a\r\nHost: b\r\n", b"400"),
    ):
        head = f"POST /api HTTP/1.0\r\n{hosts}Content-Length: {len(body)}\r\n\r\n".encode()
        assert talk(gateway, head + body)[0].split()[1] == expected


# -- content codings -----------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/api", "/api/v1/sms/send", "/api/v1/auth/login"])
@pytest.mark.parametrize("coding", ["gzip", "br", "identity, deflate", "X-Odd"])
def test_a_coded_body_is_415_and_says_which_coding(
    gateway: Gateway, path: str, coding: str
) -> None:
    headers = {"Content-Encoding": coding, "Content-Type": "application/json", **gateway.bearer}
    content = gzip.compress(sending(gateway))
    answer = gateway.http.post(path, content=content, headers=headers)
    assert answer.status_code == 415
    assert answer.headers["accept-encoding"] == "identity"
    assert coding.rpartition(" ")[2] in answer.json()["message"]
    assert answer.json().get("code", "UNSUPPORTED_MEDIA_TYPE") == "UNSUPPORTED_MEDIA_TYPE"
    assert gateway.balance() == 1_000


@pytest.mark.parametrize("coding", ["identity", "Identity", "", "identity,identity"])
def test_identity_is_no_coding(gateway: Gateway, coding: str) -> None:
    assert ask(gateway, "/api", ("Content-Encoding", coding)).status_code == 200


# -- challenges ----------------------------------------------------------------------------------


def test_every_401_says_how_to_be_let_in(gateway: Gateway) -> None:
    def asked() -> list[httpx.Response]:
        bad: dict[str, Any] = {"headers": {"Authorization": "Bearer nobody"}}
        return [
            gateway.send(api_key="wrong"),
            gateway.http.get("/api/balance", params={"api_key": "wrong"}),
            gateway.http.post("/api/v1/sms/send", json={}, **bad),
            gateway.http.get("/api/sms/logs"),
            gateway.http.get("/api/v1/staff/accounts", **bad),
            log_in(gateway, "nobody@example.test"),
        ]

    for answer in asked():
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"


# -- the client's request id ---------------------------------------------------------------------


def test_a_request_id_is_taken_from_the_head(gateway: Gateway) -> None:
    request = raw("GET", "/healthz", b"", "X-Request-Id: one", "X-Request-Id: two")
    assert b"x-request-id: one\r\n" in talk(gateway, request)[0] + b"\r\n"

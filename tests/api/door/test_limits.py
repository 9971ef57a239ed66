"""Request limits through real HTTP (contract decision 10)."""

import re
from typing import Any

import httpx
import pytest

from application.accounts import ChangeLimits
from application.books.actors import Actor
from domain.rate_limits import Limits
from tests.api.conftest import Gateway, StartGateway, limited
from tests.api.door.test_keys import second_key

TO = "260977000000"
HEADERS = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")


def feltech(gateway: Gateway, **headers: str) -> httpx.Response:
    body = {"to": TO, "message": "Hello"}
    return gateway.http.post("/api/v1/sms/send", json=body, headers={**gateway.bearer, **headers})


def change_limits(gateway: Gateway, **limits: Any) -> None:
    values = {"single": None, "bulk": None, "read": None, **limits}
    at = gateway.system.clock.now()
    gateway.system.committer.execute(
        ChangeLimits(gateway.account, values, actor=Actor("t"), reason="r", at=at)
    )
    gateway.system.keyring.follow()


def test_the_published_limits_are_the_defaults() -> None:
    assert Limits() == Limits(
        single=120, bulk=10, read=300, ip=60, auth_ip=5, failed_ip=20, failed_key=5
    )


def test_single_sends_are_limited_by_account(start_gateway: StartGateway) -> None:
    gateway = start_gateway(limits=limited(single=3))
    other = second_key(gateway)
    answers = [gateway.send(), gateway.send(api_key=other), gateway.send()]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["2", "1", "0"]
    refused = gateway.send()
    assert refused.status_code == 429
    assert refused.json()["code"] == "RATE_LIMITED"
    assert 1 <= int(refused.headers["retry-after"]) <= 120
    assert gateway.bulk([TO]).status_code == 200
    assert gateway.balance() == 996


def test_bulks_are_limited_apart(start_gateway: StartGateway) -> None:
    gateway = start_gateway(limits=limited(bulk=1))
    assert gateway.bulk([TO]).status_code == 200
    assert gateway.bulk([TO]).status_code == 429
    assert gateway.send().status_code == 200


def test_balance_and_logs_are_limited_together(start_gateway: StartGateway) -> None:
    gateway = start_gateway(limits=limited(read=2))
    assert gateway.balance() == 1_000
    assert gateway.logs()["total"] == 0
    answer = gateway.http.get("/api/balance", params={"api_key": gateway.key})
    assert answer.status_code == 429
    assert answer.headers["x-ratelimit-limit"] == "2"


def test_key_routes_of_feltech_are_limited_by_address(start_gateway: StartGateway) -> None:
    gateway = start_gateway(limits=limited(ip=3, single=1))
    assert feltech(gateway).status_code == 200
    assert gateway.get("/api/sms/logs").status_code == 200
    assert gateway.http.get("/api/sender-ids").status_code == 401
    refused = feltech(gateway)
    assert refused.status_code == 429
    assert set(refused.json()) == {"status", "message"}
    assert int(refused.headers["retry-after"]) > 0
    assert gateway.send().status_code == 200
    assert gateway.http.get("/healthz").status_code == 200


def test_headers_stand_on_every_counted_answer(start_gateway: StartGateway) -> None:
    gateway = start_gateway(limits=limited(single=5, ip=5))
    for answer in (gateway.send(), gateway.send(to="x"), gateway.send(message=None)):
        assert answer.headers["x-ratelimit-limit"] == "5"
        assert 1 <= int(answer.headers["x-ratelimit-reset"]) <= 60
        left = answer.headers["x-ratelimit-remaining"]
        assert re.fullmatch(rf'"single";r={left};t=[0-9]+', answer.headers["ratelimit"])
        assert answer.headers["ratelimit-policy"] == '"single";q=5;w=60'
    answer = feltech(gateway)
    assert answer.headers["ratelimit-policy"] == '"ip";q=5;w=60'


def test_without_limits_nothing_is_counted_and_no_header_added(gateway: Gateway) -> None:
    for answer in (gateway.send(), gateway.bulk([TO]), feltech(gateway), gateway.get("/api/logs")):
        assert not any("ratelimit" in name for name in answer.headers)


def test_an_account_can_have_its_own_limits(start_gateway: StartGateway) -> None:
    gateway = start_gateway(limits=limited(single=1, ip=100))
    change_limits(gateway, single=3)
    assert [gateway.send().status_code for _ in range(4)] == [200, 200, 200, 429]
    assert feltech(gateway).status_code == 429  # its own limit counts in either dialect
    change_limits(gateway, single=0)
    assert [gateway.send().status_code for _ in range(4)] == [200] * 4
    change_limits(gateway)
    assert gateway.send().status_code == 429


def test_forwarded_addresses_count_only_from_trusted_peers(start_gateway: StartGateway) -> None:
    gateway = start_gateway(limits=limited(ip=1))
    assert feltech(gateway, **{"X-Forwarded-For": "203.0.113.1"}).status_code == 200
    assert feltech(gateway, **{"X-Forwarded-For": "203.0.113.2"}).status_code == 429


def test_behind_a_trusted_proxy_each_client_has_its_own_limit(
    start_gateway: StartGateway,
) -> None:
    gateway = start_gateway(limits=limited(ip=1), trusted_proxies=("127.0.0.0/8", "10.0.0.1"))
    for header in ("203.0.113.1", "203.0.113.2", "6.6.6.6, 203.0.113.3, 10.0.0.1"):
        answer = feltech(gateway, **{"X-Forwarded-For": header})
        assert answer.status_code == 200, header
    assert feltech(gateway, **{"X-Forwarded-For": "7.7.7.7, 203.0.113.3"}).status_code == 429


def by_address(gateway: Gateway, address: str) -> int:
    return feltech(gateway, **{"X-Forwarded-For": address}).status_code


def test_an_ipv6_line_is_one_client_and_its_site_has_a_wider_limit(
    start_gateway: StartGateway,
) -> None:
    gateway = start_gateway(limits=limited(ip=2, ip_wide=5), trusted_proxies=("127.0.0.1",))
    assert [by_address(gateway, f"2001:db8:7:7::{n}") for n in range(3)] == [200, 200, 429]
    assert [by_address(gateway, f"2001:db8:7:{n}::1") for n in range(8, 12)] == [200, 200, 200, 429]
    assert by_address(gateway, "2001:db8:8:7::1") == 200
    assert [by_address(gateway, "203.0.113.1") for _ in range(3)] == [200, 200, 429]
    assert by_address(gateway, "::ffff:203.0.113.1") == 429
    assert by_address(gateway, "203.0.113.2") == 200


def test_registrations_and_failed_keys_count_an_ipv6_line_as_one_client(
    start_gateway: StartGateway,
) -> None:
    gateway = start_gateway(
        limits=limited(auth_ip=3, failed_ip=3, ip_wide=7), trusted_proxies=("127.0.0.1",)
    )

    def register(n: int) -> int:
        body = {"name": "Mwila", "email": f"m{n}@example.test", "password": "nshima and kapenta"}
        header = {"X-Forwarded-For": f"2001:db8:7:7::{n}"}
        return gateway.http.post("/api/v1/auth/register", json=body, headers=header).status_code

    def guess(address: str) -> int:
        return gateway.send(api_key="WRONG", headers={"X-Forwarded-For": address}).status_code

    assert [register(n) for n in range(1, 6)] == [201, 201, 201, 429, 429]
    assert [guess(f"2001:db8:7:7::{n}") for n in range(1, 6)] == [401, 401, 401, 429, 429]
    assert [guess(f"2001:db8:7:{n}::1") for n in range(8, 13)] == [401] * 4 + [429]


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/openapi.json", "/nope"])
@pytest.mark.slow
def test_operations_are_never_limited(start_gateway: StartGateway, path: str) -> None:
    gateway = start_gateway(limits=limited(ip=1, failed_ip=1))
    assert len({gateway.http.get(path).status_code for _ in range(5)}) == 1

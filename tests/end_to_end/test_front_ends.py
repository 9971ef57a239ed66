"""The gateway behind Caddy, nginx and HAProxy, each by our file: what clients and people notice."""

import itertools
import json
import queue
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.api.pages.browser import SESSION, TOKEN
from tests.end_to_end.client import Answer, Client
from tests.end_to_end.gateway import UNLIMITED, Demo
from tests.end_to_end.waiting import wait_until
from tests.support.front_ends import FRONT_ENDS, Caddy, FrontEnd, Nginx
from tests.support.phone import BASE
from tests.support.servers import free_port

pytestmark = [pytest.mark.processes, pytest.mark.soak, pytest.mark.timeout(600)]

LOGINS_A_MINUTE: Final = 3
CREDITS: Final = 10_000
WAIT_S: Final = 60.0
HOSTS: Final = (f"127.0.0.{place}" for place in itertools.count(10))
"""Addresses of clients, each used once: limits and delays go by them."""


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Give a demo that trusts proxies on this machine."""
    settings = {
        **UNLIMITED,
        "NGOMA_TRUSTED_PROXIES": "127.0.0.1",
        "NGOMA_LIMITS_AUTH_IP": str(LOGINS_A_MINUTE),
    }
    with Demo(tmp_path_factory.mktemp("behind") / "data", settings=settings) as demo:
        demo.cli("wallet", "grant", demo.account, CREDITS, "--reason", "to send much")
        yield demo


@pytest.fixture(scope="module", params=FRONT_ENDS, ids=lambda kind: kind.program)
def front(request: pytest.FixtureRequest, gateway: Demo) -> Iterator[FrontEnd]:
    """Give each proxy in front of it."""
    place = gateway.place["base_url"].removeprefix("http://")
    with request.param(place) as running:
        yield running


@pytest.fixture
def client(front: FrontEnd, gateway: Demo) -> Client:
    """Give a client of the demo's account, from an address of its own."""
    return client_from(next(HOSTS), front, gateway)


def client_from(host: str, front: FrontEnd, gateway: Demo) -> Client:
    key = gateway.place["api_key"]
    return Client(front.url, key, tls=front.files.context, from_host=host, timeout_s=WAIT_S)


def browser(front: FrontEnd) -> httpx.Client:
    """Give a browser on another machine: it speaks HTTP, and keeps Secure cookies by TLS alone."""
    way = httpx.HTTPTransport(verify=front.files.context, local_address=next(HOSTS))
    return httpx.Client(base_url=front.url, transport=way, timeout=WAIT_S)


def send_form(person: httpx.Client, page: str, do: str, **fields: str) -> httpx.Response:
    token = TOKEN.search(person.get(page).text)
    assert token, f"there is no form on {page}"
    return person.post(page, data={"csrf_token": token[1], "do": do, **fields})


# -- TLS -------------------------------------------------------------------------------------------


def test_tls_1_3_is_served_and_1_2_refused(front: FrontEnd) -> None:
    assert front.shown()[0] == "TLSv1.3"
    with pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION"):
        front.shown(most=ssl.TLSVersion.TLSv1_2)


def test_a_new_certificate_is_shown_after_its_reload(front: FrontEnd, client: Client) -> None:
    before = front.shown()[1]
    front.files.write()
    front.reload()
    wait_until(lambda: front.shown()[1] != before, within_s=WAIT_S, what="the new one")
    assert client.balance() > 0


# -- requests --------------------------------------------------------------------------------------


def test_a_send_and_errors_are_as_without_a_proxy(client: Client, gateway: Demo) -> None:
    before, key = client.balance(), client.base_url.replace("https://localhost:", "front-")
    sent = client.send("0977000000", "By way of a proxy", key=key)
    again = client.send("0977000000", "By way of a proxy", key=key)
    assert (sent.status, again.numbers, client.balance()) == (200, sent.numbers, before - 1)
    (number,) = sent.numbers
    wait_until(lambda: client.status(number) == "sent", within_s=WAIT_S, what="it has left")
    wrong = client.send("0000", "x")
    assert (wrong.status, wrong.json["code"]) == (400, "INVALID_RECIPIENT")
    nobody = Client(client.base_url, "A" * 32, tls=client.tls).get("/api/v1/balance")
    assert (nobody.status, nobody.headers["www-authenticate"]) == (401, "Bearer")
    own = client.call("GET", "/api/v1/balance", headers={"X-Request-Id": "mine-7"})
    assert own.headers["x-request-id"] == "mine-7"
    assert client.get("/api/v1/balance").headers["x-request-id"]
    plain = gateway.client.get("/api/nothing//here/")
    front = client.get("/api/nothing//here/")
    assert (front.status, front.body) == (plain.status, plain.body)


def test_what_is_too_large_is_refused_by_the_gateway_in_its_own_words(client: Client) -> None:
    body = b'{"message": "' + b"x" * (3 << 20) + b'"}'
    length = {"Content-Length": str(len(body))}
    for headers in (length, {"Transfer-Encoding": "chunked"}):
        sent = body if headers is length else b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
        answer = client.call("POST", "/api", body=sent, headers=headers)
        assert (answer.status, answer.json["code"]) == (413, "PAYLOAD_TOO_LARGE"), headers
    assert client.balance() > 0


def test_a_list_of_three_mebibytes_is_uploaded(client: Client, front: FrontEnd) -> None:
    note = "n" * 300
    rows = "".join(f"097{number:07},{note}\n" for number in range(10_000))
    with closing(browser(front)) as person:
        answer = person.post(
            "/api/v1/uploads",
            headers={"Authorization": f"Bearer {client.api_key}"},
            data={"template": "Hello", "column": "number"},
            files={"file": ("list.csv", f"number,note\n{rows}", "text/csv")},
        )
    assert answer.status_code == 201, answer.text
    assert answer.json()["data"]["rows"] == 10_000


# -- pages -----------------------------------------------------------------------------------------


def test_a_person_registers_and_logs_in_by_a_cookie_that_tls_alone_keeps(front: FrontEnd) -> None:
    email, password = f"{front.program}@example.test", "a drum at noon"
    with closing(browser(front)) as person:
        made = send_form(
            person, "/register", "register", name="Mwila", email=email, password=password
        )
        assert made.status_code == 303, made.text
    with closing(browser(front)) as person:
        came = send_form(person, "/login", "login", email=email, password=password)
        assert came.status_code == 303, came.text
        (cookie,) = (each for each in person.cookies.jar if each.name == SESSION)
        assert (cookie.secure, cookie.path, cookie.domain_specified) == (True, "/", False)
        shown = person.get("/app")
        assert "Mwila" in shown.text
        assert shown.headers["strict-transport-security"] == "max-age=31536000"


# -- waiting ---------------------------------------------------------------------------------------


def test_who_waits_for_the_feed_is_told_at_once(client: Client) -> None:
    end = 0
    while (found := client.get(f"/api/v1/events?after={end}&limit=1000").json)["data"]:
        end = found["next"]
    told: queue.Queue[Answer] = queue.Queue()
    waiting = threading.Thread(
        target=lambda: told.put(client.get(f"/api/v1/events?after={end}&wait=30"))
    )
    waiting.start()
    assert client.send("0977000000", "An event").is_accepted
    answer = told.get(timeout=WAIT_S)
    waiting.join()
    assert answer.json["data"], str(answer)


def test_who_waits_for_what_does_not_come_is_told_so_after_half_a_minute(
    front: FrontEnd, gateway: Demo
) -> None:
    email = f"quiet-{front.program}@example.test"
    quiet = gateway.cli("account", "create", "Quiet", "--email", email)
    client = Client(front.url, quiet["api_key"], tls=front.files.context, timeout_s=WAIT_S)
    started_s = time.monotonic()
    answer = client.get("/api/v1/events?after=0&wait=30")
    assert (answer.status, answer.json["data"]) == (200, [])
    assert time.monotonic() - started_s > 29


def test_a_phone_that_listens_hears_each_word_as_it_is_said(front: FrontEnd, gateway: Demo) -> None:
    offered = gateway.cli("phone", "enrol", "--network-of", "1=mtn")
    with closing(browser(front)) as phone:
        code = {"Authorization": f"Code {offered['code']}"}
        token = phone.post(f"{BASE}/device", json={}, headers=code).json()["token"]
        own = {"Authorization": f"Bearer {token}"}
        with phone.stream("GET", f"{BASE}/events", headers=own) as answer:
            assert answer.headers["content-type"] == "text/event-stream"
            said, heard = answer.iter_text(), []
            for _ in range(2):
                heard.append((next(said), time.monotonic()))
    (first, at_s), (second, later_s) = heard
    assert (first, second[:1]) == (":ok\n\n", ":")
    assert later_s - at_s > 5, "the first did not wait for the second"


# -- who is asking ---------------------------------------------------------------------------------

FORGED: Final = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Client-IP", "True-Client-IP")


def forge(number: int) -> dict[str, str]:
    """Give the headers of a client that says that it is another, each time another one."""
    address = f"203.0.113.{number + 1}"
    return {
        **dict.fromkeys(FORGED, address),
        "Forwarded": f"for={address}",
        "X-Forwarded-For": f"{address}, 127.0.0.1",
        "Connection": "close, X-Forwarded-For",  # which a proxy obeys before it writes its own
    }


def address_of(client: Client, gateway: Demo, headers: Mapping[str, str]) -> str:
    """Give the address that the gateway tells a phone that it comes from."""
    offered = gateway.cli("phone", "enrol", "--network-of", "1=mtn")
    code = {"Authorization": f"Code {offered['code']}"}
    made = client.call("POST", f"{BASE}/device", body=b"{}", headers=code).json
    own = {"Authorization": f"Bearer {made['token']}", **headers}
    return str(client.call("GET", f"{BASE}/device", headers=own).json["externalIp"])


def test_the_gateway_knows_the_clients_own_address_whatever_the_client_says(
    front: FrontEnd, gateway: Demo
) -> None:
    host = next(HOSTS)
    client = client_from(host, front, gateway)
    for headers in ({}, forge(1), forge(2) | {"Connection": "keep-alive"}):
        assert address_of(client, gateway, headers) == host, headers
    assert client.call("GET", "/docs", headers={"X-Request-Id": "whose-is-it"}).status == 200
    wait_until(lambda: "whose-is-it" in front.read_log(), what="it is logged")
    (logged,) = (line for line in front.read_log().splitlines() if "whose-is-it" in line)
    assert host in logged


@pytest.mark.parametrize(("kind", "written"), [(Caddy, "unix/{}"), (Nginx, "unix:{}")])
def test_a_unix_socket_does_as_well(kind: type[FrontEnd], written: str, tmp_path: Path) -> None:
    path = tmp_path / "web.sock"
    gateway = Demo(tmp_path / "data", settings={**UNLIMITED, "NGOMA_TRUSTED_PROXIES": "unix"})
    gateway.arguments = [*gateway.arguments[:-2], "--socket", str(path)]
    host = next(HOSTS)
    with gateway, kind(written.format(path)) as front:
        client = client_from(host, front, gateway)
        assert client.send("0977000000", "By way of a socket").status == 200
        assert address_of(client, gateway, forge(1)) == host


def test_a_limit_by_address_counts_who_asks_and_nobody_else(front: FrontEnd, gateway: Demo) -> None:
    one, other = (client_from(next(HOSTS), front, gateway) for _ in range(2))

    def log_in(client: Client, number: int) -> int:
        email = f"{front.program}-{number}@example.test"  # wrong words for one person are slowed
        body = json.dumps({"email": email, "password": "wrong words"}).encode()
        headers = {**forge(number), "Content-Type": "application/json"}
        return client.call("POST", "/api/v1/auth/login", body=body, headers=headers).status

    tries = [log_in(one, number) for number in range(LOGINS_A_MINUTE + 1)]
    assert tries == [401] * LOGINS_A_MINUTE + [429]
    assert log_in(other, LOGINS_A_MINUTE + 1) == 401


# -- what is kept of them --------------------------------------------------------------------------


def test_logs_hold_no_key_no_number_and_no_query(front: FrontEnd, gateway: Demo) -> None:
    """Also of what goes wrong: a key in the query of a request that no gateway answers."""
    key, number = gateway.place["api_key"], "0971234567"
    asked = f"/api/logs?api_key={key}&search={number}"
    with type(front)(f"127.0.0.1:{free_port()}") as alone:
        for place in (front, alone):
            client = client_from(next(HOSTS), place, gateway)
            headers = {"X-API-Key": key, "X-Request-Id": f"for-{place.port}"}
            answer = client.call("GET", asked, headers=headers)
            assert answer.status in ({200} if place is front else {502, 503}), str(answer)
            client.send(number, "A text that nobody is to read")
            log = wait_until(partial(_log_of_both, place), what="both are logged")
            for secret in (key, number, number[1:], "search=", "that nobody is to read"):
                assert secret not in log


def _log_of_both(place: FrontEnd) -> str:
    """Give the log, once it has a request of each method."""
    log = place.read_log()
    return log if "GET" in log and "POST" in log else ""

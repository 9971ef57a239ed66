"""The proxies' files fit the gateway: what waits, ends or is refused does so in the right place."""

import re
from typing import Final

import pytest

from adapters.settings import Settings
from api.http.body import DRAINED_BYTES_MAX
from domain.feed import FEED_WAIT_MAX_S
from tests.tidy.sources import ROOT

FILES: Final = {
    name: (ROOT / "deploy" / name).read_text()
    for name in ("caddy/Caddyfile", "nginx/ngoma.conf", "haproxy/haproxy.cfg")
}
CADDY, NGINX, HAPROXY = FILES.values()


def seconds(text: str, name: str) -> float:
    (found,) = re.findall(rf"^\s*{name} (\d+)s;?$", text, re.MULTILINE)
    return float(found)


@pytest.mark.parametrize(
    ("text", "name"),
    [(CADDY, "response_header_timeout"), (NGINX, "proxy_read_timeout")]
    + [(HAPROXY, f"timeout {side}") for side in ("client", "server")],
)
def test_who_waits_longest_is_answered_before_the_proxy_loses_patience(
    text: str, name: str
) -> None:
    assert seconds(text, name) >= 1.5 * FEED_WAIT_MAX_S


@pytest.mark.parametrize(("text", "name"), [(CADDY, "keepalive"), (NGINX, "keepalive_timeout")])
def test_an_idle_connection_ends_on_the_proxys_side_first(text: str, name: str) -> None:
    upstream = text.partition("server {")[0]
    assert seconds(upstream, name) <= Settings.connections_idle_wait_s - 10


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (CADDY, "read_header"),
        (NGINX, "client_header_timeout"),
        (HAPROXY, "timeout http-request"),
    ],
)
def test_a_head_has_as_long_as_without_a_proxy(text: str, name: str) -> None:
    assert seconds(text, name) == Settings.connections_head_wait_s


def test_what_is_too_large_is_for_the_gateway_to_say() -> None:
    (mebibytes,) = re.findall(r"client_max_body_size (\d+)m;", NGINX)
    assert int(mebibytes) << 20 == DRAINED_BYTES_MAX
    assert not re.search("max_size|req.body_size", CADDY + HAPROXY)


@pytest.mark.parametrize("name", FILES)
def test_a_client_has_as_many_connections_as_without_a_proxy_and_finds_the_gateway(
    name: str,
) -> None:
    text = FILES[name]
    assert text.count(f"{Settings.host}:{Settings.port}") == 1
    limit = re.search(r"limit_conn ngoma (\d+);|sc0_conn_cur\(clients\) gt (\d+)", text)
    if text is not CADDY:  # which has none
        assert limit
        assert int(limit[1] or limit[2]) == Settings.connections_per_address

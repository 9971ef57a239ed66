"""``ngoma serve`` as an operator meets it: where it listens, what it says, what ends it."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import pytest

from tests.end_to_end.gateway import environment
from tests.end_to_end.waiting import wait_until
from tests.support.processes import reaper
from tests.support.servers import free_port
from tests.support.warm import WarmProcess, warm
from tests.worker.cli.commands import NGOMA

pytestmark = pytest.mark.processes

ROOT = Path(__file__).parents[3]
STOP_S = 10.0
Server: TypeAlias = "subprocess.Popen[bytes] | WarmProcess"


def get(url: str, path: str, host: str | None = None) -> tuple[int, bytes]:
    """GET over TCP, or over the Unix socket of a URL ``unix:PATH``."""
    place = urlsplit(url)
    if place.scheme == "unix":
        connection = http.client.HTTPConnection("localhost", timeout=10)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(10)
        connection.sock.connect(place.path)
    else:
        connection = http.client.HTTPConnection(
            host or place.hostname or "", place.port, timeout=10
        )
    connection.request("GET", path)
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


def start(folder: Path, *arguments: str, stderr: int) -> Server:
    """Start ``ngoma serve``."""
    with Path(os.devnull).open("r+b") as nothing:
        process = warm().start(
            "worker",
            ["serve", "--data-dir", str(folder), *arguments],
            environment=environment({}),
            folder=ROOT,
            standard=(nothing.fileno(), nothing.fileno(), stderr),
            leads_session=True,
        )
    reaper().own_process(process.pid)
    return process


def start_cold(folder: Path, *arguments: str, redirection: str) -> Server:
    """Start it as a shell does that redirects its output."""
    command = " ".join((*NGOMA, "serve", "--data-dir", str(folder), *arguments))
    folder.with_suffix(".log").touch()  # the shell may open it later than a test reads it
    process = subprocess.Popen(
        ["/bin/sh", "-c", f"exec {command} {redirection}"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment({}),
        cwd=ROOT,
        start_new_session=True,
    )
    reaper().own_process(process.pid)
    return process


def end(process: Server) -> None:
    """End it in good order, soon."""
    started_s = time.monotonic()
    process.terminate()
    assert process.wait(STOP_S) == 0
    assert time.monotonic() - started_s < 5
    reaper().forget_process(process.pid)


@contextmanager
def serving(
    folder: Path, *arguments: str, is_warm: bool = True
) -> Iterator[tuple[Server, dict[str, str]]]:
    """Run ``ngoma serve``; give the process, and where it listens once it is ready."""
    log = folder.with_suffix(".log")
    if is_warm:
        with log.open("wb") as stderr:
            process = start(folder, *arguments, stderr=stderr.fileno())
    else:
        process = start_cold(folder, *arguments, redirection=f"2>{log}")
    where: dict[str, str] = {}

    def is_ready() -> bool:
        assert process.poll() is None, log_of(folder)
        where.update(_where(folder))
        return "web" in where and get(where["web"], "/readyz")[0] == 200

    try:
        wait_until(is_ready, within_s=30, what="it serves")
        yield process, where
    finally:
        end(process)


def _where(folder: Path) -> dict[str, str]:
    for line in log_of(folder):
        if line["message"] == "Listening.":
            return {"web": line["web"], "operations": line["operations"]}
    return {}


def log_of(folder: Path) -> list[dict[str, Any]]:
    text = folder.with_suffix(".log").read_text()
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


# -- where ---------------------------------------------------------------------------------------


def test_it_says_where_it_listens_and_operators_have_a_place_of_their_own(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with serving(folder, "--port", "0") as (process, where):
        assert get(where["web"], "/readyz") == (200, b'{"status":"ready"}')
        assert get(where["web"], "/metrics")[0] == 404
        status, details = get(where["operations"], "/readyz")
        assert (status, json.loads(details)["checks"]["store"]) == (200, "ok")
        status, metrics = get(where["operations"], "/metrics")
        assert status == 200
        assert b"ngoma_http_answers_total" in metrics
        assert b"ngoma_log_lines_dropped 0.0" in metrics
        assert get(where["operations"], "/healthz") == (200, b'{"status":"ok"}')
        assert get(where["operations"], "/api")[0] == 404
        assert urlsplit(where["operations"]).hostname == "127.0.0.1"
        lines = log_of(folder)
        assert lines[0]["logger"] == "ngoma.start"
        assert "color_message" not in set().union(*lines)
        assert not any("\x1b" in str(value) for line in lines for value in line.values())
        (place,) = (folder / "operations").iterdir()
        assert place.name == f"all-{process.pid}.url"
        assert place.read_text().strip() == where["operations"]

        process.send_signal(signal.SIGHUP)
        time.sleep(0.2)
        assert get(where["web"], "/healthz")[0] == 200, "a terminal that goes away ends nothing"
    assert process.returncode == 0
    assert not place.exists()
    assert log_of(folder)[0]["message"].startswith("Networks by the published")


def test_mail_names_the_port_that_was_bound(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with serving(folder, "--port", "0") as (_, where):
        port = urlsplit(where["web"]).port
        assert port
        for path, body in (
            (
                "register",
                {"name": "Mwila", "email": "m@example.test", "password": "nshima x kapenta"},
            ),
            ("reset", {"email": "m@example.test"}),
        ):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("POST", f"/api/v1/auth/{path}", json.dumps(body))
            assert connection.getresponse().status < 300
            connection.close()
        (mail,) = wait_until(lambda: list((folder / "mail").glob("*.eml")), what="a mail")
        assert f"http://127.0.0.1:{port}/api/v1/auth/reset/confirm" in mail.read_text()


def test_ipv6_is_listened_on_and_ipv4_with_it(tmp_path: Path) -> None:
    with serving(tmp_path / "data", "--host", "::", "--port", "0") as (_, where):
        assert where["web"].startswith("http://[::1]:")
        for host in ("::1", "127.0.0.1"):
            assert get(where["web"], "/healthz", host)[0] == 200


def test_a_unix_socket_is_for_a_proxy(tmp_path: Path) -> None:
    path = tmp_path / "ngoma.sock"
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(path))
    dead.close()
    operations = tmp_path / "operations.sock"
    (tmp_path / "ngoma.toml").write_text(f'[operations]\nlisten = "{operations}"\n')
    arguments = ("--socket", str(path), "--config", str(tmp_path / "ngoma.toml"))
    with serving(tmp_path / "data", *arguments) as (_, where):
        assert where == {"web": f"unix:{path}", "operations": f"unix:{operations}"}
        assert path.stat().st_mode & 0o777 == 0o660
        assert get(where["operations"], "/metrics")[0] == 200
    assert not path.exists()
    assert not operations.exists()


# -- standard error ------------------------------------------------------------------------------


def test_standard_error_that_nobody_reads_holds_nobody_up(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    os.write(writing, b"x" * 1024 * 1024)  # full from the start
    os.set_blocking(writing, True)
    port = free_port()
    try:
        process = start(tmp_path / "data", "--port", str(port), stderr=writing)
        _serves_on(port, process)
        for _ in range(50):
            assert get(f"http://127.0.0.1:{port}", "/healthz")[0] == 200
        end(process)
    finally:
        os.close(reading)
        os.close(writing)


@pytest.mark.parametrize("stderr", ["full", "broken"])
def test_standard_error_that_cannot_be_written_is_no_reason_not_to_serve(
    tmp_path: Path, stderr: str
) -> None:
    port = free_port()
    fifo = tmp_path / "broken"
    os.mkfifo(fifo)
    reading = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    with Path("/dev/full" if stderr == "full" else fifo).open("wb") as file:
        process = start(tmp_path / "data", "--port", str(port), stderr=file.fileno())
    os.close(reading)  # as when the program that read the log has ended
    _serves_on(port, process)
    end(process)


@pytest.mark.parametrize("redirection", ["2>&-", "2>&- >&- <&-"])
def test_standard_error_that_is_closed_is_no_reason_not_to_serve(
    tmp_path: Path, redirection: str
) -> None:
    port = free_port()
    process = start_cold(tmp_path / "data", "--port", str(port), redirection=redirection)
    _serves_on(port, process)
    end(process)


def _serves_on(port: int, process: Server) -> None:
    """Wait for one whose log cannot say that it is ready."""

    def is_ready() -> bool:
        assert process.poll() is None
        try:
            return get(f"http://127.0.0.1:{port}", "/readyz")[0] == 200
        except OSError:
            return False

    wait_until(is_ready, within_s=30, what="it serves")
    assert get(f"http://127.0.0.1:{port}", "/readyz")[0] == 200


# -- memory --------------------------------------------------------------------------------------


def test_the_memory_of_connections_that_read_nothing_comes_back(tmp_path: Path) -> None:
    with serving(tmp_path / "data", "--port", "0", is_warm=False) as (process, where):
        place = urlsplit(where["web"])
        assert place.hostname
        assert place.port
        ask = b"GET /openapi.json HTTP/1.1\r\nHost: t\r\n\r\n"
        body = b"POST /api HTTP/1.1\r\nHost: t\r\nContent-Length: 1048576\r\n\r\n" + b"x" * 500_000
        head = b"GET /healthz HTTP/1.1\r\nHost: t\r\nX-Pad: " + b"x" * 60_000
        for each in (ask, body, head):  # what is made once stays
            _besiege(place.hostname, place.port, each, connections=10)
        before = _resident_mib(process.pid)
        for each in (ask * 20, body, head):
            _besiege(place.hostname, place.port, each, connections=100)
        wait_until(
            lambda: _resident_mib(process.pid) < before + 20, what="memory is as it was", within_s=5
        )
        assert get(where["web"], "/readyz")[0] == 200


def _besiege(host: str, port: int, said: bytes, *, connections: int) -> None:
    """Open connections, send on each without reading, and close them all."""
    opened = [socket.create_connection((host, port), timeout=5) for _ in range(connections)]
    for each in opened:
        each.sendall(said)
    time.sleep(0.5)
    for each in opened:
        each.close()


def _resident_mib(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) / 1024

"""Traces tell no secret, take nobody's time, and are not there until somebody asks for them."""

import logging
import os
import socket
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from adapters.observability import traces
from adapters.security.secret import kept_or_made
from tests.end_to_end.waiting import wait_until
from tests.support.receiver import Receiver
from tests.worker.gateway import Gateway
from tests.worker.traced import TEXT, TO, asking, leaves, number_of, spans_in, traced

NAME: Final = "Mwansa"
STEPS: Final = ["POST /api", "accept", "dispatch", "attempt"]
ENDING_MAX_S: Final = 15.0
START: Final = """
import sys
from pathlib import Path
from adapters.bootstrap import bootstrap
from adapters.settings import load_settings
bootstrap(load_settings(data_dir=Path(sys.argv[1])))
"""
HELP: Final = """
import sys
from worker.cli import main
main(["--help"], standalone_mode=False)
"""
WITHOUT: Final = """
import sys
class Away:
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] == "opentelemetry":
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Away())
"""
LOADED: Final = """
print([name for name in sys.modules if name.startswith("opentelemetry")])
"""


def test_nothing_that_a_client_wrote_is_in_what_leaves(tmp_path: Path, collector: Receiver) -> None:
    with traced(tmp_path, collector.url) as gw, asking(gw) as send:
        words = {
            "X_Request_Id": f"call-{NAME}",
            "Idempotency_Key": f"pay-{NAME}",
            "User_Agent": f"{NAME}/1",
            "traceparent": f"00-{NAME}",
            "tracestate": f"v={NAME}",
            "baggage": f"whose={NAME}",
        }
        answer = send(**words)
        leaves(gw, number_of(answer), is_reported=True)
        in_header = {"Authorization": f"Bearer {send.key}", "Cookie": f"session={NAME}"}
        body = {"to": TO, "message": TEXT, "client_reference": NAME}
        path = f"/api/v1/sms/send?whose={NAME}"
        assert send.client.post_json(path, body, in_header).json()["status"] == "success"
        assert send.client.post(f"/{NAME}/{TO}", json=body).status_code == 404
    left = b"".join(repr(post.headers).encode() + post.body for post in collector.came)
    assert {span.name for span in spans_in(collector)} >= {"POST /api/v1/sms/send", "report"}
    for word in (send.key, send.key[:12], send.key[-12:], TO, TO[3:], TEXT, "marzipan", NAME):
        assert word.encode() not in left
        assert word.encode().hex().encode() not in left


@pytest.mark.slow
def test_all_processes_keep_the_same_share_of_traces(tmp_path: Path, collector: Receiver) -> None:
    with traced(tmp_path, collector.url, share=0.5) as gw, asking(gw) as send:
        numbers = [number_of(send()) for _ in range(24)]
    with traced(tmp_path, collector.url, share=0.5) as other:
        for number in numbers:
            leaves(other, number)
    by_trace: dict[bytes, list[str]] = {}
    for span in spans_in(collector):
        by_trace.setdefault(span.trace_id, []).append(span.name)
    assert 0 < len(by_trace) < len(numbers)
    assert all(
        names == ["POST /api", "accept", "dispatch", "attempt"] for names in by_trace.values()
    )


@pytest.mark.slow
def test_a_client_neither_turns_traces_on_nor_knows_which_are_kept(
    tmp_path: Path, collector: Receiver
) -> None:
    kept = []
    named = [
        f"00-{number:032x}-00f067aa0ba902b7-{flags}"
        for number in range(1, 33)
        for flags in ("00", "01")
    ]
    for folder, share in (("never", 0.0), ("one", 0.5), ("other", 0.5)):
        file = tmp_path / f"secret-{folder}"
        kept_or_made(file)
        with (
            traced(tmp_path / folder, collector.url, share, server_secret=f"file:{file}") as gw,
            asking(gw) as send,
        ):
            for each in named:
                send(traceparent=each)
        kept.append({(span.trace_id, span.name) for span in spans_in(collector)})
        collector.came.clear()
    never, one, other = ({trace for trace, name in some if name == "accept"} for some in kept)
    assert never == set()
    assert 0 < len(one) < 32
    assert 0 < len(other) < 32
    assert one != other  # 32 coins fall alike once in four thousand million times


def test_a_collector_that_wants_a_password_is_told_it_by_the_names_of_opentelemetry(
    tmp_path: Path, collector: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Basic%20bmdvbWE6")
    with traced(tmp_path, collector.url) as gw, asking(gw) as send:
        send()
    assert {post.headers["authorization"] for post in collector.came} == {"Basic bmdvbWE6"}
    assert {post.path for post in collector.came} == {"/hook/v1/traces"}


@pytest.mark.slow
def test_a_collector_that_is_away_keeps_nobody_from_sending_and_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # it takes connections, and says nothing
        where = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with socket.create_server(("127.0.0.1", 0)) as gone:
            away = f"http://127.0.0.1:{gone.getsockname()[1]}"
        for folder, endpoint in (("silent", where), ("away", away)):
            with traced(tmp_path / folder, endpoint) as gw, asking(gw) as send:
                numbers = [number_of(send()) for _ in range(5)]
                leaves(gw, numbers[-1])
                if folder == "away":
                    wait_until(partial(lost, gw), within_s=30, what="spans are lost")
                ending_s = time.monotonic()
            assert time.monotonic() - ending_s < ENDING_MAX_S
    said = [one for one in caplog.records if one.levelno >= logging.WARNING]
    assert {one.getMessage() for one in said} == {"traces do not arrive: see [operations] traces"}
    assert len(said) <= 2


def lost(gw: Gateway) -> float:
    """Give the metric."""
    text = gw.system.metrics.render()[0].decode()
    (line,) = [one for one in text.splitlines() if one.startswith("ngoma_trace_spans_lost_total ")]
    return float(line.split()[1])


@pytest.mark.slow
def test_what_comes_faster_than_it_leaves_is_dropped_and_counted(
    tmp_path: Path, collector: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traces, "QUEUE_MAX", 3)
    monkeypatch.setattr(traces, "TOGETHER_MAX", 3)
    monkeypatch.setattr(traces, "GATHER_S", 60.0)
    collector.delay_s = 1.0
    with traced(tmp_path, collector.url) as gw, asking(gw) as send:
        for _ in range(8):
            assert send().json()["message_id"]
        dropped = lost(gw)
    assert dropped > 0
    assert len(spans_in(collector)) == 16 - dropped


@pytest.mark.parametrize("what", [HELP, START])
@pytest.mark.slow
def test_no_library_of_traces_is_loaded_until_somebody_asks_for_them(
    tmp_path: Path, what: str
) -> None:
    asked = [sys.executable, "-c", what + LOADED, str(tmp_path)]
    said = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False)
    assert (said.returncode, said.stdout.splitlines()[-1]) == (0, "[]"), said.stderr


@pytest.mark.slow
def test_without_the_extra_the_gateway_starts_as_ever_and_traces_are_a_clear_message(
    tmp_path: Path,
) -> None:
    asked = [sys.executable, "-c", WITHOUT + START, str(tmp_path)]
    where = {**os.environ, "NGOMA_REDIS_URL": "redis://127.0.0.1:1"}
    ran = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False, env=where)
    assert (ran.returncode, ran.stdout) == (0, ""), ran.stderr
    where["NGOMA_OPERATIONS_TRACES"] = "http://127.0.0.1:4318"
    ran = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False, env=where)
    assert "pip install 'ngoma[traces]'" in ran.stderr.splitlines()[-1]

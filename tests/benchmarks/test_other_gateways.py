"""Other gateways are asked and read as they answer, and loaded where they are installed."""

import asyncio
import re
import socketserver
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import pytest

from tests.benchmarks import jasmin, kannel
from tests.benchmarks.bench import Bench
from tests.benchmarks.load import Aim, Generator, Load, Shot, fire, trouble
from tests.benchmarks.served import CONNECTIONS
from tests.benchmarks.smsc import HEAD, SUBMIT_SM, Taking

STATUS: Final = """<?xml version="1.0"?>
<gateway>
<version>Kannel bearerbox version `1.4.5'.
Compiler `12.2.0'.
</version>
<status>running, uptime 0d 0h 0m 4s</status>
	<wdp>
		<received><total>0</total><queued>0</queued></received>
		<sent><total>0</total><queued>0</queued></sent>
	</wdp>
	<sms>
		<received><total>0</total><queued>0</queued></received>
		<sent><total>123</total><queued>4</queued></sent>
		<storesize>7</storesize>
		<inbound>0.00,0.00,0.00</inbound>
	</sms>
<smscs><count>1</count>
	<smsc>
		<name>FAKE:27103</name>
		<status>online 3s</status>
	</smsc>
</smscs>
</gateway>
"""
GET_LINE: Final = r"GET /send\?text=x&to=26077(\d{7})&end=1 HTTP/1\.1"
GENERATORS: Final = (Generator.OWN, Generator.WRK)[: 1 + (Generator.best() is Generator.WRK)]
METRICS: Final = """# TYPE httpapi_success_count counter
httpapi_success_count 2201
smppc_bound_count{cid="bench"} 1
# HELP smppc_submit_sm_count Complete SubmitSm transactions count.
smppc_submit_sm_count{cid="bench"} 18
"""


@pytest.fixture
def bench() -> Iterator[Bench]:
    with Bench(seconds=1, messages=1, generator=Generator.OWN) as made:
        yield made


def test_a_bearerbox_says_what_is_sent_and_what_waits() -> None:
    status = kannel.Status.read(STATUS)

    assert status == kannel.Status(version="1.4.5", sent=123, waiting=7, is_online=True)


def test_what_waits_in_a_queue_counts_where_nothing_is_stored() -> None:
    assert kannel.Status.read(STATUS.replace(">7<", ">-1<")).waiting == 4


def test_an_smsc_that_connects_yet_is_not_online() -> None:
    assert not kannel.Status.read(STATUS.replace("online 3s", "re-connecting")).is_online


def test_a_page_of_something_else_is_no_status() -> None:
    with pytest.raises(ValueError, match="not the status of a bearerbox"):
        kannel.Status.read("<html>Denied</html>")


def test_jasmin_says_what_it_has_handed_on() -> None:
    assert jasmin.Counts.read(METRICS) == jasmin.Counts(2_201, 18, is_bound=True)
    assert jasmin.Counts.read("") == jasmin.Counts(0, 0, is_bound=False)


def test_what_was_refused_is_told_and_not_counted() -> None:
    loads = [
        Load(2.0, answers=10, refused=4, broken=0, p50_ms=1.0, p99_ms=2.0),
        Load(2.0, answers=10, refused=0, broken=1, p50_ms=1.0, p99_ms=2.0),
    ]

    assert [load.rate for load in loads] == [3.0, 5.0]
    assert trouble("Kannel", loads) == "Kannel: 4 refused, 1 broken, not counted"
    assert not trouble("Kannel", [Load(2.0, 10, 0, 0, 1.0, 2.0)])


@pytest.mark.slow
@pytest.mark.parametrize("generator", GENERATORS)
def test_a_get_has_the_recipient_behind_its_path(generator: Generator, tmp_path: Path) -> None:
    shot = Shot("/send?text=x&to=", "26077", "&end=1", {"X-One": "1"}, is_get=True)

    heads, load = _fired_at(
        generator, shot, tmp_path, b"HTTP/1.1 202 OK\r\nContent-Length: 0\r\n\r\n"
    )

    first, second = (re.fullmatch(GET_LINE, head[0]) for head in heads[:2])
    assert first is not None
    assert second is not None
    assert int(second[1]) == int(first[1]) + 1 > 42
    assert "X-One: 1" in heads[0]
    assert load.accepted > 0
    assert abs(load.answers - len(heads)) <= 1


@pytest.mark.slow
@pytest.mark.parametrize("generator", GENERATORS)
def test_an_answer_in_chunks_counts_once(generator: Generator, tmp_path: Path) -> None:
    pieces = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"3\r\nabc\r\n0\r\n\r\n"
    shot = Shot("/send?to=", "", "", {}, is_get=True)

    heads, load = _fired_at(generator, shot, tmp_path, *pieces)

    assert load.accepted > 0
    assert abs(load.answers - len(heads)) <= 1


def _fired_at(
    generator: Generator, shot: Shot, folder: Path, *pieces: bytes
) -> tuple[Sequence[Sequence[str]], Load]:
    """Fire for a second at a server that answers in these pieces; give all heads that it saw."""
    heads: list[list[str]] = []

    class Answering(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while line := self.rfile.readline():
                lines = [line, *iter(self.rfile.readline, b"\r\n")]
                heads.append([one.decode().rstrip() for one in lines])
                for piece in pieces:
                    self.wfile.write(piece)
                    time.sleep(0.002)  # so that each piece comes by itself

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, *_: object) -> None:
            """The client goes when its time is over."""

    with Server(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_address[1]}"
            aim = Aim(base_url=url, shots=[shot], connections=1, seconds=1, first=41)
            return heads, fire(generator, aim, folder).result()
        finally:
            server.shutdown()
            thread.join()


def test_the_smsc_answers_each_submission_with_a_number_however_it_is_cut() -> None:
    sent: list[bytes] = []

    class Wire(asyncio.Transport):
        def write(self, data: Any) -> None:
            sent.append(bytes(data))

    taking = Taking()
    taking.connection_made(Wire())
    request = HEAD.pack(HEAD.size + 3, SUBMIT_SM, 0, 77) + b"abc"
    for piece in (request[:5], request[5:] + request):
        taking.data_received(piece)

    answer = HEAD.pack(HEAD.size + 2, 0x8000_0004, 0, 77)
    assert b"".join(sent) == answer + b"1\0" + answer + b"2\0"


@pytest.mark.soak
@pytest.mark.processes
@pytest.mark.skipif(not kannel.is_installed(), reason="no Kannel: make soak-tools")
def test_kannel_takes_what_it_is_sent_and_hands_all_of_it_on(bench: Bench) -> None:
    with ExitStack() as stack:
        gateway = kannel.Kannel.start(bench, stack)
        before = gateway.status()
        load = gateway.turn(bench)
        after = gateway.status()
        assert not gateway.trouble

    assert load.accepted > 0
    assert 0 <= after.sent - before.sent - load.accepted <= CONNECTIONS  # what it was asked last
    assert gateway.cpu_us[0] > 0


@pytest.mark.soak
@pytest.mark.processes
@pytest.mark.skipif(not jasmin.is_installed(), reason=f"no Jasmin: {jasmin.PACKAGES}")
def test_jasmin_takes_what_it_is_sent_and_hands_all_of_it_on(bench: Bench) -> None:
    with ExitStack() as stack:
        gateway = jasmin.Jasmin.start(bench, stack)
        before = gateway.counts()
        load = gateway.turn(bench)
        after = gateway.counts()

    assert load.accepted > 0
    assert 0 <= after.handed_on - before.handed_on - load.accepted <= CONNECTIONS

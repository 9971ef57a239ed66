"""TLS by ourselves: versions, a certificate that is replaced, bounds that hold all the same."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sized
from functools import partial
from pathlib import Path

import httpx
import pytest

from adapters.clock import SystemClock
from adapters.security.tls import Certificate
from tests.api.conftest import Gateway, served
from tests.end_to_end.waiting import wait_until
from tests.support.certificates import Files
from tests.worker.web.conftest import SOON
from tests.worker.web.test_bounds import KIB, Bulky, hang_ups
from tests.worker.web.wire import Wire, request
from worker.web.bounds import Bounds


def _has_more_than(answers: Sized, count: int) -> bool:
    return len(answers) > count


async def echo(scope: object, receive: object, send: object) -> None:
    """Answer with the scheme and the body of the request."""
    body = b""
    more = True
    while more:
        message = await receive()  # type: ignore[operator]
        body += message.get("body", b"")
        more = message.get("more_body", False)
    answer = scope["scheme"].encode() + b" " + body  # type: ignore[index]
    headers = [(b"content-length", b"%d" % len(answer))]
    start = {"type": "http.response.start", "status": 200, "headers": headers}
    await send(start)  # type: ignore[operator]
    await send({"type": "http.response.body", "body": answer})  # type: ignore[operator]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return Files(tmp_path_factory.mktemp("tls")).write()


@pytest.fixture(scope="module")
def certificate(files: Files) -> Certificate:
    return Certificate(files.certificate, files.key, clock=SystemClock())


@pytest.fixture
def port(hasty: Gateway, certificate: Certificate) -> Iterator[int]:
    """Echo by TLS, with deadlines that a test can wait for."""
    with served(echo, hasty.system, SOON, lifespan=False, certificate=certificate) as url:
        yield port_of(url)


def port_of(url: str) -> int:
    assert url.startswith("https://127.0.0.1:")
    return int(url.rsplit(":", 1)[1])


def at_most(files: Files, version: ssl.TLSVersion) -> ssl.SSLContext:
    context = files.context
    context.maximum_version = version
    return context


# -- versions --------------------------------------------------------------------------------------


def test_tls_1_3_is_spoken_and_1_2_is_refused(hasty: Gateway, port: int, files: Files) -> None:
    with Wire(port, tls=files.context) as wire:
        assert isinstance(wire.socket, ssl.SSLSocket)
        assert wire.socket.version() == "TLSv1.3"
        assert wire.say(request("/x", b"hello")).hear().body == b"https hello"
    before = hang_ups(hasty, "tls_failed")
    with pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION"):
        Wire(port, tls=at_most(files, ssl.TLSVersion.TLSv1_2))
    assert hang_ups(hasty, "tls_failed") == before + 1


def test_a_listener_may_allow_tls_1_2(hasty: Gateway, files: Files) -> None:
    older = Certificate(
        files.certificate, files.key, clock=SystemClock(), tls_min=ssl.TLSVersion.TLSv1_2
    )
    with (
        served(echo, hasty.system, lifespan=False, certificate=older) as url,
        Wire(port_of(url), tls=at_most(files, ssl.TLSVersion.TLSv1_2)) as wire,
    ):
        assert isinstance(wire.socket, ssl.SSLSocket)
        assert wire.socket.version() == "TLSv1.2"
        assert wire.say(request("/x", b"x" * 300 * KIB)).hear().body.endswith(b"xxx")


def test_a_client_that_speaks_no_tls_is_told_so_in_its_own_words(port: int) -> None:
    with Wire(port) as wire:
        answer = wire.say(request("/x")).hear()
        assert answer.status == 400
        assert answer.json["message"] == "This address speaks https: begin it with https://."
        wire.hear_end()


def test_what_is_neither_ends_the_connection_and_nothing_else(port: int, files: Files) -> None:
    for said in (b"\x16\x03\x01\x02\x00" + b"\x00" * 512, b"\xff" * 64, b"\x16\x03"):
        with Wire(port) as wire:
            wire.say(said)
            wire.socket.settimeout(3)
            while wire.socket.recv(100):
                pass
    with Wire(port, tls=files.context) as wire:
        assert wire.say(request("/x", b"")).hear().status == 200


# -- a certificate that is replaced ----------------------------------------------------------------


def shown(port: int, files: Files) -> bytes:
    """Give the certificate that a new connection is shown."""
    with Wire(port, tls=files.context) as wire:
        assert isinstance(wire.socket, ssl.SSLSocket)
        return wire.socket.getpeercert(binary_form=True) or b""


@pytest.mark.slow
def test_a_certificate_is_replaced_under_load_without_a_lost_request(
    hasty: Gateway, tmp_path: Path
) -> None:
    files = Files(tmp_path).write()
    certificate = Certificate(files.certificate, files.key, clock=SystemClock())
    is_over = threading.Event()
    answers: list[object] = []

    def ask(keeps: bool) -> None:
        """Ask without a pause, by one connection or by a new one each time."""
        headers = {} if keeps else {"Connection": "close"}
        with httpx.Client(verify=files.context, headers=headers, timeout=20) as client:
            while not is_over.is_set():
                try:
                    answers.append(client.post(f"{url}/x", content=b"hello").content)
                except httpx.HTTPError as error:
                    answers.append(error)

    with served(echo, hasty.system, lifespan=False, certificate=certificate) as url:
        clients = [threading.Thread(target=ask, args=(keeps,)) for keeps in (True, False) * 2]
        for client in clients:
            client.start()
        found = set()
        for _ in range(10):
            files.write()
            asked = len(answers)
            certificate.look()
            found.add(shown(port_of(url), files))
            wait_until(partial(_has_more_than, answers, asked + 10), what="they ask on")
        is_over.set()
        for client in clients:
            client.join(20)
    assert len(found) == 10, "each was shown"
    assert set(answers) == {b"https hello"}
    assert len(answers) > 100


def test_what_cannot_be_used_is_not_taken_until_it_can(hasty: Gateway, tmp_path: Path) -> None:
    files = Files(tmp_path).write()
    certificate = Certificate(files.certificate, files.key, clock=SystemClock())
    with served(echo, hasty.system, lifespan=False, certificate=certificate) as url:
        first = shown(port_of(url), files)
        new = files.issue()
        files.certificate.write_bytes(new.cert_chain_pems[0].bytes())  # its key comes later
        certificate.look()
        assert "is not that of" in certificate.words()
        assert shown(port_of(url), files) == first
        files.key.write_bytes(new.private_key_pem.bytes())
        certificate.look()
        assert certificate.words() == "ok"
        assert shown(port_of(url), files) != first


# -- bounds ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", [b"", b"\x16\x03\x01\x02"])
@pytest.mark.slow
def test_a_handshake_that_does_not_come_is_not_waited_for(
    hasty: Gateway, port: int, said: bytes
) -> None:
    before = hang_ups(hasty, "too_slow")
    with Wire(port) as wire:
        started_s = time.monotonic()
        wire.say(said).hear_end()
        assert 0.3 < time.monotonic() - started_s < 2
    assert hang_ups(hasty, "too_slow") == before + 1


def test_connections_count_before_their_handshake(
    hasty: Gateway, certificate: Certificate, files: Files
) -> None:
    bounds = Bounds(per_address=3)
    with served(echo, hasty.system, bounds, lifespan=False, certificate=certificate) as url:
        silent = [Wire(port_of(url)) for _ in range(3)]
        with pytest.raises((OSError, AssertionError)):
            Wire(port_of(url), tls=files.context).say(request("/x", b"")).hear()
        silent.pop().socket.close()
        time.sleep(0.05)
        with Wire(port_of(url), tls=files.context) as admitted:
            assert admitted.say(request("/x", b"")).hear().status == 200
        for wire in silent:
            wire.socket.close()


@pytest.mark.slow
def test_a_client_that_never_reads_is_let_go(
    hasty: Gateway, certificate: Certificate, files: Files
) -> None:
    bulky = Bulky()
    with served(bulky, hasty.system, SOON, lifespan=False, certificate=certificate) as url:
        before = hang_ups(hasty, "answer_unread")
        with Wire(port_of(url), tls=files.context) as wire:
            wire.say(request("/nope") * 100)
            time.sleep(0.3)
            asked = bulky.asked
            assert 1 <= asked < 30, "what nobody reads is not asked for"
            wait_until(
                lambda: hang_ups(hasty, "answer_unread") == before + 1,
                within_s=5,
                what="it is let go",
            )
            assert bulky.asked == asked


@pytest.mark.slow
def test_a_client_that_reads_slowly_gets_all_of_it(
    hasty: Gateway, certificate: Certificate, files: Files
) -> None:
    bulky = Bulky()
    with served(bulky, hasty.system, SOON, lifespan=False, certificate=certificate) as url:
        narrow = socket.socket()
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * KIB)
        narrow.settimeout(5)
        narrow.connect(("127.0.0.1", port_of(url)))
        with files.context.wrap_socket(narrow, server_hostname="localhost") as wire:
            wire.sendall(request("/nope") * 8)
            size = 0
            for _ in range(20):
                size += len(wire.recv(64 * KIB))
                time.sleep(0.1)  # longer, all in all, than what never moves may wait
            while size < 8 * 512 * KIB and (more := wire.recv(KIB * KIB)):
                size += len(more)
        assert bulky.asked == 8


# -- ends ------------------------------------------------------------------------------------------


def test_a_large_body_arrives_whole_through_pauses(port: int, files: Files) -> None:
    body = bytes(range(256)) * 4 * KIB
    with Wire(port, tls=files.context) as wire:
        wire.say(
            *(request("/x", body)[at : at + 100_000] for at in range(0, len(body) + 200, 100_000))
        )
        assert wire.hear().body == b"https " + body


def test_the_last_answer_ends_with_a_word_that_it_is_whole(port: int, files: Files) -> None:
    with Wire(port, tls=files.context) as wire:
        assert wire.say(request("/x", b"1", "Connection: close")).hear().body == b"https 1"
        assert wire.socket.recv(1) == b"", "not an end without a word, which would raise"


def test_a_refused_request_is_answered_though_its_client_still_sends(
    port: int, files: Files
) -> None:
    with Wire(port, tls=files.context) as wire:
        wire.say(b"GET /x HTTP/1.1\r\nHost: t\r\nX-Pad: " + b"x" * 70 * KIB, b"x" * 300 * KIB)
        assert wire.hear().status == 431


def test_requests_in_one_packet_are_answered_in_turn(port: int, files: Files) -> None:
    with Wire(port, tls=files.context) as wire:
        wire.say(b"".join(request("/x", b"%d" % number) for number in range(50)))
        for number in range(50):
            assert wire.hear().body == b"https %d" % number


def test_what_a_client_asked_before_it_said_that_it_says_no_more_is_answered(
    port: int, files: Files
) -> None:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = files.context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    with socket.create_connection(("127.0.0.1", port), timeout=5) as wire:
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                wire.sendall(outgoing.read())
                incoming.write(wire.recv(64 * KIB))
        tls.write(request("/x", b"last words"))
        with pytest.raises(ssl.SSLError):
            tls.unwrap()
        wire.sendall(outgoing.read())
        heard = b""
        while more := wire.recv(64 * KIB):
            heard += more
        incoming.write(heard)
        assert b"https last words" in tls.read(64 * KIB)

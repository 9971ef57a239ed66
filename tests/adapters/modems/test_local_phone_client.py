"""What answers at a phone's address may be anything: it is read, or says nothing."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from adapters.modems.phones.client import LocalPhone, PhoneSilent

Phones = Callable[[bytes], LocalPhone]


@contextmanager
def answering(body: bytes) -> Iterator[LocalPhone]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            place = f"http://127.0.0.1:{server.server_address[1]}"
            yield LocalPhone(place, user="sms", password="a password")
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def phone() -> Iterator[Phones]:
    with ExitStack() as open_ones:
        yield lambda body: open_ones.enter_context(answering(body))


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"\xff", b"[" * 200_000, b'{"a":' * 100_000, b"9" * 5_000]
)
def test_an_answer_that_is_no_json_is_an_answer_without_words(phone: Phones, body: bytes) -> None:
    assert phone(body).show("n-1") == (200, None)


@pytest.mark.parametrize(
    ("value", "per_cent"), [("7", 7), ('"7"', 7), ("1e999", None), ("NaN", None), ("[]", None)]
)
def test_a_battery_is_told_where_its_number_is_one(
    phone: Phones, value: str, per_cent: int | None
) -> None:
    level = f'{{"status": "fail", "observedValue": {value}}}'
    found = phone(f'{{"checks": {{"battery:level": {level}}}}}'.encode()).battery()
    assert found == per_cent


@pytest.mark.parametrize("host", ["a..b", "x" * 70 + ".zm"])
def test_a_host_that_can_be_no_name_is_silent(host: str) -> None:
    with pytest.raises(PhoneSilent, match="cannot be reached"):
        LocalPhone(f"http://{host}:8080", user="sms", password="a password").look()

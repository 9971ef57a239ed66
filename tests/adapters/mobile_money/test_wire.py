"""Amounts are exact, secrets are blank, waits end, and what is kept stays within its bound."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mobile_money.wire.amounts import kwacha_text, read_ngwee, read_payer
from adapters.mobile_money.wire.blanking import Blanking
from adapters.mobile_money.wire.caller import (
    ANSWER_BYTES_MAX,
    Caller,
    NoAnswer,
    NotDelivered,
    Waits,
    WireRequest,
)
from adapters.mobile_money.wire.json_text import plain_label, read_object, text_at
from adapters.mobile_money.wire.wire_log import FileWireLog
from application.ports import WireExchange
from domain.money import Ngwee
from domain.values import Instant
from tests.conformance.mobile_money_rigs import ListWireLog
from tests.support.virtual import VirtualClock

# -- amounts and payers --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "ngwee"),
    [
        ("50", 5_000),
        (50, 5_000),
        ("50.5", 5_050),
        (Decimal("50.50"), 5_050),
        ("50.500", 5_050),
        (Decimal("5E+1"), 5_000),
        ("37,600.00", 3_760_000),
        ("0", 0),
        (999_999_999_999, 99_999_999_999_900),
    ],
)
def test_an_amount_is_read_as_it_may_be_written(written: object, ngwee: int) -> None:
    assert read_ngwee(written) == ngwee


@pytest.mark.parametrize(
    "written",
    [
        *(None, True, "", "50.005", "-5", "1e3", "K50", "1_000", "\u0665", "50,00", [50], {"a": 1}),
        *(10**12, -1, 50.0, Decimal(-5), Decimal("0.001"), Decimal("NaN"), Decimal("Infinity")),
        *(Decimal("1E+999999"), Decimal("1E-999999")),
    ],
)
def test_what_is_not_whole_ngwee_is_no_amount(written: object) -> None:
    assert read_ngwee(written) is None


@given(st.integers(0, 10**14 - 1))
@pytest.mark.slow
def test_an_amount_that_we_write_reads_back(ngwee: int) -> None:
    assert read_ngwee(kwacha_text(Ngwee(ngwee))) == ngwee


@pytest.mark.parametrize(
    ("written", "payer"),
    [
        ("260961234567", "+260961234567"),
        ("+260961234567", "+260961234567"),
        (260961234567, "+260961234567"),
        ("0961234567", "+260961234567"),
        ("961234567", "+260961234567"),
        ("46733123450", "+46733123450"),
        ("", None),
        (None, None),
        ("hello", None),
    ],
)
def test_a_payer_is_read_in_any_form(written: object, payer: str | None) -> None:
    assert read_payer(written) == payer


def test_a_text_may_have_been_written_as_a_number() -> None:
    found = read_object(b'{"id":23503452,"flag":true,"half":0.5,"big":1e30,"whole":7.0}')
    names = ("id", "flag", "half", "big", "whole")
    assert [text_at(found, name) for name in names] == ["23503452", None, None, None, "7"]


@pytest.mark.parametrize("text", ["x" * 201, "a\\nb", "\\u0000", "\\ud800", ""])
def test_what_cannot_be_an_id_is_none(text: str) -> None:
    assert text_at(read_object(f'{{"id":"{text}"}}'.encode()), "id") is None


def test_a_label_keeps_what_every_provider_takes() -> None:
    assert plain_label("  O'Brien — top-up #7 ", 160) == "O Brien top-up 7"
    assert plain_label("abc def", 4) == "abc"


# -- what is kept --------------------------------------------------------------------------------


def test_secrets_and_numbers_are_blanked_and_transactions_are_not() -> None:
    blanking = Blanking(["top secret/="])
    text = (
        "GET /Req?Password=top+secret%2F%3D&Msisdn=260951234567&Amount=50 top secret/= "
        '{"access_token":"abc","msisdn":"971234567","financialTransactionId":"971234568"}'
    )
    assert blanking.blank(text) == (
        "GET /Req?Password=***&Msisdn=26095*****67&Amount=50 *** "
        '{"access_token":"***","msisdn":"97*****67","financialTransactionId":"971234568"}'
    )
    told = {
        "Authorization": "Basic abc",
        "Date": "today",
        "X-Callback-Url": "https://sms.example/callbacks/mtn/7-0089a1dedcbc",
    }
    assert blanking.headers(told) == [
        "Authorization: ***",
        "Date: today",
        "X-Callback-Url: https://sms.example/callbacks/mtn/***",
    ]


def _exchange(reference: str, text: str = "") -> WireExchange:
    return WireExchange(
        at=Instant(1),
        provider="mtn",
        reference=reference,
        purpose="status",
        request=f"GET /{text}",
        answer="HTTP 200",
        took_ms=3,
    )


def test_what_was_said_about_a_payment_is_read_back_in_order(tmp_path: Path) -> None:
    log = FileWireLog(tmp_path / "wire")
    for reference, text in [("a", "1"), ("b", "2"), ("a", "3")]:
        log.note(_exchange(reference, text))
    assert [one.request for one in log.of("a")] == ["GET /1", "GET /3"]
    assert FileWireLog(tmp_path / "wire").of("b") == [_exchange("b", "2")]
    assert log.of("c") == []
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "wire").iterdir()}
    assert modes == {0o600}


def test_the_oldest_goes_when_the_files_are_full(tmp_path: Path) -> None:
    log = FileWireLog(tmp_path, bytes_max=1_000)
    for number in range(50):
        log.note(_exchange("a", str(number)))
    kept = [one.request for one in log.of("a")]
    assert kept[-1] == "GET /49"
    assert len(kept) < 50
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 2_400


def test_a_log_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    FileWireLog(tmp_path / "file").note(_exchange("a"))


# -- calls ---------------------------------------------------------------------------------------


@contextmanager
def _server(behave: Callable[[socket.socket], None]) -> Iterator[str]:
    """Give the URL of a server that reads one request and then behaves."""

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65_536)
            behave(connection)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join(5)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def _silent(connection: socket.socket) -> None:
    connection.recv(1)  # until the client has gone


def _dribbling(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Content-Length: 1000\r\n\r\n")
    try:
        for _ in range(40):
            connection.sendall(b" ")
            time.sleep(0.02)  # a byte now and then: what is tried is its slowness
    except OSError:
        return


def _endless(connection: socket.socket) -> None:
    try:
        connection.sendall(HEAD + b"\r\n" + b" " * (ANSWER_BYTES_MAX + 1))
    except OSError:
        return


def _compressed(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}")


def _cut(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"Content-Length: 20\r\n\r\n{}")


def _babbling(connection: socket.socket) -> None:
    connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")


def _caller(url: str, log: ListWireLog) -> Caller:
    waits = Waits(connect_s=0.3, answer_s=0.3)
    return Caller(
        provider="mtn", base_url=url, clock=VirtualClock(), log=log, secrets=[], waits=waits
    )


@pytest.mark.parametrize("behave", [_silent, _dribbling, _endless, _compressed, _cut, _babbling])
@pytest.mark.slow
def test_an_answer_that_is_none_leaves_it_open(behave: Callable[[socket.socket], None]) -> None:
    log = ListWireLog()
    with _server(behave) as url, closing(_caller(url, log)) as caller:
        started_s = time.monotonic()
        with pytest.raises(NoAnswer):
            caller.call(WireRequest(method="GET", path="/x", purpose="status", reference="r"))
        assert time.monotonic() - started_s < 5
    (kept,) = log.of("r")
    assert kept.answer.startswith("It")


@pytest.mark.parametrize(
    ("base_url", "secret"), [("http://[::1", "x"), ("ftp://x", "x"), ("http://x", "a\nb")]
)
def test_what_cannot_be_sent_is_not_sent(base_url: str, secret: str) -> None:
    request = WireRequest(method="GET", path="/x", purpose="status", headers={"Key": secret})
    caller = _caller(base_url, ListWireLog())
    with closing(caller), pytest.raises(NotDelivered):
        caller.call(request)


def test_nothing_is_followed() -> None:
    def redirect(connection: socket.socket) -> None:
        connection.sendall(
            b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
        )

    with _server(redirect) as url, closing(_caller(url, ListWireLog())) as caller:
        assert caller.call(WireRequest(method="GET", path="/x", purpose="status")).status == 302


def test_who_cannot_be_reached_got_nothing() -> None:
    request = WireRequest(method="GET", path="/x", purpose="status")
    caller = _caller("http://127.0.0.1:1", ListWireLog())
    with closing(caller), pytest.raises(NotDelivered):
        caller.call(request)

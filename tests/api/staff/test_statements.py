"""Finance brings a provider's statement over HTTP: by the command's rules, and nobody waits."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
from typing import Any

import httpx
import pytest

from api.routing.front import UPLOADS_MAX
from domain.roles import Role
from tests.api.conftest import Gateway, gateways
from tests.api.staff.receipts import STATEMENT
from tests.support.invariants import violations_in
from tests.support.staff import Member, hire

PATH = "/api/v1/staff/finance/statements"
MEBIBYTE = 1024 * 1024
SLASHED = b"Transaction ID,Date,Amount\n11,03/02/2026 08:00:00,50.00\n"
"""Day and month of every date can be read both ways."""


@dataclass(frozen=True)
class Office:
    """A gateway that takes files of a mebibyte and a bit, and its people."""

    gateway: Gateway
    ann: Member
    auditor: Member

    def bring(self, file: bytes, **fields: str) -> httpx.Response:
        return self.gateway.http.post(
            PATH,
            data={"provider": "mtn", **fields},
            files={"file": ("whatever.xls", file)},
            headers=self.ann.bearer,
        )

    def brought(self, file: bytes, **fields: str) -> dict[str, Any]:
        answer = self.bring(file, **fields)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()["data"]
        return found


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with gateways(tmp_path_factory.mktemp("office")) as start:
        gateway = start(credits=5, uploads_bytes_max=MEBIBYTE + 1024)
        admin = hire(gateway.system, "admin", Role.ADMIN)
        yield Office(
            gateway,
            hire(gateway.system, "ann", Role.FINANCE_PREPARER, admin=admin.account),
            hire(gateway.system, "aud", Role.AUDITOR, admin=admin.account),
        )


def file_of(wallet_number: int) -> bytes:
    """Give a statement of its own: the ids of its two lines are no other file's."""
    return STATEMENT.replace(b"\n1", b"\n%d1" % wallet_number)


def test_a_file_adds_its_lines_once_and_says_what_they_come_to(office: Office) -> None:
    file = file_of(1)
    dry = office.brought(file, dry_run="true")
    assert (dry["statement_id"], dry["added"]) == (None, 2)
    first = office.brought(file)
    assert first == first | {
        "template": "mtn",
        "lines": 2,
        "added": 2,
        "known": 0,
        "refused": [],
        "opening_ngwee": 10_000,
        "total_ngwee": 6_900,
        "closing_ngwee": 16_900,
        "balanced": True,
        "contiguous": True,
        "from": "2026-02-01T06:00:00.000000Z",
    }
    again = office.brought(file)
    assert (again["statement_id"], again["added"], again["known"]) == (first["statement_id"], 0, 2)
    assert violations_in(office.gateway.system.store) == []


def test_a_row_that_cannot_be_read_is_told_with_its_number_and_the_reason(office: Office) -> None:
    rows = file_of(2) + b"213,2026-02-01 09:30:00,Successful,260961234567,2x,0,171.00\n"
    brought = office.brought(rows, wallet="rows")
    assert brought["refused_count"] == 1
    assert brought["refused"][0]["row"] == 4
    assert "no amount" in brought["refused"][0]["reason"]
    assert brought["balanced"] is False


@pytest.mark.parametrize(
    ("fields", "file", "field", "words"),
    [
        ({}, b"%PDF-1.4", "file", "PDF"),
        ({}, b"", "file", "file field is required"),
        ({"provider": ""}, STATEMENT, "provider", "required"),
        ({"provider": "../mtn"}, STATEMENT, "provider", "named by"),
        ({"wallet": "a b"}, STATEMENT, "wallet", "named by"),
        ({"template": "/etc/passwd.toml"}, STATEMENT, "template", "no template"),
        ({"date_format": "ydm"}, STATEMENT, "date_format", "dmy, mdy, ymd"),
        ({"dry_run": "perhaps"}, STATEMENT, "dry_run", "true, false"),
        ({"wallet": "late"}, STATEMENT.replace(b"2026", b"2126"), "date_format", "time to come"),
        ({"wallet": "both", "template": "airtel"}, SLASHED, "date_format", "both ways"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_words(
    office: Office, fields: dict[str, str], file: bytes, field: str, words: str
) -> None:
    answer = office.bring(file, **fields)
    assert answer.status_code == 422
    assert words in answer.json()["errors"][field][0]


def test_a_body_that_is_no_form_with_a_file_is_refused(office: Office) -> None:
    for content, kind in ((STATEMENT, "text/csv"), (b"--x", "multipart/form-data; boundary=y")):
        headers = {**office.ann.bearer, "Content-Type": kind}
        answer = office.gateway.http.post(PATH, content=content, headers=headers)
        assert answer.status_code == 422


@pytest.mark.slow
def test_a_file_is_as_large_as_the_setting_says_and_no_larger(office: Office) -> None:
    rows = b"Id,Date,Status,From,Amount,Fee,Balance\n"
    rows += b"311,2026-02-01 08:00:00,Successful,260971234567,50.00,1.00,149.00\n"
    padded = rows + b"\n" * (MEBIBYTE - len(rows))
    assert office.brought(padded, wallet="large")["lines"] == 1
    over = office.bring(padded + b"\n" * 1024)
    assert over.status_code == 413


def head(office: Office, secret: str) -> bytes:
    """Give the head of a request whose body never comes."""
    return (
        f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n"
        f"Content-Type: multipart/form-data; boundary=x\r\nAuthorization: Bearer {secret}\r\n"
        "Expect: 100-continue\r\n\r\n"
    ).encode()


def test_who_may_not_is_refused_before_the_file_is_read(office: Office) -> None:
    for secret, status in (
        ("", b"401"),
        (office.gateway.key, b"401"),
        (office.auditor.token, b"403"),
    ):
        with socket.create_connection(("127.0.0.1", office.gateway.port), timeout=5) as client:
            client.sendall(head(office, secret))
            assert client.recv(12) == b"HTTP/1.1 " + status


def test_only_so_many_files_are_held_at_a_time_and_nobody_else_waits(office: Office) -> None:
    address = ("127.0.0.1", office.gateway.port)
    held = [socket.create_connection(address, timeout=5) for _ in range(UPLOADS_MAX)]
    try:
        for client in held:
            client.sendall(head(office, office.ann.token))
            assert client.recv(12) == b"HTTP/1.1 100"
        answer = office.bring(STATEMENT)
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        assert office.gateway.balance() >= 0
    finally:
        for client in held:
            client.close()
    assert any(office.bring(STATEMENT).status_code == 200 for _ in range(100))


def test_while_a_file_is_worked_a_message_is_sent(office: Office) -> None:
    """The import is held at its first save, for as long as a send takes from end to end."""
    gateway, saving, sent = office.gateway, Event(), Event()
    execute = gateway.system.committer.execute

    def held(command: Any, **more: Any) -> Any:
        saving.set()
        assert sent.wait(10)
        return execute(command, **more)

    with ThreadPoolExecutor(1) as pool, pytest.MonkeyPatch.context() as patch:
        patch.setattr(gateway.system.committer, "execute", held)
        importing = pool.submit(office.bring, file_of(4), wallet="held")
        assert saving.wait(10)
        assert gateway.send().json()["status"] == "queued"
        sent.set()
        assert importing.result(10).status_code == 200

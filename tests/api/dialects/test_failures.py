"""What customers read of a message that failed: the words of its cause, wherever they look."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import pytest

from application.books.books import Books
from application.books.commands import Command
from application.messages.settling import record_with_refund
from domain.causes import CAUSES, Cause, ErrorCode, ErrorTable, OwnCause, meaning_of
from domain.message import Message, message_id
from domain.values import Instant
from tests.api.conftest import Gateway
from tests.support.outcomes import refused

TABLE: list[Cause] = [
    *OwnCause,
    *(
        ErrorCode(ErrorTable(table), int(number))
        for table, _, number in (cause.partition("_") for cause in CAUSES)
        if table in set(ErrorTable)
    ),
    *(ErrorCode(table, number) for table in ErrorTable for number in (126, 254, 400, 65_000)),
]
"""Every cause that has words of its own, and numbers that have those of their range."""


class Fail(Command[None]):
    """End a message by one cause, as its last attempt does."""

    def __init__(self, number: int, cause: Cause, *, at: Instant) -> None:
        self.at = at
        self._number = number
        self._cause = cause

    def touches(self) -> Iterable[UUID]:
        yield message_id(self._number)

    def decide(self, books: Books) -> None:
        message = books.get(Message, message_id(self._number))
        message.fail(cause=self._cause, at=self.at)
        record_with_refund(books, message, at=self.at)


def log_of(gateway: Gateway) -> Iterator[dict[str, Any]]:
    """Give the whole log, oldest first."""
    pages = gateway.logs(limit=100)["pages"]
    for page in range(pages, 0, -1):
        yield from reversed(gateway.logs(limit=100, page=page)["logs"])


@pytest.mark.slow
def test_every_cause_is_told_in_its_words_in_the_log_and_the_timeline(own_gateway: Gateway) -> None:
    own_gateway.bulk([f"26097700{place:04}" for place in range(len(TABLE))])
    for number, cause in enumerate(TABLE, start=1):
        at = own_gateway.system.clock.now()
        own_gateway.system.committer.execute(Fail(number, cause, at=at))
    own_gateway.wait_for_log()
    assert [entry["failure"] for entry in log_of(own_gateway)] == [
        {"code": str(cause), "message": meaning_of(cause).words} for cause in TABLE
    ]
    for number, cause in enumerate(TABLE, start=1):
        told = own_gateway.get(f"/api/v1/messages/msg_{number}").json()["data"]
        assert told["summary"] == f"It was not sent. {meaning_of(cause).words}"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("+CME ERROR: 30", "The SIM had no network service."),
        ("+CMS ERROR: 331", "The SIM had no network service."),
        ("+CMS ERROR: 38", "The network was out of order."),
        ("ERROR", "The modem could not send it."),
    ],
)
def test_what_a_modem_says_is_told_by_its_own_table(
    own_gateway: Gateway, line: str, words: str
) -> None:
    own_gateway.send()
    own_gateway.try_to_send(1, refused(line))
    told = own_gateway.get("/api/v1/messages/msg_1").json()["data"]
    assert told["timeline"][-1]["description"] == (
        f"The attempt failed: {words} The next is due in 30 s."
    )

"""Conversations on both stores: what an account sent to a number, and what came from there."""

import hashlib

import pytest

from application.ports.queries import NEWEST, InboundRow, LogEntry, Older, Said
from domain.inbound import Inbound, InboundKind
from projections import threads
from tests.projections.history import at, message, world
from tests.projections.truth import Truth
from tests.support.delivers import delivers

MARY, JOHN = "+260977000000", "+260966000001"
BLOCK = 1 << threads.BLOCK_BITS


def sent(truth: Truth, number: int, to: str, *, when: float, account: int = 1) -> None:
    truth.save(message(number, account, when=when))
    truth.put_text(number, to, f"out {number}")


def came(truth: Truth, number: int, sender: str, *, when: float, account: int | None = 1) -> None:
    (pdu,) = delivers(sender, f"in {number}")
    inbound = Inbound.receive(
        number,
        sim=1,
        pdu_sha256=hashlib.sha256(b"%d" % number).hexdigest(),
        kind=InboundKind.MESSAGE,
        content=f"{number}/seal",
        message_reference=None,
        tp_status=None,
        centre_at=None,
        part_of=None,
        at=at(when),
    )
    inbound.gather(missing=0, account=account, word=None, at=at(when))
    truth.save(inbound)
    truth.put("inbound", number, pdu.hex(), msisdn=sender)


def text(said: Said) -> str | None:
    row = said.message
    assert isinstance(row, LogEntry | InboundRow)
    return row.text


@pytest.fixture
def talked(truth: Truth) -> Truth:
    """Let two accounts talk with two numbers, and one number with nobody."""
    truth.save(*world())
    sent(truth, 1, MARY, when=1)
    came(truth, 1, MARY, when=2)
    sent(truth, 2, MARY, when=3, account=2)
    sent(truth, BLOCK + 1, JOHN, when=4)
    sent(truth, 90 * BLOCK, MARY, when=5)
    came(truth, 2, MARY, when=6, account=2)
    came(truth, 3, JOHN, when=7, account=None)
    came(truth, 4, MARY, when=8)
    return truth


def test_a_conversation_is_of_one_account_and_one_number(talked: Truth) -> None:
    queries = talked.follow()
    found = queries.thread(1, MARY, before=NEWEST, limit=10)
    assert [text(said) for said in found.said] == ["in 4", f"out {90 * BLOCK}", "in 1", "out 1"]
    assert found.older is None
    theirs = queries.thread(2, MARY, before=NEWEST, limit=10)
    assert [text(said) for said in theirs.said] == ["in 2", "out 2"]
    assert queries.thread(3, MARY, before=NEWEST, limit=10).said == []
    assert queries.thread(2, JOHN, before=NEWEST, limit=10).said == []


def test_its_pages_follow_one_another(talked: Truth) -> None:
    queries = talked.follow()
    for limit in (1, 2, 3):
        read, before = [], NEWEST
        for _ in range(10):
            page = queries.thread(1, MARY, before=before, limit=limit)
            read += [text(said) for said in page.said]
            if page.older is None:
                break
            before = page.older
        assert read == ["in 4", f"out {90 * BLOCK}", "in 1", "out 1"]


def test_conversations_are_listed_by_their_newest_message(talked: Truth) -> None:
    queries = talked.follow()
    first = queries.threads(1, before=NEWEST, limit=1)
    assert [(one.msisdn, text(one.last)) for one in first.threads] == [(MARY, "in 4")]
    assert isinstance(first.older, Older)
    rest = queries.threads(1, before=first.older, limit=5)
    assert [(one.msisdn, text(one.last)) for one in rest.threads] == [(JOHN, f"out {BLOCK + 1}")]
    assert rest.older is None


def test_what_is_erased_is_in_none(talked: Truth) -> None:
    talked.erase("message", 90 * BLOCK)
    talked.erase("inbound", 4)
    queries = talked.follow()
    found = queries.thread(1, MARY, before=NEWEST, limit=10)
    assert [text(said) for said in found.said] == ["in 1", "out 1"]
    listed = queries.threads(1, before=NEWEST, limit=10).threads
    assert [(one.msisdn, text(one.last)) for one in listed] == [
        (JOHN, f"out {BLOCK + 1}"),
        (MARY, "in 1"),
    ]

"""What waits for a second person, and what became of it, with reasons that are never copied."""

from application.ports.queries import EntryRow
from domain.contents import ContentKind
from domain.manual_entry import EntryKind, ManualEntry
from tests.projections.history import at
from tests.projections.truth import Truth


def prepared(number: int, *, reason: str = "1/seal") -> ManualEntry:
    return ManualEntry.prepare(
        number,
        kind=EntryKind.GRANT,
        account=7,
        credits=500,
        actor="account:1",
        reason=reason,
        at=at(number),
    )


def test_an_entry_shows_who_asked_for_what_and_why(truth: Truth) -> None:
    truth.save(prepared(3))
    truth.put("reason", 1, "ticket 88")
    truth.put("account", 1, {"name": "Another kind of content"})
    queries = truth.follow()
    waiting = EntryRow(
        number=3,
        kind="grant",
        account=7,
        credits=500,
        receipt=None,
        amount_ngwee=None,
        seal_key=None,
        role=None,
        actor="account:1",
        reason="ticket 88",
        status="waiting",
        approver=None,
        remark=None,
        prepared_at=at(3),
        decided_at=None,
    )
    assert queries.entry(3) == waiting
    assert queries.entries("waiting", after=0, limit=9) == [waiting]
    assert queries.entry(4) is None
    truth.erase(ContentKind.REASON, 1)
    erased = queries.entry(3)
    assert erased is not None
    assert erased.reason is None


def test_each_decision_shows_who_made_it_when_and_what_they_said(truth: Truth) -> None:
    approved, rejected, withdrawn, waiting = (prepared(number) for number in (1, 2, 3, 4))
    approved.approve(approver="account:2", at=at(11))
    rejected.reject(approver="account:2", reason="9/seal", at=at(12))
    withdrawn.withdraw(actor="account:1", at=at(13))
    truth.save(approved, rejected, withdrawn, waiting)
    truth.put("reason", 9, "no such ticket")
    rows = truth.follow().entries(None, after=0, limit=9)
    assert [(row.status, row.approver, row.remark, row.decided_at) for row in rows] == [
        ("approved", "account:2", None, at(11)),
        ("rejected", "account:2", "no such ticket", at(12)),
        ("withdrawn", None, None, at(13)),
        ("waiting", None, None, None),
    ]


def test_entries_are_listed_page_by_page_and_by_where_they_stand(truth: Truth) -> None:
    entries = [prepared(number) for number in range(1, 6)]
    entries[1].withdraw(actor="account:1", at=at(9))
    truth.save(*entries)
    queries = truth.follow()
    assert [row.number for row in queries.entries("waiting", after=0, limit=3)] == [1, 3, 4]
    assert [row.number for row in queries.entries("waiting", after=4, limit=3)] == [5]
    assert [row.number for row in queries.entries("withdrawn", after=0, limit=3)] == [2]
    assert [row.number for row in queries.entries(None, after=1, limit=2)] == [2, 3]

"""What staff looked at: whose it is is known, also of looks that an older version recorded."""

from typing import Any

from domain.auditor_read import AuditorRead
from tests.projections.history import at
from tests.projections.truth import Truth


def look(number: int, what: str, subject: int | None, account: int | None, **more: Any) -> Any:
    return AuditorRead.record(
        number,
        actor="account:1",
        what=what,
        subject=subject,
        account=account,
        reason=more.get("reason"),
        at=at(number),
    )


def test_a_look_says_whose_it_was_and_why(truth: Truth) -> None:
    truth.put("reason", 5, "complaint 17")
    truth.save(look(1, "approvals", None, None), look(2, "message", 9, 7, reason="5/seal"))
    revealed, listed = truth.follow().looks(None, before=99, limit=9)
    assert (revealed.actor, revealed.at, revealed.what) == ("account:1", at(2), "message")
    assert (revealed.subject, revealed.account, revealed.reason) == (9, 7, "complaint 17")
    assert (listed.number, listed.account, listed.reason) == (1, None, None)
    assert truth.follow().looks(7, before=99, limit=9) == [revealed]
    assert truth.follow().looks(None, before=2, limit=9) == [listed]


def test_a_look_of_an_older_version_is_of_the_account_that_it_was_at() -> None:
    for what, subject, account in (
        ("wallet", 7, 7),
        ("message", 7, None),
        ("accounts", None, None),
    ):
        state: dict[str, Any] = {"what": what, "subject": subject}
        AuditorRead.Read.upcast_v1_v2(state)
        assert state["account"] == account

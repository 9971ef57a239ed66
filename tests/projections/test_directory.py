"""Accounts, keys and sender IDs, with names that are read, never copied."""

from application.ports.queries import AccountRow, KeyRow, SenderIdRow
from domain.account import Account
from domain.contents import ContentKind
from domain.roles import Role
from domain.sender_id import SenderId
from tests.projections.history import START, at
from tests.projections.truth import Truth


def asked(number: int, account: int = 1, name: str = "shop") -> SenderId:
    return SenderId.request(number, account=account, folded_name=name, content="c", at=at(number))


def test_accounts_are_listed_by_number_with_their_names(truth: Truth) -> None:
    for number in (2, 1, 3):
        truth.save(Account.register(number, person="p", at=at(number)))
        truth.put("account", number, {"name": f"Name {number}", "email": f"{number}@example.com"})
    queries = truth.follow()
    assert [row.name for row in queries.accounts(after=0, limit=2)] == ["Name 1", "Name 2"]
    assert [row.name for row in queries.accounts(after=2, limit=2)] == ["Name 3"]
    assert queries.account(3) == AccountRow(
        number=3,
        name="Name 3",
        email="3@example.com",
        suspended=False,
        registered_at=at(3),
        single=None,
        bulk=None,
        read=None,
        daily_credits=None,
        roles=(),
    )
    assert queries.account(4) is None


def test_staff_are_the_accounts_that_have_a_role_now(truth: Truth) -> None:
    given = {"actor": "account:1", "reason": "1/r", "approver": "account:2", "entry": 1}
    members = [Account.register(number, person="p", at=START) for number in (1, 2, 3)]
    for member in members[:2]:
        member.grant_role(Role.ADMIN, **given, at=at(1))  # type: ignore[arg-type]
    members[0].grant_role(Role.AUDITOR, **given, at=at(2))  # type: ignore[arg-type]
    members[0].withdraw_role(Role.ADMIN, **given, at=at(3))  # type: ignore[arg-type]
    members[1].withdraw_role(Role.ADMIN, **given, at=at(3))  # type: ignore[arg-type]
    truth.save(*members)
    queries = truth.follow()
    assert [(row.number, row.roles) for row in queries.staff(after=0, limit=9)] == [
        (1, ("auditor",))
    ]
    assert [row.roles for row in queries.accounts(after=0, limit=9)] == [("auditor",), (), ()]


def test_a_reset_of_a_second_factor_is_known_by_its_time_unless_two_made_it(truth: Truth) -> None:
    alone, by_two, before = (Account.register(n, person="p", at=START) for n in (1, 2, 3))
    given = {"actor": "os:root@host", "reason": "1/r"}
    for account, when in ((alone, 5), (alone, 7), (before, 4)):
        account.reset_second_factor(**given, approver=None, entry=None, at=at(when))
    by_two.reset_second_factor(**given, approver="account:2", entry=1, at=at(6))
    truth.save(alone, by_two, before)
    queries = truth.follow()
    assert queries.resets_alone(at(4), limit=9) == {1: at(7)}
    assert list(queries.resets_alone(at(0), limit=9)) == [1, 3]
    assert list(queries.resets_alone(at(0), limit=1)) == [1]


def test_limits_and_suspension_are_the_latest(truth: Truth) -> None:
    account = Account.register(1, person="p", at=START)
    account.change_limits(
        single=1, bulk=2, read=3, daily_credits=None, reason="r", actor="staff", at=at(1)
    )
    account.change_limits(
        single=0, bulk=None, read=3, daily_credits=500, reason="r", actor="staff", at=at(2)
    )
    account.suspend(actor="staff", reason="r", at=at(3))
    other = Account.register(2, person="p", at=START)
    other.suspend(actor="staff", reason="r", at=at(3))
    other.reinstate(actor="staff", reason="r", at=at(4))
    truth.save(account, other)
    first, second = truth.follow().accounts(after=0, limit=9)
    assert (first.single, first.bulk, first.read, first.suspended) == (0, None, 3, True)
    assert second.suspended is False
    assert (first.daily_credits, second.daily_credits) == (500, None)


def test_an_erased_account_has_no_name_but_is_there(truth: Truth) -> None:
    truth.save(Account.register(1, person="p", at=START))
    truth.put("account", 1, {"name": "Mary", "email": "mary@example.com"})
    queries = truth.follow()
    truth.erase(ContentKind.ACCOUNT, 1)
    row = queries.account(1)
    assert row is not None
    assert (row.name, row.email) == (None, None)


def test_keys_are_listed_oldest_first_revoked_ones_too(truth: Truth) -> None:
    account = Account.register(1, person="p", at=START)
    account.issue_key("ZZZZ0001", actor="test", at=at(1))
    account.issue_key("AAAA0002", actor="test", at=at(2))
    account.revoke_key("ZZZZ0001", actor="test", at=at(3))
    truth.save(account)
    truth.put_key("ZZZZ0001", 1, "till")
    queries = truth.follow()
    assert queries.keys(1) == [
        KeyRow("ZZZZ0001", account=1, name="till", issued_at=at(1), revoked_at=at(3)),
        KeyRow("AAAA0002", account=1, name=None, issued_at=at(2), revoked_at=None),
    ]
    assert queries.keys(2) == []


def test_sender_ids_wait_for_staff_until_they_are_decided(truth: Truth) -> None:
    approved, rejected = asked(10, name="a"), asked(11, name="b")
    approved.approve(actor="staff", at=at(99))
    rejected.reject(actor="staff", reason="r", at=at(99))
    truth.save(asked(12, name="c"), approved, rejected, asked(13, account=2))
    truth.put("sender_id", 12, {"name": "SHOP", "use_case": "receipts"})
    queries = truth.follow()
    pending = queries.sender_id_requests("pending", after=0, limit=10)
    assert [row.number for row in pending] == [12, 13]
    assert pending[0] == SenderIdRow(
        number=12,
        account=1,
        name="SHOP",
        use_case="receipts",
        status="pending",
        created_at=at(12),
    )
    assert [(row.number, row.status) for row in queries.sender_ids(1)] == [
        (10, "approved"),
        (11, "rejected"),
        (12, "pending"),
    ]
    assert queries.sender_id(13) == SenderIdRow(13, 2, None, None, "pending", at(13))
    assert queries.sender_id(14) is None


def test_a_rejected_sender_id_says_why_until_it_is_approved(truth: Truth) -> None:
    rejected, later = asked(10, name="a"), asked(11, name="b")
    for one in (rejected, later):
        one.reject(actor="staff", reason="5/seal", at=at(20))
    later.approve(actor="staff", at=at(21))
    truth.save(rejected, later)
    truth.put("reason", 5, "not your name")
    truth.put("sender_id", 5, {"name": "OTHER", "use_case": ""})
    rows = truth.follow().sender_ids(1)
    assert [(row.status, row.reason) for row in rows] == [
        ("rejected", "not your name"), ("approved", None),
    ]  # fmt: skip

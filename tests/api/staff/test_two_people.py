"""Two-person control over HTTP: what takes another person takes another person, whoever tries."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from application.invariants import InvariantChecker
from domain.account import Account, account_id
from domain.roles import Role
from domain.wallet import CreditWallet, wallet_id
from tests.api.conftest import Gateway, StartGateway
from tests.support.invariants import LogWatch
from tests.support.staff import Member, change_role, hire, open_session

BASE = "/api/v1/staff"
LIMIT = 1_000
OWN = "No one of staff acts on an account of their own."
SAME = "Who prepared an entry cannot decide on it: that takes another person."


@dataclass(frozen=True)
class Office:
    """A gateway with two admins, a preparer and a reviewer; one moves 1,000 credits a day alone."""

    gateway: Gateway
    ann: Member
    bob: Member
    preparer: Member
    reviewer: Member

    @property
    def shop(self) -> int:
        return self.gateway.account

    def post(self, path: str, body: Any, who: Member) -> httpx.Response:
        return self.gateway.http.post_json(BASE + path, body, who.bearer)

    def credits(
        self, who: Member, credits: int, *, kind: str = "grant", account: int | None = None
    ) -> httpx.Response:
        body = {"credits": credits, "kind": kind, "reason": "ticket 88"}
        return self.post(f"/accounts/{account or self.shop}/credits", body, who)

    def waiting(self, answer: httpx.Response) -> int:
        assert answer.status_code == 202, answer.text
        found = answer.json()
        assert found["status"] == "waiting"
        assert "another person has to approve" in found["message"]
        return int(found["entry"])

    def decide(self, entry: int, verb: str, who: Member, **fields: Any) -> httpx.Response:
        return self.post(f"/approvals/{entry}/{verb}", fields, who)

    def role(self, who: Member, account: int, role: str, change: str = "grant") -> httpx.Response:
        body = {"role": role, "change": change, "reason": "joined"}
        return self.post(f"/accounts/{account}/roles", body, who)

    def available(self, account: int | None = None) -> int:
        wallet = self.gateway.system.reader.find(CreditWallet, wallet_id(account or self.shop))
        assert wallet is not None
        return wallet.available

    def roles(self, account: int) -> list[str]:
        found = self.gateway.system.reader.find(Account, account_id(account))
        assert found is not None
        return found.roles

    def entry(self, number: int) -> dict[str, Any]:
        answer = self.gateway.http.get(f"{BASE}/approvals/{number}", headers=self.ann.bearer)
        found: dict[str, Any] = answer.json()["data"]
        return found

    def again(self, who: Member) -> Member:
        return Member(who.account, open_session(self.gateway.system, who.account))


@pytest.fixture
def office(start_gateway: StartGateway) -> Iterator[Office]:
    """Give an office; at its end no invariant of the log is broken."""
    gateway = start_gateway(credits=0, online=False, approval_credits_per_day=LIMIT)
    system = gateway.system
    ann = hire(system, "ann", Role.ADMIN)
    bob = hire(system, "bob", Role.ADMIN, admin=ann.account)
    preparer = hire(system, "dan", Role.FINANCE_PREPARER, admin=ann.account)
    reviewer = hire(system, "eve", Role.FINANCE_REVIEWER, admin=ann.account)
    yield Office(gateway, ann, bob, preparer, reviewer)
    watch = LogWatch(system.store)
    watch.checker = InvariantChecker(alone_max=LIMIT)
    watch.follow()
    assert watch.checker.violations == []


def refused(answer: httpx.Response, status: int, message: str) -> None:
    assert (answer.status_code, answer.json()["message"]) == (status, message)


@pytest.mark.slow
def test_a_hundred_small_grants_do_not_add_up_past_the_limit(office: Office) -> None:
    answers = [office.credits(office.preparer, 11) for _ in range(100)]
    assert [answer.status_code for answer in answers] == [200] * 90 + [202] * 10
    assert office.available() == 990
    crossing = office.waiting(answers[90])
    assert office.credits(office.preparer, 10).status_code == 200, "what still fits"
    assert office.waiting(office.credits(office.preparer, 1)), "not one more"
    assert office.available() == LIMIT
    assert office.decide(crossing, "approve", office.reviewer).status_code == 200
    assert office.available() == LIMIT + 11
    refused(office.decide(crossing, "approve", office.bob), 409, _is_already(crossing, "approved"))
    assert office.available() == LIMIT + 11


def _is_already(entry: int, status: str) -> str:
    return f"Entry {entry} is {status} already."


@pytest.mark.slow
def test_a_hundred_grants_at_once_in_two_sessions_do_not_pass_the_limit_either(
    office: Office,
) -> None:
    seats = [office.preparer, office.again(office.preparer)]
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda n: office.credits(seats[n % 2], 30).status_code, range(100)))
    assert codes.count(200) == LIMIT // 30
    assert codes.count(202) == 100 - LIMIT // 30
    assert office.available() == LIMIT // 30 * 30


def test_giving_and_taking_both_count(office: Office) -> None:
    assert office.credits(office.preparer, 600).status_code == 200
    assert office.credits(office.preparer, -300, kind="adjust").json()["available"] == 300
    assert office.waiting(office.credits(office.preparer, -101, kind="adjust"))
    assert office.credits(office.ann, 600).status_code == 200, "each person has a limit"


def test_the_same_person_in_two_sessions_is_one_person(office: Office) -> None:
    entry = office.waiting(office.credits(office.ann, LIMIT + 1))
    for seat in (office.ann, office.again(office.ann)):
        refused(office.decide(entry, "approve", seat), 403, SAME)
        refused(office.decide(entry, "reject", seat, reason="x"), 403, SAME)
    assert office.available() == 0
    assert office.entry(entry)["status"] == "waiting"


@pytest.mark.parametrize("field", ["actor", "approver", "account", "session", "as"])
@pytest.mark.slow
def test_who_acts_is_no_field(office: Office, field: str) -> None:
    forged = {field: f"account:{office.bob.account}", "reason": "x"}
    body = {"credits": LIMIT + 1, "kind": "grant", **forged}
    entry = office.waiting(office.post(f"/accounts/{office.shop}/credits", body, office.ann))
    assert office.entry(entry)["actor"] == f"account:{office.ann.account}"
    refused(office.decide(entry, "approve", office.ann, **forged), 403, SAME)
    headers = {**office.ann.bearer, f"X-{field}": forged[field], "X-Forwarded-User": "bob"}
    path = f"{BASE}/approvals/{entry}/approve?{field}={forged[field]}"
    refused(office.gateway.http.post_json(path, forged, headers), 403, SAME)
    assert office.available() == 0


def test_no_one_gives_themselves_a_role(office: Office) -> None:
    refused(office.role(office.ann, office.ann.account, "finance_reviewer"), 403, OWN)
    entry = office.waiting(office.role(office.ann, office.bob.account, "finance_reviewer"))
    refused(office.decide(entry, "approve", office.bob), 403, OWN)
    refused(office.decide(entry, "approve", office.ann), 403, SAME)
    assert office.roles(office.bob.account) == ["admin"]


def test_no_one_moves_or_approves_credits_of_their_own(office: Office) -> None:
    refused(office.credits(office.ann, 1, account=office.ann.account), 403, OWN)
    entry = office.waiting(office.credits(office.ann, LIMIT + 1, account=office.reviewer.account))
    refused(office.decide(entry, "approve", office.reviewer), 403, OWN)
    assert office.available(office.reviewer.account) == 0


def test_a_role_takes_another_admin_and_then_counts_in_a_new_session(office: Office) -> None:
    customer = Member(office.shop, open_session(office.gateway.system, office.shop))
    entry = office.waiting(office.role(office.ann, office.shop, "finance_preparer"))
    assert office.roles(office.shop) == []
    answer = office.decide(entry, "approve", office.reviewer)
    assert answer.status_code == 403
    assert "takes a role that may approve roles" in answer.json()["message"]
    assert office.decide(entry, "approve", office.bob, reason="seen").status_code == 200
    assert office.roles(office.shop) == ["finance_preparer"]
    row = office.entry(entry)
    assert (row["approver"], row["remark"]) == (f"account:{office.bob.account}", "seen")
    target = office.ann.account
    assert office.credits(customer, 1, account=target).status_code == 401, "it had no role"
    assert office.credits(office.again(customer), 1, account=target).status_code == 200


def test_who_prepares_cannot_approve_by_role(office: Office) -> None:
    entry = office.waiting(office.credits(office.ann, LIMIT + 1))
    answer = office.decide(entry, "approve", office.preparer)
    assert answer.status_code == 403
    assert "takes a role that may approve credits" in answer.json()["message"]
    answer = office.credits(office.reviewer, 1)
    assert "takes a role that may move credits" in answer.json()["message"]


def test_a_withdrawn_role_ends_every_session_at_once(office: Office) -> None:
    other = office.again(office.bob)
    entry = office.waiting(office.credits(office.ann, LIMIT + 1))
    change_role(
        office.gateway.system,
        office.bob.account,
        Role.ADMIN,
        is_grant=False,
        admin=office.ann.account,
    )
    for seat in (office.bob, other):
        assert office.decide(entry, "approve", seat).status_code == 401
    after = office.decide(entry, "approve", office.again(office.bob))
    assert after.status_code == 403
    assert "account with a role of staff" in after.json()["message"]
    assert office.available() == 0


def test_a_session_without_a_second_factor_neither_prepares_nor_approves(office: Office) -> None:
    entry = office.waiting(office.credits(office.ann, LIMIT + 1))
    token = open_session(office.gateway.system, office.bob.account, has_second_factor=False)
    bare = Member(office.bob.account, token)
    for answer in (office.credits(bare, 1), office.decide(entry, "approve", bare)):
        assert answer.status_code == 403
        assert "second factor" in answer.json()["message"]
    assert office.available() == 0


def test_an_api_key_of_a_member_of_staff_is_not_a_session(office: Office) -> None:
    entry = office.waiting(office.credits(office.ann, LIMIT + 1))
    path = f"{BASE}/approvals/{entry}/approve"
    for headers in ({"X-API-Key": office.gateway.key}, office.gateway.bearer):
        assert office.gateway.http.post_json(path, {}, headers).status_code == 401
    body = {"api_key": office.gateway.key}
    assert office.gateway.http.post_json(path, body).status_code == 401


def test_of_two_approvals_at_once_exactly_one_takes_effect(office: Office) -> None:
    for round_ in range(1, 11):
        entry = office.waiting(office.credits(office.ann, LIMIT + round_))
        before = office.available()
        with ThreadPoolExecutor(2) as pool:
            answers = list(
                pool.map(
                    lambda who, entry=entry: office.decide(entry, "approve", who),
                    (office.bob, office.reviewer),
                )
            )
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        late = next(answer for answer in answers if answer.status_code == 409)
        assert late.json()["message"] == _is_already(entry, "approved")
        assert office.available() == before + LIMIT + round_


def test_an_approval_and_a_withdrawal_at_once_give_one_outcome(office: Office) -> None:
    for _ in range(10):
        entry = office.waiting(office.credits(office.ann, LIMIT + 1))
        before = office.available()
        with ThreadPoolExecutor(2) as pool:
            approved = pool.submit(office.decide, entry, "approve", office.bob)
            withdrawn = pool.submit(office.decide, entry, "withdraw", office.ann)
        codes = (approved.result().status_code, withdrawn.result().status_code)
        assert codes in {(200, 409), (409, 200)}
        moved = LIMIT + 1 if codes == (200, 409) else 0
        assert office.available() == before + moved


def test_only_who_prepared_it_withdraws_it(office: Office) -> None:
    entry = office.waiting(office.credits(office.ann, LIMIT + 1))
    only = "Only who prepared an entry may withdraw it."
    refused(office.decide(entry, "withdraw", office.bob), 403, only)
    assert office.decide(entry, "withdraw", office.ann).json()["entry_status"] == "withdrawn"
    refused(office.decide(entry, "approve", office.bob), 409, _is_already(entry, "withdrawn"))


def test_a_rejection_needs_a_reason_and_is_final(office: Office) -> None:
    entry = office.waiting(office.credits(office.ann, LIMIT + 1))
    assert office.decide(entry, "reject", office.bob).status_code == 422
    rejected = office.decide(entry, "reject", office.bob, reason="no such ticket")
    assert rejected.json()["entry_status"] == "rejected"
    refused(office.decide(entry, "approve", office.bob), 409, _is_already(entry, "rejected"))
    assert office.entry(entry)["remark"] == "no such ticket"
    assert office.available() == 0


def test_an_entry_that_cannot_be_carried_out_any_more_still_waits(office: Office) -> None:
    assert office.credits(office.ann, LIMIT).status_code == 200
    entry = office.waiting(office.credits(office.ann, -LIMIT, kind="adjust"))
    assert office.credits(office.bob, -1, kind="adjust").status_code == 200
    answer = office.decide(entry, "approve", office.bob)
    assert (answer.status_code, answer.json()["required"]) == (402, LIMIT)
    assert office.entry(entry)["status"] == "waiting"
    assert office.available() == LIMIT - 1


def test_entries_are_listed_by_where_they_stand(office: Office) -> None:
    first = office.waiting(office.credits(office.ann, LIMIT + 1))
    second = office.waiting(office.credits(office.ann, LIMIT + 2))
    office.decide(first, "approve", office.bob)
    page = office.gateway.http.get(
        f"{BASE}/approvals", params={"status": "waiting"}, headers=office.bob.bearer
    ).json()
    assert [(row["id"], row["credits"]) for row in page["data"]] == [(second, LIMIT + 2)]
    wrong = office.gateway.http.get(
        f"{BASE}/approvals", params={"status": "lost"}, headers=office.bob.bearer
    )
    assert wrong.status_code == 422
    assert office.decide(999, "approve", office.bob).status_code == 404


def test_a_suspended_member_of_staff_neither_prepares_nor_approves(office: Office) -> None:
    entry = office.waiting(office.credits(office.ann, LIMIT + 1))
    office.post(f"/accounts/{office.bob.account}/suspend", {"reason": "on leave"}, office.ann)
    suspended = f"Account {office.bob.account} is suspended: its roles do not count."
    refused(office.decide(entry, "approve", office.bob), 403, suspended)
    refused(office.credits(office.bob, 1), 403, suspended)

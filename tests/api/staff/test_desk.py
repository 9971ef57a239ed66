"""Staff at work over HTTP: accounts, limits, sender IDs, and who is let in."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from application.accounts import RequestSenderId
from domain.account import Account, account_id
from domain.auditor_read import AuditorRead, auditor_read_id
from domain.roles import Role
from domain.sender_id_rules import PENDING_SENDER_IDS_MAX
from tests.api.conftest import Client, Gateway
from tests.api.people import register
from tests.support.staff import Member, hire, open_session

BASE = "/api/v1/staff"


@dataclass(frozen=True)
class Desk:
    """A gateway with an admin."""

    gateway: Gateway
    ann: Member

    def get(self, path: str, who: Member | None = None, **query: Any) -> httpx.Response:
        bearer = (who or self.ann).bearer
        return self.gateway.http.get(BASE + path, params=query, headers=bearer)

    def post(self, path: str, body: Any, who: Member | None = None) -> httpx.Response:
        return self.gateway.http.post_json(BASE + path, body, (who or self.ann).bearer)


@pytest.fixture
def desk(own_gateway: Gateway) -> Desk:
    return Desk(own_gateway, hire(own_gateway.system, "ann", Role.ADMIN))


READS = [
    "/accounts",
    "/accounts/1",
    "/accounts/1/statement",
    "/looks",
    "/approvals",
    "/approvals/1",
    "/sender-ids",
]
WRITES = [
    "/accounts/1/suspend",
    "/accounts/1/reinstate",
    "/accounts/1/limits",
    "/accounts/1/credits",
    "/accounts/1/roles",
    "/approvals/1/approve",
    "/approvals/1/reject",
    "/approvals/1/withdraw",
    "/sender-ids/1/approve",
    "/sender-ids/1/reject",
]


def test_only_a_staff_session_with_a_second_factor_is_let_in(desk: Desk) -> None:
    system = desk.gateway.system
    head = system.store.head()
    customer = open_session(system, desk.gateway.account)
    bare = open_session(system, desk.ann.account, has_second_factor=False)
    refused = [
        ({}, 401, "Log in first"),
        ({"Authorization": f"Bearer {desk.gateway.key}"}, 401, "Log in first"),
        ({"Authorization": "Bearer ngs_" + "A" * 43}, 401, "log in again"),
        ({"Authorization": f"Bearer {customer}"}, 403, "account with a role of staff"),
        ({"Authorization": f"Bearer {bare}"}, 403, "session with a second factor"),
    ]
    head = system.store.head()
    for headers, status, words in refused:
        for path in READS:
            answer = desk.gateway.http.get(BASE + path, headers=headers)
            assert (answer.status_code, words in answer.text) == (status, True), answer.text
        for path in WRITES:
            answer = desk.gateway.http.post_json(BASE + path, {"reason": "x"}, headers)
            assert (answer.status_code, words in answer.text) == (status, True), answer.text
    assert system.store.head() == head


def test_accounts_are_listed_page_by_page(desk: Desk) -> None:
    first = desk.get("/accounts", limit=1).json()
    assert [row["id"] for row in first["data"]] == [desk.gateway.account]
    rest = desk.get("/accounts", after=first["next_after"]).json()
    assert [(row["id"], row["roles"]) for row in rest["data"]] == [(desk.ann.account, ["admin"])]
    assert rest["next_after"] is None
    assert desk.get("/accounts", limit=0).status_code == 422
    assert desk.get("/accounts", after="x").status_code == 422


def test_an_account_is_suspended_and_reinstated_with_a_reason(desk: Desk) -> None:
    path = f"/accounts/{desk.gateway.account}"
    assert desk.post(f"{path}/suspend", {}).status_code == 422
    assert desk.post(f"{path}/suspend", {"reason": "unpaid"}).json() == {
        "status": "success", "account_id": desk.gateway.account, "suspended": True,
    }  # fmt: skip
    assert desk.gateway.send().status_code == 403
    assert desk.get(path).json()["data"]["suspended"] is True
    assert desk.post(f"{path}/reinstate", {"reason": "paid"}).json()["suspended"] is False
    assert desk.gateway.send().status_code == 200


def test_limits_that_are_not_given_stay(desk: Desk) -> None:
    path = f"/accounts/{desk.gateway.account}"
    first = desk.post(f"{path}/limits", {"single": 9, "daily_credits": 50, "reason": "x"})
    expected = {"single": 9, "bulk": None, "read": None, "daily_credits": 50}
    assert first.json()["limits"] == expected
    second = desk.post(f"{path}/limits", {"single": None, "bulk": 0, "reason": "x"})
    expected.update(single=None, bulk=0)
    assert second.json()["limits"] == expected
    assert desk.get(path).json()["data"]["limits"] == expected
    unusable: list[Any] = [-1, "many", True, 1.5, []]
    for value in unusable:
        assert desk.post(f"{path}/limits", {"read": value, "reason": "x"}).status_code == 422


@pytest.mark.parametrize("number", ["99", "0", "-1", "abc", "9" * 30])
@pytest.mark.slow
def test_an_account_that_is_not_there_is_not_found(desk: Desk, number: str) -> None:
    assert desk.get(f"/accounts/{number}").status_code == 404
    for verb, body in (
        ("suspend", {}),
        ("limits", {"single": 1}),
        ("credits", {"credits": 1, "kind": "grant"}),
        ("roles", {"role": "auditor", "change": "grant"}),
    ):
        answer = desk.post(f"/accounts/{number}/{verb}", {**body, "reason": "x"})
        assert (answer.status_code, answer.json()["message"]) == (404, "No such account.")


def test_what_makes_no_sense_is_refused_by_field(desk: Desk) -> None:
    path = f"/accounts/{desk.gateway.account}"
    good: dict[str, Any] = {"credits": 1, "kind": "grant", "reason": "x"}
    for field, value in (
        ("credits", 10**13), ("credits", "x"), ("credits", None), ("credits", [1]),
        ("kind", "gift"), ("kind", ["grant"]), ("reason", " "), ("reason", "x" * 1001),
        ("reason", ["x"]), ("credits", 0), ("credits", -1),
    ):  # fmt: skip
        answer = desk.post(f"{path}/credits", {**good, field: value})
        assert (answer.status_code, field in answer.json()["errors"]) == (422, True), answer.text
    for body in ({"role": "king", "change": "grant"}, {"role": "auditor", "change": "swap"}):
        assert desk.post(f"{path}/roles", {**body, "reason": "x"}).status_code == 422


def test_one_accounts_sender_ids_hide_nobody_elses(desk: Desk) -> None:
    gateway = desk.gateway
    other = register(gateway)
    wanted = {"use_case": "Reminders for patients"}
    for n in range(PENDING_SENDER_IDS_MAX):
        assert gateway.post("/api/sender-ids", {"name": f"Many{n}", **wanted}).status_code == 201
    refused = gateway.post("/api/sender-ids", {"name": "OneMore", **wanted})
    assert refused.status_code == 409
    assert f"{PENDING_SENDER_IDS_MAX} Sender IDs of this account wait" in refused.text
    assert other.ask_by_key("POST", "/api/sender-ids", {"name": "Clinic", **wanted}).is_success
    seen: list[dict[str, Any]] = []
    after: int | None = 0
    while after is not None:
        page = desk.get("/sender-ids", after=after, limit=8).json()
        assert len(page["data"]) <= 8
        seen += page["data"]
        after = page["next_after"]
    assert [row["name"] for row in seen] == [
        *(f"Many{n}" for n in range(PENDING_SENDER_IDS_MAX)),
        "Clinic",
    ]
    assert [row["id"] for row in seen] == sorted(row["id"] for row in seen)
    for row, decision in zip(seen, ("approve", "reject"), strict=False):
        done = desk.post(f"/sender-ids/{row['id']}/{decision}", {"reason": "decided"})
        assert done.is_success, done.text
    statuses = [
        gateway.post("/api/sender-ids", {"name": f"Later{n}", **wanted}).status_code
        for n in range(3)
    ]
    assert statuses == [201, 201, 409]


def test_sender_ids_asked_for_at_once_are_no_more_than_may_wait(desk: Desk) -> None:
    gateway = desk.gateway

    def ask(n: int) -> int:
        body = {"name": f"Many{n}", "use_case": "Reminders for patients"}
        with Client(str(gateway.http.base_url)) as client:
            return client.post("/api/sender-ids", json=body, headers=gateway.bearer).status_code

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(ask, range(PENDING_SENDER_IDS_MAX + 6)))
    assert sorted(answers) == [201] * PENDING_SENDER_IDS_MAX + [409] * 6


def test_sender_ids_wait_in_a_queue_and_leave_it_by_a_decision(desk: Desk) -> None:
    system, account = desk.gateway.system, desk.gateway.account
    for name in ("Uno", "Dos"):
        system.committer.execute(
            RequestSenderId(account, name=name, use_case="Offers", at=system.clock.now())
        )
    rows = desk.get("/sender-ids", status="pending").json()["data"]
    assert [(row["account_id"], row["name"], row["status"]) for row in rows] == [
        (account, "Uno", "pending"), (account, "Dos", "pending"),
    ]  # fmt: skip
    first, second = (row["id"] for row in rows)
    assert desk.post(f"/sender-ids/{first}/approve", {}).json()["sender_id_status"] == "approved"
    assert desk.post(f"/sender-ids/{second}/reject", {}).status_code == 422
    rejected = desk.post(f"/sender-ids/{second}/reject", {"reason": "not yours"})
    assert rejected.json()["sender_id_status"] == "rejected"
    assert desk.get("/sender-ids").json()["data"] == []
    again = desk.post(f"/sender-ids/{second}/reject", {"reason": "again"})
    assert again.status_code == 409
    assert desk.post("/sender-ids/99/approve", {}).status_code == 404
    assert desk.get("/sender-ids", status="approved").status_code == 422
    listed = desk.gateway.get("/api/sender-ids").json()["data"]
    assert [row["status"] for row in listed] == ["Approved", "Rejected"]


def test_each_read_of_an_auditor_is_on_record_before_it_is_answered(desk: Desk) -> None:
    system = desk.gateway.system
    eve = hire(system, "eve", Role.AUDITOR, admin=desk.ann.account)
    entry = desk.post(
        f"/accounts/{desk.gateway.account}/roles",
        {"role": "auditor", "change": "grant", "reason": "x"},
    ).json()["entry"]
    wanted = [
        ("/accounts", "accounts", None),
        (f"/accounts/{eve.account}", "account", eve.account),
        ("/approvals", "approvals", None),
        (f"/approvals/{entry}", "approval", entry),
        ("/sender-ids", "sender_ids", None),
    ]
    head = system.store.head()
    for path, _, _ in wanted:
        assert desk.get(path).status_code == 200
    assert system.store.head() == head
    for path, _, _ in wanted:
        assert desk.get(path, eve).status_code == 200
    reads = [system.reader.events(auditor_read_id(n + 1)) for n in range(len(wanted) + 1)]
    assert reads[-1] == []
    for (event,), (_, what, subject) in zip(reads[:-1], wanted, strict=True):
        assert isinstance(event, AuditorRead.Read)
        assert (event.actor, event.what, event.subject) == (f"account:{eve.account}", what, subject)
    listed = desk.get("/looks").json()["data"]
    assert [(look["what"], look["subject"]) for look in reversed(listed)] == [
        (what, subject) for _, what, subject in wanted
    ]
    assert [look["account_id"] for look in listed] == [
        None, desk.gateway.account, None, eve.account, None,
    ]  # fmt: skip
    assert {(look["actor"], look["reason"]) for look in listed} == {
        (f"account:{eve.account}", None)
    }


def test_looks_are_listed_newest_first_and_page_by_page(desk: Desk) -> None:
    eve = hire(desk.gateway.system, "eve", Role.AUDITOR, admin=desk.ann.account)
    for _ in range(3):
        desk.get(f"/accounts/{eve.account}", eve)
    first = desk.get("/looks", limit=2).json()
    rest = desk.get("/looks", limit=2, before=first["next_before"]).json()
    assert [look["id"] for page in (first, rest) for look in page["data"]] == [3, 2, 1]
    assert rest["next_before"] is None
    assert len(desk.get("/looks", account_id=eve.account).json()["data"]) == 3
    assert desk.get("/looks", account_id=eve.account + 1).json()["data"] == []
    for name, value in (("account_id", "x"), ("before", "0"), ("limit", "0")):
        query: dict[str, Any] = {name: value}
        assert list(desk.get("/looks", **query).json()["errors"]) == [name]


def test_an_auditor_changes_nothing_and_is_told_why(desk: Desk) -> None:
    eve = hire(desk.gateway.system, "eve", Role.AUDITOR, admin=desk.ann.account)
    desk.gateway.system.committer.execute(
        RequestSenderId(
            desk.gateway.account, name="Uno", use_case="x", at=desk.gateway.system.clock.now()
        )
    )
    head = desk.gateway.system.store.head()
    path = f"/accounts/{desk.gateway.account}"
    for call, body, duty in (
        (f"{path}/suspend", {}, "run accounts"),
        (f"{path}/reinstate", {}, "run accounts"),
        (f"{path}/limits", {"single": 1}, "run accounts"),
        (f"{path}/credits", {"credits": 1, "kind": "grant"}, "move credits"),
        (f"{path}/roles", {"role": "auditor", "change": "grant"}, "grant roles"),
        ("/sender-ids/1/approve", {}, "run accounts"),
    ):
        answer = desk.post(call, {**body, "reason": "x"}, eve)
        assert answer.status_code == 403, answer.text
        assert f"takes a role that may {duty}; account {eve.account} has none" in answer.text
    assert desk.gateway.system.store.head() == head


def test_an_event_of_staff_names_the_account_of_the_session(desk: Desk) -> None:
    body = {"reason": "x", "actor": "account:1", "account_id": 1}
    desk.post(f"/accounts/{desk.gateway.account}/suspend", body)
    event = desk.gateway.system.reader.events(account_id(desk.gateway.account))[-1]
    assert isinstance(event, Account.Suspended)
    assert event.actor == f"account:{desk.ann.account}"

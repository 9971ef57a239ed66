"""The page of accounts: filters, and what staff change of one account, some of it by two people."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.account import Account, account_id
from domain.roles import Role
from tests.api.conftest import new_account
from tests.api.pages.browser import seen
from tests.api.pages.offices import Office, an_office
from tests.api.pages.test_frame import check
from tests.support.staff import hire

PATH = "/staff/accounts"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with an_office(tmp_path / "data", approval_credits_per_day=100) as made:
        yield made


def standing(office: Office, account: int) -> Account:
    found = office.gateway.system.reader.find(Account, account_id(account))
    assert found is not None
    return found


def send(office: Office, do: str, account: int, **fields: Any) -> Any:
    page = f"{PATH}?account_id={account}"
    form = {"account": account, "reason": "because", **fields}
    return office.at["admin"].send(page, do, **form)


def available(office: Office, account: int) -> int:
    bearer = office.people["admin"].bearer
    path = f"/api/v1/staff/accounts/{account}/statement"
    found: dict[str, Any] = office.gateway.http.get(path, headers=bearer).json()["data"]
    return int(found["closing"])


def test_accounts_are_found_by_number_and_by_state(office: Office) -> None:
    account, _ = new_account(office.gateway.system, credits=5)
    admin = office.at["admin"]
    admin.send(PATH, "suspend", account=account, reason="spam")
    assert [row["id"] for row in office.rows("eve", f"{PATH}?state=suspended")] == [f"{account}"]
    assert f"{account}" not in {row["id"] for row in office.rows("eve", f"{PATH}?state=active")}
    assert [row["id"] for row in office.rows("eve", f"{PATH}?account_id={account}")] == [
        f"{account}"
    ]
    assert admin.get(f"{PATH}?state=x").status_code == 422
    for odd in ("x", "0", "999999", "9" * 5_000):
        assert admin.get(f"{PATH}?account_id={odd}").status_code == 404, odd[:20]
    assert {"accounts", "account"} <= office.looks()


def test_limits_are_set_and_an_empty_one_follows_the_settings(office: Office) -> None:
    account, _ = new_account(office.gateway.system, credits=5)
    page = office.at["admin"].get(f"{PATH}?account_id={account}")
    check(page)
    done = send(office, "limits", account, single="600", bulk="0", daily_credits="40")
    assert "The limits hold from now on." in seen(office.at["admin"].follow(done))
    assert standing(office, account).limits == {"single": 600, "bulk": 0, "read": None}
    assert standing(office, account).daily_credits == 40
    assert 'value="600"' in office.at["admin"].get(f"{PATH}?account_id={account}").text
    send(office, "limits", account, bulk="0")
    assert standing(office, account).limits == {"single": None, "bulk": 0, "read": None}
    refused = send(office, "limits", account, single="-1")
    assert refused.status_code == 422
    assert "must be a whole number" in seen(refused)


def test_credits_move_at_once_or_wait_for_another_person(office: Office) -> None:
    account, _ = new_account(office.gateway.system, credits=5)
    done = send(office, "credits", account, credits="60", kind="grant", key="k1")
    words = seen(office.at["admin"].follow(done))
    assert "The credits have moved." in words
    assert "It has 65 credits." in words
    send(office, "credits", account, credits="-10", kind="adjust", key="k2")
    assert available(office, account) == 55
    waits = send(office, "credits", account, credits="500", kind="grant", key="k3")
    assert "waits for another person" in seen(office.at["admin"].follow(waits))
    assert available(office, account) == 55
    refused = send(office, "credits", account, credits="-900", kind="adjust", key="k4")
    assert refused.status_code == 402
    assert available(office, account) == 55


def test_a_form_that_is_sent_twice_moves_credits_once(office: Office) -> None:
    account, _ = new_account(office.gateway.system, credits=5)
    for _ in range(2):
        done = send(office, "credits", account, credits="60", kind="grant", key="one")
        assert done.status_code == 303
    assert available(office, account) == 65
    entries = set()
    for _ in range(2):
        done = send(office, "credits", account, credits="500", kind="grant", key="two")
        office.at["admin"].follow(done)
        entries |= {row["id"] for row in office.rows("admin", "/staff/approvals")}
    assert len(entries) == 1
    bearer = {**office.people["admin"].bearer, "Idempotency-Key": "one"}
    path = f"/api/v1/staff/accounts/{account}/credits"
    asked = {"credits": 60, "kind": "grant", "reason": "again"}
    again = office.gateway.http.post_json(path, asked, bearer)
    assert (again.status_code, again.json()["available"]) == (200, 65)
    assert again.headers["idempotent-replayed"] == "true"
    another = office.gateway.http.post_json(path, {**asked, "credits": 7}, bearer)
    assert (another.status_code, list(another.json()["errors"])) == (422, ["Idempotency-Key"])
    assert available(office, account) == 65


def test_a_role_waits_for_another_person(office: Office) -> None:
    member = hire(office.gateway.system, "Zed", admin=office.people["admin"].account)
    done = send(office, "role", member.account, role="auditor", change="grant")
    assert "waits for another person" in seen(office.at["admin"].follow(done))
    (waiting,) = office.rows("eve", "/staff/approvals")
    assert (waiting["kind"], waiting["reason"]) == ("grant_role", "because")
    assert standing(office, member.account).roles == []
    odd = send(office, "role", member.account, role="king", change="grant")
    assert odd.status_code == 422
    none = send(office, "second_factor", member.account)
    assert none.status_code == 404
    assert "has no second factor" in seen(none)


def test_an_auditor_changes_no_account(office: Office) -> None:
    account, _ = new_account(office.gateway.system, credits=5)
    forms: dict[str, dict[str, str]] = {
        "limits": {"single": "1"},
        "credits": {"credits": "5", "kind": "grant"},
        "role": {"role": Role.ADMIN, "change": "grant"},
        "second_factor": {},
    }
    for do, fields in forms.items():
        form: dict[str, Any] = {"account": account, "reason": "mine", **fields}
        answer = office.at["eve"].send(f"{PATH}?account_id={account}", do, **form)
        assert answer.status_code == 403, do
    assert available(office, account) == 5
    assert standing(office, account).limits["single"] is None

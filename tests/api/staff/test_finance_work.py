"""Finance works exceptions over HTTP: found, noted, assigned by two, and refused where wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from domain.roles import Role
from tests.api.conftest import Gateway, gateways, new_account
from tests.api.money.asking import publish
from tests.api.staff.receipts import an_open_line
from tests.support.staff import Member, hire

BASE = "/api/v1/staff/finance"


@dataclass(frozen=True)
class Office:
    """A gateway, and its people of finance."""

    gateway: Gateway
    ann: Member
    bob: Member

    def ask(self, who: Member, path: str, body: Mapping[str, Any] | None = None) -> httpx.Response:
        method = "GET" if body is None else "POST"
        return self.gateway.http.request(method, f"{BASE}/{path}", json=body, headers=who.bearer)

    def exceptions(self, query: str = "") -> dict[str, dict[str, Any]]:
        answer = self.ask(self.bob, f"exceptions{query}")
        assert answer.status_code == 200, answer.text
        return {one["what"]: one for one in answer.json()["data"]}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with gateways(tmp_path_factory.mktemp("office")) as start:
        gateway = start(credits=0)
        publish(gateway.system)
        admin = hire(gateway.system, "admin", Role.ADMIN)
        yield Office(
            gateway,
            hire(gateway.system, "ann", Role.FINANCE_PREPARER, admin=admin.account),
            hire(gateway.system, "bob", Role.FINANCE_REVIEWER, admin=admin.account),
        )


def test_money_that_no_one_asked_for_is_matched_noted_and_assigned_by_two(office: Office) -> None:
    what = an_open_line(office.gateway)["receipt"]
    assert office.ask(office.bob, "exceptions").json()["to_match"] == 1
    matched = office.ask(office.ann, "match", {}).json()["data"][0]
    assert matched["recorded"] == {
        "matched": 0, "held": 1, "settled": 0, "known": 0, "refused": 0
    }  # fmt: skip
    assert matched["found"][0]["trouble"] == "missing_in_ledger"
    noted = {"what": what, "owner": office.ann.account, "note": "rang up"}
    assert office.ask(office.ann, "note", noted).status_code == 200
    one = office.exceptions()[what]
    assert (one["amount_ngwee"], one["owner"], one["note"]) == (
        5_000,
        office.ann.account,
        "rang up",
    )
    account, key = new_account(office.gateway.system, credits=0)
    body = {"receipt": what, "account_id": account, "reason": "rang up"}
    waits = office.ask(office.ann, "assign", body)
    assert (waits.status_code, waits.json()["status"]) == (202, "waiting")
    entry = f"/api/v1/staff/approvals/{waits.json()['entry']}"
    shown = office.gateway.http.get(entry, headers=office.bob.bearer).json()["data"]
    assert (shown["receipt"], shown["amount_ngwee"]) == (what, 5_000)
    approve = {"reason": ""}
    own = office.gateway.http.post(f"{entry}/approve", json=approve, headers=office.ann.bearer)
    assert own.status_code == 403
    other = office.gateway.http.post(f"{entry}/approve", json=approve, headers=office.bob.bearer)
    assert other.status_code == 200, other.text
    assert what not in office.exceptions()
    assert replace(office.gateway, account=account, key=key).balance() == 100
    again = office.ask(office.ann, "assign", body)
    assert again.status_code == 409
    receipt = office.ask(office.bob, f"receipt?receipt={what}").json()["data"]
    assert (receipt["account_id"], receipt["credits"]) == (account, 100)


def test_an_earlier_day_had_nothing_to_explain(office: Office) -> None:
    assert office.exceptions("?as_of=2020-01-01") == {}
    assert office.exceptions("?kind=wrong_wallet") == {}


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("assign", {"receipt": "mtn/1", "account_id": 1, "reason": "r"}, "receipt"),
        ("assign", {"receipt": "mtn/main/1", "account_id": "x", "reason": "r"}, "account_id"),
        ("assign", {"receipt": "mtn/main/1", "account_id": 1}, "reason"),
        ("match-line", {"line": "mtn/main/1", "receipts": [5], "reason": "r"}, "receipts"),
        ("match-line", {"line": 5, "receipts": ["mtn/main/1"], "reason": "r"}, "line"),
        ("unmatch", {"line": "mtn/main/1", "part": 0, "reason": "r"}, "part"),
        ("note", {"what": "top"}, "what"),
        ("note", {"what": "mtn/main/1", "done": "maybe"}, "done"),
        ("paid-out", {"topup_id": "mtn/main/1", "reason": "r"}, "topup_id"),
        ("match", {"dry_run": 7}, "dry_run"),
        ("match", {"provider": 7}, "provider"),
        ("exceptions?as_of=tomorrow", None, "as_of"),
        ("exceptions?kind=odd", None, "kind"),
        ("receipt", None, "receipt"),
    ],
)
def test_what_cannot_be_read_is_named(
    office: Office, path: str, body: Mapping[str, Any] | None, field: str
) -> None:
    answer = office.ask(office.ann, path, body)
    assert answer.status_code == 422, answer.text
    assert field in str(answer.json())


def test_what_is_not_there_is_not_found(office: Office) -> None:
    none = {"receipt": "mtn/main/none", "reason": "r"}
    assert office.ask(office.ann, "write-off", none).status_code == 404
    assert office.ask(office.bob, "receipt?receipt=mtn/main/none").status_code == 404
    assert office.ask(office.ann, "note", {"what": "top_99", "note": "n"}).status_code == 404

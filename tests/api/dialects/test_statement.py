"""The statement over HTTP: every movement, with who moved credits by hand and why."""

import csv
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from application.accounts import DecideEntry, Decision, MoveCredits
from application.books.actors import Actor
from application.messages.by_hand import CancelMessage
from domain.roles import Role
from domain.values import Credits
from tests.api.conftest import Gateway, gateways
from tests.support.staff import HOST_USER, hire

WHY = "=paid by bank, 'slip 3'"


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Give a gateway in which credits came, went and came back."""
    with gateways(tmp_path_factory.mktemp("moved")) as start:
        yield moving(start())


def moving(gateway: Gateway) -> Gateway:
    run, now = gateway.system.committer.execute, gateway.system.clock.now
    ann = hire(gateway.system, "ann", Role.ADMIN)
    bob = hire(gateway.system, "bob", Role.ADMIN, admin=ann.account)

    def move(credits: int, *, by: Actor, is_grant: bool) -> int | None:
        command = MoveCredits(
            gateway.account,
            Credits(credits),
            is_grant=is_grant,
            alone_max=100,
            actor=by,
            reason=WHY,
            at=now(),
        )
        return run(command).entry

    move(-7, by=HOST_USER, is_grant=False)
    entry = move(500, by=Actor.of(ann.account), is_grant=True)
    assert entry is not None
    decision = Decision.APPROVE
    run(DecideEntry(entry, decision, actor=Actor.of(bob.account), reason="", at=now()))
    sent = gateway.post("/api/v1/sms/send", {"to": "260977000000", "message": "Hello"})
    number = int(sent.json()["message_id"].removeprefix("msg_"))
    run(CancelMessage(number, account=None, actor=HOST_USER, at=now()))
    return gateway


def statement(gateway: Gateway, **query: Any) -> dict[str, Any]:
    answer = gateway.get("/api/v1/statement", **query)
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def test_a_customer_reads_who_moved_credits_and_why(moved: Gateway) -> None:
    found = statement(moved)
    assert (found["account_id"], found["from"], found["to"]) == (moved.account, None, None)
    assert (found["opening"], found["closing"], found["next"]) == (0, 1_493, None)
    opened, adjusted, granted, reserved, refunded = found["lines"]
    assert (opened["kind"], opened["actor"]) == ("Granted", "operator")
    assert (adjusted["credits"], adjusted["reason"]) == (-7, WHY)
    assert adjusted["actor"] == "operator", "users of the host are not named to customers"
    assert (granted["credits"], granted["available"], granted["reason"]) == (500, 1_493, WHY)
    assert granted["actor"] != granted["approver"]
    assert granted["approver"].startswith("account:")
    assert granted["entry"] >= 1
    assert (reserved["credits"], reserved["actor"]) == (-1, None)
    assert (refunded["credits"], refunded["cause"]) == (1, "CANCELLED")


def test_staff_read_the_same_with_the_host_s_users(moved: Gateway) -> None:
    cid = hire(moved.system, "cid", Role.AUDITOR, admin=2)
    path = f"/api/v1/staff/accounts/{moved.account}/statement"
    answer = moved.http.get(path, headers=cid.bearer)
    theirs, ours = answer.json()["data"], statement(moved)
    assert theirs["lines"][1]["actor"] == HOST_USER.name
    assert [line["position"] for line in theirs["lines"]] == [
        line["position"] for line in ours["lines"]
    ]
    missing = moved.http.get("/api/v1/staff/accounts/999/statement", headers=cid.bearer)
    assert missing.status_code == 404


def test_a_statement_is_read_page_by_page(moved: Gateway) -> None:
    whole = statement(moved)["lines"]
    first = statement(moved, limit=3)
    rest = statement(moved, after=first["next"], limit=3)
    assert first["lines"] + rest["lines"] == whole
    assert (rest["next"], rest["opening"], rest["closing"]) == (None, 0, 1_493)


def test_a_statement_of_other_days_is_empty(moved: Gateway) -> None:
    past = statement(moved, to="2020-01-31")
    assert (past["to"], past["lines"], past["closing"]) == ("2020-01-31T22:00:00.000000Z", [], 0)
    later = moved.http.get(  # the plus stands unencoded, as many write it
        "/api/v1/statement?from=2020-01-01T00:00:00+02:00",
        headers={"Authorization": f"Bearer {moved.key}"},
    )
    assert later.json()["data"]["from"] == "2019-12-31T22:00:00.000000Z"


def test_a_statement_as_csv_opens_in_a_spreadsheet_as_what_it_says(moved: Gateway) -> None:
    headers = {"Authorization": f"Bearer {moved.key}"}
    with httpx.Client(base_url=moved.http.base_url, headers=headers) as client:
        whole = client.get("/api/v1/statement?format=csv")
        cut = client.get("/api/v1/statement?format=csv&limit=2")
    assert whole.headers["content-type"] == "text/csv; charset=utf-8"
    assert "x-next-after" not in whole.headers
    rows = list(csv.DictReader(whole.text.splitlines()))
    assert [row["credits"] for row in rows] == ["1000", "-7", "500", "-1", "1"]
    assert rows[2]["reason"] == f"'{WHY}", "what begins as a formula is text"
    assert rows[2]["entry"] == str(statement(moved)["lines"][2]["entry"])
    assert rows[0]["number"] == ""
    assert len(cut.text.splitlines()) == 3
    assert cut.headers["x-next-after"] == rows[1]["position"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "May"}, "from"),
        ({"from": "2026-11-30", "to": "2026-11-28"}, "to"),
        ({"after": "x"}, "after"),
        ({"limit": "10001"}, "limit"),
        ({"format": "xlsx"}, "format"),
    ],
)
def test_what_cannot_be_read_is_named(moved: Gateway, query: dict[str, str], field: str) -> None:
    answer = moved.get("/api/v1/statement", **query)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


def test_a_timeline_says_who_took_a_message_back(moved: Gateway) -> None:
    number = statement(moved)["lines"][-1]["number"]
    last = moved.get(f"/api/v1/messages/{number}").json()["data"]["timeline"][-1]
    assert (last["event"], last["actor"], last["reason"]) == ("Cancelled", "operator", None)

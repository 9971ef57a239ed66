"""Whoever said STOP gets no promotions of that account, and whatever else was asked for is sent."""

import pytest

from application.books.actors import Actor
from application.messages.suppressing import LiftSuppression, Suppressible, SuppressNumber
from domain.suppression import EVERYBODY
from tests.api.conftest import Gateway, StartGateway

OUT, IN, OTHER = "260977000001", "260977000002", "260977000003"
BULK = "/api/v1/sms/send-bulk"
STAFF = Actor("staff")


def opt_out(gateway: Gateway, number: str = OUT, *, account: int | None = None) -> Suppressible:
    system = gateway.system
    whose = gateway.account if account is None else account
    whom = Suppressible.of(system.digests, whose, f"+{number}")
    at = system.clock.now()
    system.committer.execute(SuppressNumber(whom, actor=STAFF, reason="by phone", at=at))
    return whom


def test_a_single_promotion_to_who_opted_out_is_refused_and_costs_nothing(
    gateway: Gateway,
) -> None:
    opt_out(gateway)
    refused = gateway.send(to=OUT, category="promotional")
    assert (refused.status_code, refused.json()["code"]) == (400, "RECIPIENT_OPTED_OUT")
    same = gateway.post(
        "/api/v1/sms/send", {"to": OUT, "message": "Hello", "category": "promotional"}
    )
    assert (same.status_code, list(same.json()["errors"])) == (422, ["to"])
    assert gateway.balance() == 1_000
    assert gateway.send(to=OUT, category="transactional").status_code == 200
    assert gateway.send(to=OUT).status_code == 200
    assert gateway.send(to=IN, category="promotional").status_code == 200


def test_a_promotional_bulk_goes_to_the_others(gateway: Gateway) -> None:
    opt_out(gateway)
    answer = gateway.bulk([IN, OUT, "97", OTHER, OUT, IN], category="promotional").json()
    assert (answer["queued"], answer["credits_used"], answer["duplicates"]) == (2, 2, 1)
    assert [(row["index"], row["code"]) for row in answer["rejected"]] == [
        (2, "INVALID_RECIPIENT"),
        (1, "RECIPIENT_OPTED_OUT"),
        (4, "RECIPIENT_OPTED_OUT"),
    ]
    assert [row["recipient"] for row in answer["messages"]] == [IN, OTHER]
    assert len({row["message_id"] for row in answer["messages"]}) == 2
    assert gateway.balance() == 998


def test_in_the_other_dialect_they_are_skipped_and_their_ids_are_null(gateway: Gateway) -> None:
    opt_out(gateway)
    body = {"to": [OUT, IN, OTHER], "message": "Hello", "category": "promotional"}
    first = gateway.post(BULK, body, Idempotency_Key="a-sale").json()
    assert first["skipped"] == [{"index": 0, "code": "RECIPIENT_OPTED_OUT"}]
    assert (first["queued"], first["duplicates"], first["log_ids"][0]) == (2, 0, None)
    assert first["log_ids"][2] == first["log_ids"][1] + 1
    opt_out(gateway, IN)
    again = gateway.post(BULK, body, Idempotency_Key="a-sale")
    assert (again.json(), again.headers["Idempotent-Replayed"]) == (first, "true")
    plain = gateway.post(BULK, {**body, "category": "transactional"}, Idempotency_Key="a-sale")
    assert plain.status_code == 422


@pytest.mark.parametrize("path", ["/api/bulk", "/api/v1/sms/send-bulk"])
def test_a_bulk_to_nobody_else_is_refused(gateway: Gateway, path: str) -> None:
    opt_out(gateway)
    opt_out(gateway, IN)
    if path == "/api/bulk":
        answer = gateway.bulk([OUT, IN], category="promotional")
        assert (answer.status_code, answer.json()["code"]) == (400, "RECIPIENT_OPTED_OUT")
    else:
        body = {"to": [OUT, IN], "message": "Hello", "category": "promotional"}
        assert gateway.post(BULK, body).status_code == 422
    assert gateway.balance() == 1_000


def test_what_one_account_may_not_another_may_unless_it_holds_for_all(
    gateway: Gateway, other_key: str
) -> None:
    opt_out(gateway, "260977000011")
    other = {"api_key": other_key, "category": "promotional"}
    assert gateway.send(to="260977000011", **other).status_code == 200
    whom = opt_out(gateway, "260977000012", account=EVERYBODY)
    assert gateway.send(to="260977000012", **other).status_code == 400
    system = gateway.system
    lift = LiftSuppression(whom, actor=STAFF, reason="asked", at=system.clock.now())
    system.committer.execute(lift)
    assert gateway.send(to="260977000012", **other).status_code == 200


def test_the_account_sees_who_opted_out_and_why_and_no_other_does(
    gateway: Gateway, other_key: str
) -> None:
    opt_out(gateway, "260977000021")
    opt_out(gateway, "260977000022", account=EVERYBODY)

    def listed(key: str) -> list[tuple[str, str, str]]:
        answer = gateway.http.get(
            "/api/v1/suppressions?limit=2", headers={"Authorization": f"Bearer {key}"}
        )
        return [(row["recipient"], row["scope"], row["by"]) for row in answer.json()["data"]]

    assert listed(gateway.key) == [
        ("+260977000022", "all", "staff"),
        ("+260977000021", "account", "staff"),
    ]
    assert ("+260977000021", "account", "staff") not in listed(other_key)


def test_a_bulk_that_was_answered_503_is_known_again_with_whom_it_skipped(
    start_gateway: StartGateway,
) -> None:
    gateway = start_gateway(online=False)
    opt_out(gateway)
    first = gateway.bulk([OUT, IN, OTHER], category="promotional")
    again = gateway.bulk([OTHER, OUT, IN], category="promotional")
    assert (first.status_code, again.status_code) == (503, 503)
    ids = {row["recipient"]: row["message_id"] for row in first.json()["messages"]}
    assert {row["recipient"]: row["message_id"] for row in again.json()["messages"]} == ids
    assert set(ids) == {IN, OTHER}
    assert [row["to"] for row in again.json()["rejected"]] == [OUT]
    assert gateway.balance() == 998


PERSONAL = [
    {"to": IN, "message": "x" * 200, "client_reference": "a"},
    {"to": OUT, "message": "x" * 400},
    {"to": OTHER, "message": "short"},
    {"to": OUT, "message": "another text"},
    {"to": IN, "message": "x" * 200, "client_reference": "a"},
]
"""Who opted out stands twice, with two texts; the first entry stands twice, all alike."""


def test_a_personalised_bulk_leaves_out_who_opted_out_at_no_cost(own_gateway: Gateway) -> None:
    opt_out(own_gateway)
    body = {"api_key": own_gateway.key, "messages": PERSONAL, "category": "promotional"}
    first = own_gateway.http.post_json("/api/bulk", body, {"Idempotency-Key": "sale"})
    answer = first.json()
    assert first.status_code == 200, answer
    assert (answer["queued"], answer["credits_used"], answer["duplicates"]) == (2, 3, 1)
    assert [(row["index"], row["code"]) for row in answer["rejected"]] == [
        (1, "RECIPIENT_OPTED_OUT"),
        (3, "RECIPIENT_OPTED_OUT"),
    ]
    assert [(row["recipient"], row["credits_used"]) for row in answer["messages"]] == [
        (IN, 2),
        (OTHER, 1),
    ]
    shown = own_gateway.logs()["logs"]
    assert [(row["recipient"], row["message"]) for row in shown] == [
        (OTHER, "short"),
        (IN, "x" * 200),
    ]
    again = own_gateway.http.post_json("/api/bulk", body, {"Idempotency-Key": "sale"})
    assert (again.headers["idempotent-replayed"], again.json()) == ("true", answer)
    assert own_gateway.balance() == 997


def test_in_the_other_dialect_their_places_are_null(own_gateway: Gateway) -> None:
    opt_out(own_gateway)
    body = {"messages": PERSONAL, "category": "promotional"}
    answer = own_gateway.post(BULK, body).json()
    first = answer["log_ids"][0]
    assert answer["log_ids"] == [first, None, first + 1, None, first]
    assert [row["index"] for row in answer["skipped"]] == [1, 3]
    assert (answer["queued"], answer["duplicates"]) == (2, 1)
    assert own_gateway.post(BULK, {**body, "messages": PERSONAL[1:2]}).status_code == 422
    assert own_gateway.balance() == 997


def test_after_a_503_a_personalised_promotion_is_known_again(start_gateway: StartGateway) -> None:
    gateway = start_gateway(online=False)
    opt_out(gateway)
    body = {"api_key": gateway.key, "messages": PERSONAL, "category": "promotional"}
    first = gateway.http.post_json("/api/bulk", body)
    again = gateway.http.post_json("/api/bulk", {**body, "messages": PERSONAL[::-1]})
    assert (first.status_code, again.status_code) == (503, 503)
    assert again.headers["idempotent-replayed"] == "true"
    ids = {row["recipient"]: row["message_id"] for row in first.json()["messages"]}
    assert {row["recipient"]: row["message_id"] for row in again.json()["messages"]} == ids
    assert {row["index"] for row in again.json()["rejected"]} == {1, 3}
    assert gateway.balance() == 997

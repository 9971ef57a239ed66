"""Personalised bulks: a text of its own for each recipient, in both dialects."""

from typing import Any

import httpx
import pytest

from application.books.contents import read_message
from domain.bulk import RECIPIENTS_MAX
from tests.api.conftest import Gateway, StartGateway

LONG = "x" * 200
THREE: list[dict[str, Any]] = [
    {"to": "0977000001", "message": "Dear Mwila", "client_reference": "a"},
    {"to": "260966000002", "message": LONG},
    {"to": "0977000001", "message": "Dear Mwila, once more"},
]


def bulk(gateway: Gateway, messages: Any, headers: Any = None, **fields: Any) -> httpx.Response:
    body = {"api_key": gateway.key, "messages": messages, **fields}
    return gateway.http.post_json("/api/bulk", body, headers)


def bulk_feltech(gateway: Gateway, messages: Any, **fields: Any) -> httpx.Response:
    return gateway.post("/api/v1/sms/send-bulk", {"messages": messages, **fields})


def test_each_gets_its_own_text_at_its_own_price(own_gateway: Gateway) -> None:
    answer = bulk(own_gateway, THREE, client_reference="all")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["queued"], body["credits_used"], body["credits_remaining"]) == (3, 4, 996)
    assert [entry["credits_used"] for entry in body["messages"]] == [1, 2, 1]
    assert [entry["to"] for entry in body["messages"]] == [one["to"] for one in THREE]
    shown = own_gateway.logs()["logs"][::-1]
    assert [entry["message"] for entry in shown] == [one["message"] for one in THREE]
    assert [entry["segments"] for entry in shown] == [1, 2, 1]
    assert [entry["client_reference"] for entry in shown] == ["a", "all", "all"]
    batch = own_gateway.get(f"/api/v1/batches/{body['batch_id']}").json()["data"]
    assert (batch["accepted"], batch["credits_used"]) == (3, 4)
    assert own_gateway.balance() == 996


def test_the_other_dialect_gives_an_id_for_each_entry(own_gateway: Gateway) -> None:
    answer = bulk_feltech(own_gateway, [*THREE, THREE[0]])
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["queued"], body["log_ids"], body["duplicates"]) == (3, [1, 2, 3, 1], 1)
    store = own_gateway.system.store
    texts = [content.text for n in (1, 2, 3) if (content := read_message(n, source=store))]
    assert texts == [one["message"] for one in THREE]


def test_all_is_paid_or_nothing_is_sent(start_gateway: StartGateway) -> None:
    gateway = start_gateway(credits=3)
    answer = bulk(gateway, THREE)
    assert (answer.status_code, answer.json()["required"], answer.json()["available"]) == (
        402,
        4,
        3,
    )
    assert bulk_feltech(gateway, THREE).status_code == 402
    assert gateway.balance() == 3
    assert gateway.logs()["total"] == 0


def test_a_number_that_cannot_be_used_is_rejected_or_refuses_all(gateway: Gateway) -> None:
    messages = [{"to": "977000001", "message": "Hello"}, *THREE]
    refused = bulk_feltech(gateway, messages)
    assert refused.status_code == 422
    assert list(refused.json()["errors"]) == ["messages.0.to"]
    body = bulk(gateway, messages).json()
    assert [(one["index"], one["to"], one["code"]) for one in body["rejected"]] == [
        (0, "977000001", "INVALID_RECIPIENT")
    ]
    assert [entry["index"] for entry in body["messages"]] == [1, 2, 3]
    assert gateway.balance() == 996
    none = bulk(gateway, messages[:1])
    assert (none.status_code, none.json()["code"]) == (400, "INVALID_RECIPIENT")


BAD: list[tuple[Any, str, str]] = [
    (["0977000001"], "INVALID_PARAMS", "messages.0"),
    ([{"to": "0977000001"}], "MISSING_PARAMS", "messages.0.message"),
    ([THREE[0], {"to": "", "message": " "}], "MISSING_PARAMS", "messages.1.to"),
    ([{"to": "0977000001", "message": "a\0"}], "INVALID_PARAMS", "messages.0.message"),
    ([{"to": "0977000001", "message": 5}], "INVALID_PARAMS", "messages.0.message"),
    ([{**THREE[0], "client_reference": "\n"}], "INVALID_PARAMS", "messages.0.client_reference"),
    ([{"to": "0977000001", "message": "x" * 1601}], "MESSAGE_TOO_LONG", "message"),
    ([THREE[0]] * (RECIPIENTS_MAX + 1), "TOO_MANY_RECIPIENTS", "to"),
    ("hello", "INVALID_PARAMS", "messages"),
    ({"a": THREE[0]}, "INVALID_PARAMS", "messages"),
]
BAD[5] = ([{**THREE[0], "client_reference": "a\nb"}], *BAD[5][1:])


@pytest.mark.parametrize("place", range(len(BAD)))
def test_what_cannot_be_read_is_refused_with_its_place(gateway: Gateway, place: int) -> None:
    messages, code, field = BAD[place]
    answer = bulk(gateway, messages)
    assert answer.json()["code"] == code, answer.text
    assert answer.status_code == (422 if code == "MESSAGE_TOO_LONG" else 400)
    refused = bulk_feltech(gateway, messages)
    assert refused.status_code == 422
    assert field in refused.json()["errors"]
    assert gateway.balance() == 1_000


def test_a_bulk_has_one_text_or_one_for_each(gateway: Gateway) -> None:
    for extra in ({"message": "Hello"}, {"recipients": ["0977000001"]}):
        assert bulk(gateway, THREE, **extra).json()["code"] == "INVALID_PARAMS"
    assert list(bulk_feltech(gateway, THREE, to=["0977000001"]).json()["errors"]) == ["messages"]
    empty = bulk(gateway, [])
    assert empty.json()["message"].startswith("Missing or empty: recipients, message.")


def test_a_number_with_an_exponent_is_refused_in_a_message_too(gateway: Gateway) -> None:
    body = '{"messages": [{"to": 2.60977000001e11, "message": "Hello"}]}'
    headers = {**gateway.bearer, "Content-Type": "application/json"}
    answer = gateway.http.post("/api/v1/sms/send-bulk", content=body, headers=headers)
    assert answer.status_code == 422
    assert "exponent" in answer.json()["errors"]["messages.0.to"][0]


# -- the same request again -----------------------------------------------------------------------


def test_under_a_key_it_is_accepted_once(gateway: Gateway) -> None:
    key = {"Idempotency-Key": "personal"}
    first = bulk(gateway, THREE, key)
    again = bulk(gateway, THREE, key)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == first.json()
    for other in (
        THREE[:2],
        [*THREE[:2], {**THREE[2], "message": "Other"}],
        [*THREE[:2], {**THREE[2], "client_reference": "other"}],
    ):
        assert bulk(gateway, other, key).json()["code"] == "IDEMPOTENCY_CONFLICT"
    assert gateway.balance() == 996


def test_after_a_503_it_is_known_in_any_order(start_gateway: StartGateway) -> None:
    gateway = start_gateway(online=False)
    first = bulk(gateway, THREE)
    assert first.status_code == 503
    again = bulk(gateway, THREE[::-1])
    assert again.headers["idempotent-replayed"] == "true"
    told = {one["to"] + str(one["credits_used"]): one for one in first.json()["messages"]}
    assert again.json()["batch_id"] == first.json()["batch_id"]
    ids = [one["message_id"] for one in first.json()["messages"]]
    assert [one["message_id"] for one in again.json()["messages"]] == ids[::-1]
    assert [one["credits_used"] for one in again.json()["messages"]] == [1, 2, 1]
    assert len(told) == 2
    other = [THREE[0], THREE[1], {**THREE[2], "client_reference": "other"}]
    assert bulk(gateway, other).json()["batch_id"] != first.json()["batch_id"]
    assert gateway.balance() == 992

"""Dialect feltech through real HTTP: sends, bulks, status, logs and sender IDs."""

import re
from typing import Any

import httpx
import pytest

from domain.reports import Accepted
from tests.api.conftest import Gateway, StartGateway
from tests.support.outcomes import refused

TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
TO = "+260977000000"


def send(gateway: Gateway, **fields: Any) -> httpx.Response:
    return gateway.post("/api/v1/sms/send", {"to": TO, "message": "Hello", **fields})


def send_bulk(gateway: Gateway, to: Any, **fields: Any) -> httpx.Response:
    return gateway.post("/api/v1/sms/send-bulk", {"to": to, "message": "Hello", **fields})


def errors(answer: httpx.Response) -> dict[str, list[str]]:
    assert answer.status_code == 422, answer.text
    body = answer.json()
    assert set(body) == {"message", "errors"}
    found: dict[str, list[str]] = body["errors"]
    assert all(isinstance(text, str) for texts in found.values() for text in texts)
    return found


# -- sending ------------------------------------------------------------------------------------


def test_a_send_answers_with_the_id_alone(own_gateway: Gateway) -> None:
    answer = send(own_gateway)
    assert answer.status_code == 200
    assert answer.json() == {"status": "success", "message_id": "msg_1"}
    assert own_gateway.balance() == 999


def test_a_network_that_is_offline_makes_no_difference(start_gateway: StartGateway) -> None:
    gateway = start_gateway(online=False)
    assert send(gateway).json() == {"status": "success", "message_id": "msg_1"}
    assert send(gateway).json() == {"status": "success", "message_id": "msg_2"}
    assert send_bulk(gateway, [TO]).status_code == 200
    assert gateway.balance() == 997


def test_too_few_credits_as_published(start_gateway: StartGateway) -> None:
    gateway = start_gateway(credits=0)
    answer = send(gateway)
    assert answer.status_code == 402
    assert answer.json() == {
        "status": "error",
        "message": "Insufficient SMS balance.",
        "required": 1,
        "available": 0,
    }


def test_missing_fields_are_named_by_field(gateway: Gateway) -> None:
    assert set(errors(send(gateway, to="", message=" "))) == {"to", "message"}
    assert set(errors(send(gateway, message=None))) == {"message"}


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"to": "977123456"}, "to"),
        ({"to": ["+260977000000"]}, "to"),
        ({"message": "a\0b"}, "message"),
        ({"message": "\udc00"}, "message"),
        ({"message": 5}, "message"),
        ({"message": "a" * 1_601}, "message"),
        ({"sender_id": "TwelveChars12"}, "sender_id"),
        ({"sender_id": "NotApproved"}, "sender_id"),
    ],
)
def test_what_cannot_be_used_is_named_by_field(
    gateway: Gateway, fields: dict[str, Any], name: str
) -> None:
    assert set(errors(send(gateway, **fields))) == {name}
    assert gateway.balance() == 1_000


def test_an_approved_sender_id_is_accepted_in_any_case(start_gateway: StartGateway) -> None:
    gateway = start_gateway(sender_ids=("MyBusiness",))
    assert send(gateway, sender_id="mybusiness").status_code == 200
    assert gateway.logs()["logs"][0]["sender_id"] == "mybusiness"


@pytest.mark.parametrize("written", ["My Shop ", " My  Shop", "my   shop\n"])
def test_spaces_in_a_sender_id_are_as_approved(start_gateway: StartGateway, written: str) -> None:
    gateway = start_gateway(sender_ids=("My Shop",))
    assert send(gateway, sender_id=written).status_code == 200
    wanted = {"name": written, "use_case": "x"}
    assert gateway.post("/api/sender-ids", wanted).status_code == 409
    chosen = {"default_sender_id": written}
    answer = gateway.http.put("/api/v1/account", json=chosen, headers=gateway.bearer)
    assert answer.json()["data"]["default_sender_id"] == "My Shop"


def test_a_bulk_gives_one_id_for_each_entry(own_gateway: Gateway) -> None:
    send(own_gateway)
    answer = send_bulk(own_gateway, ["+260977000001", "0966000002", "260977000001", 260955000003])
    assert answer.status_code == 200
    body = answer.json()
    assert re.fullmatch(r"batch_[0-9]+", body.pop("batch_id"))
    assert body == {
        "status": "success",
        "queued": 3,
        "log_ids": [2, 3, 2, 4],
        "duplicates": 1,
    }
    assert own_gateway.balance() == 996


def test_one_unusable_number_refuses_the_whole_bulk(gateway: Gateway) -> None:
    answer = send_bulk(gateway, [TO, "x", TO, 5, None])
    assert set(errors(answer)) == {"to.1", "to.3", "to.4"}
    assert gateway.balance() == 1_000
    assert gateway.logs()["total"] == 0


@pytest.mark.parametrize("to", [[], None, "", TO, {"a": TO}, [TO] * 501])
def test_a_bulk_has_1_to_500_entries(gateway: Gateway, to: Any) -> None:
    assert set(errors(send_bulk(gateway, to))) == {"to"}


def test_500_entries_are_queued_at_once(own_gateway: Gateway) -> None:
    answer = send_bulk(own_gateway, [f"+26097700{n:04}" for n in range(500)])
    assert answer.json()["log_ids"] == list(range(1, 501))


# -- status ---------------------------------------------------------------------------------------


def test_a_status_says_pending_sent_or_failed(own_gateway: Gateway) -> None:
    for _ in range(3):
        send(own_gateway)
    own_gateway.try_to_send(1, Accepted(message_reference=7))
    own_gateway.try_to_send(2, refused("+CMS ERROR: 28"))
    sent = own_gateway.get("/api/v1/sms/status/msg_1").json()
    assert sent["status"] == "success"
    assert sent["data"]["delivery_status"] == "sent"
    assert TIME.fullmatch(sent["data"]["sent_at"])
    assert sent["data"]["Sent_at"] == sent["data"]["sent_at"]
    failed = own_gateway.get("/api/v1/sms/status/msg_2").json()["data"]
    assert (failed["delivery_status"], failed["sent_at"]) == ("failed", None)
    assert own_gateway.get("/api/v1/sms/status/msg_3").json()["data"] == {
        "message_id": "msg_3",
        "delivery_status": "pending",
        "Sent_at": None,
        "sent_at": None,
        "estimated_send_at": None,
        "client_reference": None,
    }


def test_delivery_does_not_move_the_time_of_sending(own_gateway: Gateway) -> None:
    send(own_gateway)
    own_gateway.try_to_send(1, Accepted(message_reference=7))
    before = own_gateway.get("/api/v1/sms/status/msg_1").json()
    own_gateway.report_delivery(1)
    assert own_gateway.get("/api/v1/sms/status/msg_1").json() == before
    assert own_gateway.logs()["logs"][0]["delivery"] == "delivered"


def test_a_message_of_the_other_dialect_has_a_status_too(own_gateway: Gateway) -> None:
    message_id = own_gateway.send().json()["message_id"]
    by_number = own_gateway.get("/api/v1/sms/status/msg_1").json()
    assert own_gateway.get(f"/api/v1/sms/status/{message_id}").json() == by_number


@pytest.mark.parametrize(
    "message_id",
    [
        *(
            "msg_2",
            "msg_0",
            "msg_01",
            "msg_-1",
            "msg_",
            "msg_1x",
            "2",
            "01",
            "1.0",
            "batch_1",
            "msg_\u0661",
        ),
        *("msg_" + "9" * 60, "msg_9223372036854775808", "%00", "a b"),
        *("MSG-1-0001", "MSG-1712345678-a3f9", "MSG-1-1"),
    ],
)
@pytest.mark.slow
def test_an_unknown_id_is_not_found(own_gateway: Gateway, message_id: str) -> None:
    send(own_gateway)
    answer = own_gateway.get(f"/api/v1/sms/status/{message_id}")
    assert answer.status_code == 404
    assert answer.json() == {"status": "error", "message": "No such message."}


def test_a_number_from_a_bulk_answer_s_log_ids_is_an_id_too(gateway: Gateway) -> None:
    body = {"to": ["0977000111", "0977000222"], "message": "Hello"}
    (_, second) = gateway.post("/api/v1/sms/send-bulk", body).json()["log_ids"]
    answer = gateway.get(f"/api/v1/sms/status/{second}")
    assert answer.json()["data"]["message_id"] == f"msg_{second}"


def test_an_id_with_another_time_is_not_found(gateway: Gateway) -> None:
    message_id = gateway.send().json()["message_id"]
    _, second, number = message_id.split("-")
    answer = gateway.get(f"/api/v1/sms/status/MSG-{int(second) - 1}-{number}")
    assert answer.status_code == 404


def test_another_accounts_message_is_not_found(gateway: Gateway, other_key: str) -> None:
    message_id = send(gateway).json()["message_id"]
    assert gateway.get(f"/api/v1/sms/status/{message_id}").status_code == 200
    headers = {"Authorization": f"Bearer {other_key}"}
    for path in ("/api/v1/sms/status", "/api/v1/messages"):
        answer = gateway.http.get(f"{path}/{message_id}", headers=headers)
        assert answer.status_code == 404
        assert answer.json() == {"status": "error", "message": "No such message."}


# -- logs -----------------------------------------------------------------------------------------


def test_the_log_is_a_page_of_20(own_gateway: Gateway) -> None:
    send_bulk(own_gateway, [f"+26097700{n:04}" for n in range(41)])
    page = own_gateway.get("/api/sms/logs").json()["data"]
    assert (page["current_page"], page["per_page"], page["total"]) == (1, 20, 41)
    assert (page["last_page"], page["from"], page["to"]) == (3, 1, 20)
    first = page["data"][0]
    assert TIME.fullmatch(first.pop("created_at"))
    assert first == {
        "id": 41,
        "recipient": "+260977000040",
        "message": "Hello",
        "sender_id": "Demo",
        "sender_used": None,
        "client_reference": None,
        "status": "Pending",
        "delivery": None,
        "cost": 1,
        "credits_refunded": 0,
        "sent_at": None,
    }
    last = own_gateway.get("/api/sms/logs", page=3).json()["data"]
    assert (len(last["data"]), last["from"], last["to"]) == (1, 41, 41)
    past = own_gateway.get("/api/sms/logs", page=9).json()["data"]
    assert (past["data"], past["from"], past["to"], past["last_page"]) == ([], None, None, 3)


def test_an_empty_log_has_one_page(gateway: Gateway) -> None:
    page = gateway.get("/api/sms/logs").json()["data"]
    assert (page["total"], page["last_page"], page["from"], page["data"]) == (0, 1, None, [])


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("+260977123456", 1),
        ("0977123456", 1),
        ("260977 123-456", 1),
        ("7712", 1),
        ("HELLO", 2),
        ("hello %", 1),
        ("%", 1),
        ("_", 0),
        ("nothing", 0),
        ("", 2),
    ],
)
def test_search_finds_numbers_and_texts(gateway: Gateway, search: str, found: int) -> None:
    send(gateway, to="0977123456", message="Hello world")
    send(gateway, to="0966000000", message="hello % off")
    assert gateway.get("/api/sms/logs", search=search).json()["data"]["total"] == found


def test_status_words_are_the_documents_own_in_any_case(own_gateway: Gateway) -> None:
    send(own_gateway)
    send(own_gateway)
    own_gateway.try_to_send(1, Accepted(message_reference=7))
    for word, number in (("Sent", 1), ("pending", 2)):
        page = own_gateway.get("/api/sms/logs", status=word).json()["data"]
        assert [entry["id"] for entry in page["data"]] == [number]
    assert own_gateway.get("/api/sms/logs", status="FAILED").json()["data"]["total"] == 0
    assert set(errors(own_gateway.get("/api/sms/logs", status="queued"))) == {"status"}


# -- sender IDs ---------------------------------------------------------------------------------


def test_a_sender_id_is_asked_for_once(own_gateway: Gateway) -> None:
    wanted = {"name": "FeltechSMS", "use_case": "Promotional offers for e-commerce"}
    answer = own_gateway.post("/api/sender-ids", wanted)
    assert answer.status_code == 201
    body = answer.json()
    assert TIME.fullmatch(body.pop("created_at"))
    assert body == {"id": body["id"], "user_id": own_gateway.account, "status": "Pending", **wanted}
    assert isinstance(body["id"], int)
    for name in ("FeltechSMS", "feltechsms", "FeltechSMS ", " FeltechSMS", "\tfeltechSMS\n"):
        again = own_gateway.post("/api/sender-ids", {**wanted, "name": name})
        assert again.status_code == 409
        assert again.json() == {"message": "You have already requested this Sender ID."}
    listed = own_gateway.get("/api/sender-ids").json()["data"]
    assert [(row["name"], row["status"]) for row in listed] == [("FeltechSMS", "Pending")]
    assert set(errors(send(own_gateway, sender_id="FeltechSMS"))) == {"sender_id"}


def test_the_same_name_may_be_another_accounts_too(gateway: Gateway, other_key: str) -> None:
    wanted = {"name": "Shared", "use_case": "Alerts"}
    assert gateway.post("/api/sender-ids", wanted).status_code == 201
    headers = {"Authorization": f"Bearer {other_key}"}
    assert gateway.http.post("/api/sender-ids", json=wanted, headers=headers).status_code == 201


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({}, {"name", "use_case"}),
        ({"name": "Fine"}, {"use_case"}),
        ({"name": "Twelve chars", "use_case": "x"}, {"name"}),
        ({"name": "123", "use_case": "x"}, {"name"}),
        ({"name": ["Fine"], "use_case": "x"}, {"name"}),
        ({"name": "Fine", "use_case": "\ud83d"}, {"use_case"}),
        ({"name": "Fine", "use_case": "a\0"}, {"use_case"}),
        ({"name": "Fine", "use_case": 4}, {"use_case"}),
        ({"name": "Fine", "use_case": "x" * 1_001}, {"use_case"}),
    ],
)
def test_a_malformed_sender_id_request_is_named_by_field(
    gateway: Gateway, fields: dict[str, Any], names: set[str]
) -> None:
    assert set(errors(gateway.post("/api/sender-ids", fields))) == names

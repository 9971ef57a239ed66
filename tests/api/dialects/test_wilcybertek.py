"""Dialect wilcybertek through real HTTP: sends, bulks, balance and logs."""

import re
from typing import Any

import pytest

from domain.reports import Accepted
from domain.values import Network
from tests.api.conftest import NUMBERS, Gateway, StartGateway
from tests.support.outcomes import refused

MESSAGE_ID = re.compile(r"MSG-[0-9]+-[0-9A-Z]{4,}")
REJECTED = refused("+CMS ERROR: 28")
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")


def refusal(answer: Any) -> tuple[int, str]:
    body = answer.json()
    assert body["status"] == "error"
    assert body["message"]
    return answer.status_code, body["code"]


# -- one message ------------------------------------------------------------------------------


def test_a_send_is_accepted_and_charged(gateway: Gateway) -> None:
    answer = gateway.send(message="Hello")
    assert answer.status_code == 200
    body = answer.json()
    assert MESSAGE_ID.fullmatch(body.pop("message_id"))
    assert body == {
        "status": "queued",
        "recipient": "260977000000",
        "credits_used": 1,
        "credits_remaining": 999,
        "segments": 1,
        "encoding": "GSM-7",
        "network": "mtn",
    }
    assert gateway.balance() == 999


@pytest.mark.parametrize(("network", "number"), NUMBERS.items())
def test_the_answer_names_the_network(gateway: Gateway, network: Network, number: str) -> None:
    assert gateway.send(to=number).json()["network"] == network


@pytest.mark.parametrize(
    "written",
    [
        "260977123456",
        "+260977123456",
        "00260977123456",
        "0977123456",
        "+260 97.712-3456",
        "0977123456\n",
        "(0977) 123 456",
        260977123456,
        977123456 * 1 + 260_000_000_000,
        260977123456.0,
    ],
)
def test_every_written_form_of_a_recipient_is_read(gateway: Gateway, written: Any) -> None:
    assert gateway.send(to=written).json()["recipient"] == "260977123456"


@pytest.mark.parametrize(
    "written",
    [
        "977123456",
        "0211123456",
        "+27821234567",
        "call me",
        "0977123456 ext 5",
        "٠٩٧٧١٢٣٤٥٦",
        "0987123456",
        -260977123456,
        0.5,
        10**30,
        "\ud83d",
        "26097712345.0",
        "097712345.0",
        "0977000111,0966000111",
        "0977000111 0966000111",
    ],
)
def test_what_no_sim_can_reach_is_refused(gateway: Gateway, written: Any) -> None:
    assert refusal(gateway.send(to=written)) == (400, "INVALID_RECIPIENT")
    assert gateway.balance() == 1_000


@pytest.mark.parametrize("written", [["260977123456"], {"number": "260977123456"}, True])
def test_a_recipient_of_the_wrong_kind_is_named(gateway: Gateway, written: Any) -> None:
    assert refusal(gateway.send(to=written)) == (400, "INVALID_PARAMS")


@pytest.mark.parametrize("empty", ["", "   ", "\n", None])
def test_missing_fields_are_all_named(gateway: Gateway, empty: Any) -> None:
    answer = gateway.send(message=empty, to=empty)
    assert refusal(answer) == (400, "MISSING_PARAMS")
    assert answer.json()["message"] == "Missing or empty: to, message."


def test_without_a_key_the_key_is_named_too(gateway: Gateway) -> None:
    answer = gateway.http.post("/api", json={"to": "260977000000"})
    assert refusal(answer) == (400, "MISSING_PARAMS")
    assert answer.json()["message"] == "Missing or empty: api_key, message."


@pytest.mark.parametrize("message", ["a\0b", "a\x1bb", "half \ud83d", 42, ["x"], {"a": 1}, True])
def test_a_text_that_cannot_be_sent_is_named(gateway: Gateway, message: Any) -> None:
    answer = gateway.send(message=message)
    assert refusal(answer) == (400, "INVALID_PARAMS")
    assert "message" in answer.json()["message"]


def test_half_a_surrogate_pair_says_what_it_is(gateway: Gateway) -> None:
    answer = gateway.send(message="\ud83d")
    assert refusal(answer) == (400, "INVALID_PARAMS")
    assert answer.json()["message"] == "The message contains half of a surrogate pair."


@pytest.mark.parametrize("sender_id", ["TwelveChars12", "K-9", "12345", "Bühne", 7, ["x"]])
def test_a_malformed_sender_id_is_refused(gateway: Gateway, sender_id: Any) -> None:
    answer = gateway.send(sender_id=sender_id)
    assert refusal(answer) == (400, "INVALID_PARAMS")


@pytest.mark.parametrize("sender_id", [None, ""])
def test_an_empty_sender_id_is_the_default(start_gateway: StartGateway, sender_id: Any) -> None:
    gateway = start_gateway(name="Mwezi Ltd.")
    assert gateway.send(sender_id=sender_id).status_code == 200
    assert gateway.logs()["logs"][0]["sender_id"] == "Mwezi Ltd"


def test_a_sender_id_that_is_not_approved_is_accepted(gateway: Gateway) -> None:
    assert gateway.send(sender_id="NotMine").status_code == 200
    assert gateway.logs()["logs"][0]["sender_id"] == "NotMine"


@pytest.mark.parametrize(
    ("text", "segments", "encoding"),
    [
        ("a" * 160, 1, "GSM-7"),
        ("a" * 161, 2, "GSM-7"),
        ("€" * 80, 1, "GSM-7"),
        ("€" * 81, 2, "GSM-7"),
        ("a" * 1_600, 11, "GSM-7"),
        ("ф" * 70, 1, "UCS-2"),
        ("ф" * 71, 2, "UCS-2"),
        ("😀" * 35, 1, "UCS-2"),
        ("😀" * 36, 2, "UCS-2"),
    ],
)
def test_one_credit_a_segment(gateway: Gateway, text: str, segments: int, encoding: str) -> None:
    body = gateway.send(message=text).json()
    assert (body["segments"], body["encoding"]) == (segments, encoding)
    assert body["credits_used"] == segments
    assert gateway.balance() == 1_000 - segments


@pytest.mark.parametrize("text", ["a" * 1_601, "ф" * 738, "€" * 837, "😀" * 80_000])
def test_a_text_that_is_too_long_says_both_counts(gateway: Gateway, text: str) -> None:
    answer = gateway.send(message=text)
    assert refusal(answer) == (422, "MESSAGE_TOO_LONG")
    assert f"{len(text)} characters" in answer.json()["message"]
    assert gateway.balance() == 1_000


def test_text_is_kept_as_given(gateway: Gateway) -> None:
    text = "  cafe\u0301 \r\n\t€[]{}😀  "
    assert gateway.send(message=text).status_code == 200
    assert gateway.logs()["logs"][0]["message"] == text


def test_402_says_what_is_required_and_available(start_gateway: StartGateway) -> None:
    gateway = start_gateway(credits=1)
    answer = gateway.send(message="a" * 161)
    assert refusal(answer) == (402, "INSUFFICIENT_CREDITS")
    assert answer.json()["required"] == 2
    assert answer.json()["available"] == 1
    assert gateway.balance() == 1


# -- many ---------------------------------------------------------------------------------------


def test_a_bulk_lists_what_was_queued_rejected_and_repeated(own_gateway: Gateway) -> None:
    given = ["0977000001", "nonsense", "+260966000002", 260977000001, None, {"deep": []}, ""]
    answer = own_gateway.bulk(given, message="Flash sale!")
    assert answer.status_code == 200
    body = answer.json()
    assert body["status"] == "queued"
    assert re.fullmatch(r"batch_[0-9]+", body["batch_id"])
    assert (body["queued"], body["credits_used"], body["credits_remaining"]) == (2, 2, 998)
    assert body["duplicates"] == 1
    assert body["offline"] == []
    assert [m["index"] for m in body["messages"]] == [0, 2]
    assert [m["to"] for m in body["messages"]] == ["0977000001", "+260966000002"]
    assert [m["recipient"] for m in body["messages"]] == ["260977000001", "260966000002"]
    assert all(MESSAGE_ID.fullmatch(m["message_id"]) for m in body["messages"])
    assert [(r["index"], r["to"], r["code"]) for r in body["rejected"]] == [
        (1, "nonsense", "INVALID_RECIPIENT"),
        (4, None, "INVALID_RECIPIENT"),
        (5, None, "INVALID_RECIPIENT"),
        (6, "", "INVALID_RECIPIENT"),
    ]
    assert own_gateway.balance() == 998


def test_a_rejected_entry_comes_back_whatever_it_holds(gateway: Gateway) -> None:
    body = gateway.bulk(["260977000001", "\ud83d", 1.5, False]).json()
    assert [entry["to"] for entry in body["rejected"]] == ["\ud83d", 1.5, False]


def test_a_bulk_without_any_usable_number_is_refused(gateway: Gateway) -> None:
    assert refusal(gateway.bulk(["x", "977123456"])) == (400, "INVALID_RECIPIENT")
    assert gateway.balance() == 1_000


def test_a_bulk_is_all_or_nothing_on_credits(start_gateway: StartGateway) -> None:
    gateway = start_gateway(credits=5)
    numbers = [f"26097700{n:04}" for n in range(3)]
    answer = gateway.bulk(numbers, message="a" * 161)
    assert refusal(answer) == (402, "INSUFFICIENT_CREDITS")
    assert (answer.json()["required"], answer.json()["available"]) == (6, 5)
    assert gateway.balance() == 5
    assert gateway.logs()["total"] == 0


def test_a_bulk_has_at_most_500_entries(gateway: Gateway) -> None:
    numbers = [f"26097700{n:04}" for n in range(500)]
    assert gateway.bulk(numbers).json()["queued"] == 500
    assert refusal(gateway.bulk([*numbers, numbers[0]])) == (400, "TOO_MANY_RECIPIENTS")
    assert gateway.balance() == 500


@pytest.mark.parametrize(
    ("recipients", "code"),
    [
        ([], "MISSING_PARAMS"),
        (None, "MISSING_PARAMS"),
        ("260977000000", "INVALID_PARAMS"),
        ({"first": "260977000000"}, "INVALID_PARAMS"),
        (260977000000, "INVALID_PARAMS"),
    ],
)
def test_recipients_must_be_a_list(gateway: Gateway, recipients: Any, code: str) -> None:
    assert refusal(gateway.bulk(recipients)) == (400, code)


# -- reading --------------------------------------------------------------------------------------


def test_the_log_shows_what_became_of_messages(own_gateway: Gateway) -> None:
    for text in ("first", "second", "third"):
        own_gateway.send(message=text)
    own_gateway.try_to_send(1, Accepted(message_reference=7))
    own_gateway.try_to_send(2, REJECTED)
    log = own_gateway.logs()
    assert (log["status"], log["page"], log["limit"]) == ("ok", 1, 50)
    assert (log["total"], log["pages"]) == (3, 1)
    third, second, first = log["logs"]
    assert [entry["message"] for entry in log["logs"]] == ["third", "second", "first"]
    assert first["status"] == "SENT"
    assert TIME.fullmatch(first["sent_at"])
    assert first["failure"] is None
    assert first["sender_used"] == "+260979000000"
    assert second["status"] == "FAILED"
    assert second["failure"] == {
        "code": "CMS_28",
        "message": "The network does not know the recipient.",
    }
    assert (second["credits_used"], second["credits_refunded"]) == (1, 1)
    assert third == {
        "message_id": third["message_id"],
        "recipient": "260977000000",
        "message": "third",
        "sender_id": "Demo",
        "sender_used": None,
        "client_reference": None,
        "network": "mtn",
        "status": "QUEUED",
        "delivery": None,
        "credits_used": 1,
        "credits_refunded": 0,
        "segments": 1,
        "queued_at": third["queued_at"],
        "sent_at": None,
        "delivered_at": None,
        "failure": None,
    }
    assert TIME.fullmatch(third["queued_at"])
    assert own_gateway.balance() == 998


def test_the_log_is_filtered_by_status_in_any_case(own_gateway: Gateway) -> None:
    for _ in range(3):
        own_gateway.send()
    own_gateway.try_to_send(1, Accepted(message_reference=7))
    own_gateway.try_to_send(2, REJECTED)
    for word in ("SENT", "sent", "Failed", "QUEUED"):
        log = own_gateway.logs(status=word)
        assert [entry["status"] for entry in log["logs"]] == [word.upper()]
        assert log["total"] == 1
    for word in ("", "all", "ALL"):
        assert own_gateway.logs(status=word)["total"] == 3
    answer = own_gateway.http.get(
        "/api/logs", params={"api_key": own_gateway.key, "status": "LOST"}
    )
    assert refusal(answer) == (400, "INVALID_PARAMS")


def test_pages_of_the_log(gateway: Gateway) -> None:
    gateway.bulk([f"26097700{n:04}" for n in range(105)])
    log = gateway.logs(page=2, limit=10)
    assert (log["page"], log["limit"], log["total"], log["pages"]) == (2, 10, 105, 11)
    assert [entry["recipient"] for entry in log["logs"]] == [
        f"26097700{n:04}" for n in range(94, 84, -1)
    ]
    assert len(gateway.logs(limit=1_000)["logs"]) == 100
    assert len(gateway.logs(limit=0)["logs"]) == 1
    assert len(gateway.logs(limit="many")["logs"]) == 50
    for page in (0, -4, "first", "", "1.5"):
        assert gateway.logs(page=page)["page"] == 1
    for page in (4, 10**9, 10**40, "9" * 4_000):
        past = gateway.logs(page=page)
        assert past["logs"] == []
        assert past["total"] == 105


def test_before_pages_without_shifting(gateway: Gateway) -> None:
    gateway.bulk([f"26097700{n:04}" for n in range(5)])
    newest = gateway.logs(limit=2)["logs"]
    gateway.send(message="newer")
    older = gateway.logs(limit=2, before=newest[-1]["message_id"])["logs"]
    assert [entry["recipient"] for entry in older] == ["260977000002", "260977000001"]
    answer = gateway.http.get("/api/logs", params={"api_key": gateway.key, "before": "yesterday"})
    assert refusal(answer) == (400, "INVALID_PARAMS")


def test_the_log_knows_what_was_just_sent(gateway: Gateway) -> None:
    for n in range(30):
        sent = gateway.send(message=f"number {n}").json()["message_id"]
        assert gateway.logs(limit=1)["logs"][0]["message_id"] == sent


def test_an_account_sees_its_own_messages_only(gateway: Gateway, other_key: str) -> None:
    gateway.send()
    answer = gateway.http.get("/api/logs", params={"api_key": other_key})
    assert (answer.json()["logs"], answer.json()["total"], answer.json()["pages"]) == ([], 0, 0)

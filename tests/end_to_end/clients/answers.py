"""What both published documents say of each answer, as checks of one call of a client."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

Call = Mapping[str, Any]

TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
MSG_ID: Final = re.compile(r"MSG-\d{10}-[0-9A-Z]{4,}")


def faults_of(call: Call) -> list[str]:
    """Give what is wrong with a call's answer, in words; nothing when it is as documented."""
    status, answer = call["status"], call["answer"]
    documented = DOCUMENTED[call["call"]]
    if status not in documented.statuses:
        return [f"answered {status}: {answer}"]
    try:
        documented.check(call, answer)
    except (AssertionError, KeyError, IndexError, TypeError, AttributeError) as error:
        return [f"{type(error).__name__} {error}: {answer}"]
    return []


def _expect(given: object, wanted: object, what: str) -> None:
    if isinstance(wanted, re.Pattern):
        is_right = isinstance(given, str) and wanted.fullmatch(given) is not None
    elif isinstance(wanted, type):
        is_right = type(given) is wanted
    else:
        is_right = given == wanted and type(given) is type(wanted)
    if not is_right:
        msg = f"{what} is {given!r}, not {wanted!r}"
        raise AssertionError(msg)


def _expect_fields(given: Mapping[str, Any], wanted: Mapping[str, object]) -> None:
    for name, value in wanted.items():
        _expect(given[name], value, name)


def _check_send(call: Call, answer: Mapping[str, Any]) -> None:
    wanted = {
        "status": "queued",
        "message_id": MSG_ID,
        "recipient": call["to"][0],
        "credits_used": 1,
        "credits_remaining": int,
    }
    _expect_fields(answer, wanted)


def _check_bulk(call: Call, answer: Mapping[str, Any]) -> None:
    count = len(call["to"])
    _expect_fields(answer, {"status": "queued", "queued": count, "credits_used": count})
    _expect([entry["to"] for entry in answer["messages"]], call["to"], "messages")
    for entry in answer["messages"]:
        _expect(entry["message_id"], MSG_ID, "message_id")


def _check_balance(_: Call, answer: Mapping[str, Any]) -> None:
    _expect_fields(answer, {"status": "ok", "balance": int, "currency": "SMS_CREDITS"})


def _check_logs(_: Call, answer: Mapping[str, Any]) -> None:
    _expect_fields(answer, {"status": "ok", "page": 1, "limit": 50, "total": int, "pages": int})
    newest = answer["logs"][0]
    _expect_fields(newest, {"message_id": MSG_ID, "message": str, "queued_at": TIME})
    _expect(newest["status"] in {"QUEUED", "SENT", "FAILED"}, wanted=True, what="status is known")


def _check_feltech_send(_: Call, answer: Mapping[str, Any]) -> None:
    _expect_fields(answer, {"status": "success", "message_id": re.compile(r"msg_\d+")})


def _check_feltech_bulk(call: Call, answer: Mapping[str, Any]) -> None:
    count = len(call["to"])
    wanted = {"status": "success", "batch_id": re.compile(r"batch_\d+"), "queued": count}
    _expect_fields(answer, wanted)
    _expect(len(set(answer["log_ids"])), count, "number of log_ids")
    for log_id in answer["log_ids"]:
        _expect(log_id, int, "log_id")


def _check_feltech_status(_: Call, answer: Mapping[str, Any]) -> None:
    data = answer["data"]
    _expect(answer["status"], "success", "status")
    _expect(data["message_id"], re.compile(r"msg_\d+"), "message_id")
    is_sent = data["delivery_status"] == "sent"
    _expect(data["delivery_status"] in {"pending", "sent"}, wanted=True, what="status is known")
    _expect(data["Sent_at"], TIME if is_sent else None, "Sent_at")


def _check_feltech_logs(_: Call, answer: Mapping[str, Any]) -> None:
    page = answer["data"]
    _expect_fields(page, {"current_page": 1, "per_page": 20, "total": int})
    wanted = {
        "id": int,
        "recipient": re.compile(r"\+260\d{9}"),
        "message": str,
        "sender_id": str,
        "cost": 1,
        "created_at": TIME,
    }
    _expect_fields(page["data"][0], wanted)
    _expect(page["data"][0]["status"] in {"Pending", "Sent"}, wanted=True, what="status is known")


def _check_sender_id(call: Call, answer: Mapping[str, Any]) -> None:
    if call["status"] == 409:
        _expect_fields(answer, {"message": "You have already requested this Sender ID."})
        return
    wanted = {
        "id": int,
        "user_id": int,
        "name": str,
        "use_case": "Promotional offers for e-commerce",
        "status": "Pending",
        "created_at": TIME,
    }
    _expect_fields(answer, wanted)


@dataclass(frozen=True, slots=True)
class Documented:
    """One request of the documents: where it goes, and what may come back."""

    request: str
    check: Callable[[Call, Mapping[str, Any]], None]
    statuses: frozenset[int] = frozenset({200})


DOCUMENTED: Final[Mapping[str, Documented]] = {
    "send": Documented("POST /api", _check_send),
    "bulk": Documented("POST /api/bulk", _check_bulk),
    "balance": Documented("GET /api/balance", _check_balance),
    "logs": Documented("GET /api/logs", _check_logs),
    "feltech_send": Documented("POST /api/v1/sms/send", _check_feltech_send),
    "feltech_bulk": Documented("POST /api/v1/sms/send-bulk", _check_feltech_bulk),
    "feltech_status": Documented("GET /api/v1/sms/status/{id}", _check_feltech_status),
    "feltech_logs": Documented("GET /api/sms/logs", _check_feltech_logs),
    "feltech_sender_id": Documented(
        "POST /api/sender-ids", _check_sender_id, frozenset({201, 409})
    ),
}

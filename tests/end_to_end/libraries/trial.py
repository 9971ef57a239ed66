"""What each client library is tried with: the documents' examples, and connections that are cut.

A library's program is told BASE_URL API_KEY, and then ``examples``, ``masses COUNT TEXT`` or
``webhooks SECRET REQUESTS``, and prints JSON: what each example gave (see ``EXAMPLES``), the ids of
the messages, or the type of each request's event, the error's name instead.
"""

import json
import random
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from standardwebhooks import Webhook

from tests.end_to_end.client import number_of
from tests.end_to_end.gateway import Demo
from tests.end_to_end.waiting import wait_until
from tests.support.proxy import Cut, Direction, TcpProxy

SECRET: Final = "whsec_" + b64encode(b"what setting the webhook gave").decode()
SEEDS: Final = random.SystemRandom()
LEAVE_S: Final = 60.0
"""Beside the time that a busy machine takes for so many messages."""
ANSWER_BYTES: Final = 400
"""At least, of an answer to a send with its head."""

EXAMPLES: Final[Mapping[str, str]] = {
    "send": "one message, the first document's",
    "bulk": "one text for three recipients, and one whose number cannot be used",
    "balance": "the balance after these",
    "logs": "the first page of the log",
    "feltech_send": "one message, the second document's",
    "feltech_bulk": "one text for two recipients",
    "status": "where that one message stands",
    "feltech_logs": "the log, searched for it",
    "sender_id": "a new sender ID",
    "same_key": "the ids of two sends under one key",
    "errors": "the class and the code of each error, in the order of ERRORS",
}
ERRORS: Final = (
    ("InvalidRecipient", "INVALID_RECIPIENT"),  # a send to 977123456
    ("MessageTooLong", "MESSAGE_TOO_LONG"),  # one of 1,601 characters
    ("InvalidRequest", None),  # the second document's send to 977123456
    ("Conflict", None),  # the same sender ID again
    ("NotFound", None),  # the status of msg_999999
    ("InvalidKey", "INVALID_KEY"),  # the balance under 32 times A
)


NUMBERS: Final = ("0977000000", "0955000000", "0505000000")
"""One of each network; what is sent in masses goes to them in turn."""


def check_examples(seen: Mapping[str, Any]) -> None:
    """Compare what the examples gave with what the documents say."""
    assert set(seen) == set(EXAMPLES)
    sent, bulk = seen["send"], seen["bulk"]
    assert (sent["status"], sent["recipient"], sent["credits_used"]) == (
        "queued",
        "260977000000",
        1,
    )
    assert (bulk["status"], bulk["queued"]) == ("queued", 3)
    assert [entry["code"] for entry in bulk["rejected"]] == ["INVALID_RECIPIENT"]
    assert sent["credits_remaining"] - bulk["credits_remaining"] == 3
    assert seen["balance"]["balance"] == bulk["credits_remaining"]
    logged = {entry["message_id"] for entry in seen["logs"]["logs"]}
    assert {sent["message_id"], *(each["message_id"] for each in bulk["messages"])} <= logged
    second, many = seen["feltech_send"], seen["feltech_bulk"]
    assert (second["status"], many["status"], many["queued"]) == ("success", "success", 2)
    assert seen["status"]["data"]["message_id"] == second["message_id"]
    found = {entry["id"] for entry in seen["feltech_logs"]["data"]["data"]}
    assert number_of(second["message_id"]) in found
    assert seen["sender_id"]["status"] == "Pending"
    once, again = seen["same_key"]
    assert once == again
    assert [tuple(error) for error in seen["errors"]] == list(ERRORS)


@dataclass(frozen=True, slots=True)
class Posted:
    """One request to a webhook, and what a library makes of it."""

    body: str
    headers: Mapping[str, str]
    outcome: str


def posted() -> list[Posted]:
    """Give requests that the gateway signed under ``SECRET``, and others."""
    body = json.dumps({"id": "evt_1", "type": "message.failed", "data": {"note": "ŋoma €"}})
    now, old = datetime.now(UTC), datetime.now(UTC) - timedelta(minutes=6)
    good = _signed(SECRET, now, body)
    other = _signed("whsec_" + b64encode(b"another").decode(), now, body)
    both = f"{other['Webhook-Signature']} {good['Webhook-Signature']}"
    unsigned = {name: value for name, value in good.items() if name != "Webhook-Signature"}
    refused = "InvalidWebhook"
    return [
        Posted(body, good, "message.failed"),
        Posted(body, {name.upper(): value for name, value in good.items()}, "message.failed"),
        Posted(body, good | {"Webhook-Signature": both}, "message.failed"),
        Posted(body, other, refused),
        Posted(body.replace("failed", "delivered"), good, refused),
        Posted(body, good | {"Webhook-Id": "evt_2"}, refused),
        Posted(body, _signed(SECRET, old, body), refused),
        Posted(body, good | {"Webhook-Timestamp": "9" * 30}, refused),
        Posted(body, good | {"Webhook-Timestamp": "soon"}, refused),
        Posted(body, good | {"Webhook-Signature": "v1"}, refused),
        Posted(body, good | {"Webhook-Signature": "v1,é"}, refused),
        Posted(body, unsigned, refused),
        Posted("no JSON", _signed(SECRET, now, "no JSON"), refused),
    ]


def _signed(secret: str, at: datetime, body: str) -> dict[str, str]:
    return {
        "Webhook-Id": "evt_1",
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": Webhook(secret).sign("evt_1", at, body),
    }


def cut_one_in_ten(proxy: TcpProxy, sends: int, seed: int) -> list[Any]:
    """Arm a cut for each tenth send, each at a point by chance; give what was armed.

    Before the request, within it, after it, before the answer, and within the answer.
    """
    chance = random.Random(seed)
    armed: list[Any] = []
    for number in range(max(4, sends // 10)):
        kinds = (Cut.BEFORE_REQUEST, Cut.AFTER_REQUEST, Cut.BEFORE_ANSWER, None)
        kind = kinds[number % len(kinds)]
        if kind is None:
            armed.append(
                proxy.cut_after(1 + chance.randrange(sends * ANSWER_BYTES), Direction.TO_CLIENT)
            )
        else:
            armed.append(proxy.cut_on(b"POST ", kind, skip=chance.randrange(sends)))
    return armed


def check_masses(
    demo: Demo, ids: Sequence[str], text: str, *, spent: int, armed: Sequence[Any]
) -> None:
    """Each message was accepted once, left once, and was charged once; and there were cuts."""
    count = len(ids)
    assert sum(rule.fired for rule in armed) >= len(armed) // 2
    assert len(set(ids)) == count
    assert spent == count
    expected = Counter(f"{text} {number}" for number in range(count))
    wait_until(
        lambda: sum(on_air(demo, text).values()) >= count,
        within_s=LEAVE_S + count / 2,
        what="all have left",
    )
    assert on_air(demo, text) == expected


def on_air(demo: Demo, text: str) -> Counter[str]:
    """Count the texts that begin so and went on the air."""
    lines = (
        line
        for log in sorted((demo.folder / "modems").glob("*.jsonl"))
        for line in log.read_text().splitlines(keepends=True)
        if line.endswith("\n")  # the last one may be half written
    )
    return Counter(
        sms["text"] for sms in map(json.loads, lines) if sms["text"].startswith(f"{text} ")
    )

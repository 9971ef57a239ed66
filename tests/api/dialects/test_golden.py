"""Every JSON example of both published documents, sent and answered as it stands there."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from domain.reports import Accepted
from tests.api.conftest import Gateway, StartGateway

GOLDEN = Path(__file__).parents[2] / "golden"
SENDS = ["quickstart", "authentication", "send-php", "otp-php", "send-python", "send-node"]
BULKS = ["bulk", "bulk-curl"]

NAMED_BY_THE_CONTRACT = {
    "wilcybertek/send": {"segments", "encoding", "network"},
    "feltech/send-bulk": {"duplicates"},
    "feltech/status": {"data.sent_at", "data.client_reference", "data.estimated_send_at"},
    "feltech/logs": {
        "data.last_page",
        "data.from",
        "data.to",
        "data.data[].sender_used",
        "data.data[].client_reference",
        "data.data[].delivery",
        "data.data[].credits_refunded",
    },
}
"""The fields that our contract adds to an example, by path."""

SHAPES = [
    re.compile(r"MSG-[0-9]{10}-[0-9A-Z]{4}"),
    re.compile(r"msg_[0-9]+"),
    re.compile(r"batch_[0-9]+"),
    re.compile(r"260[0-9]{9}"),
    re.compile(r"\+260[0-9]{9}"),
    re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z"),
]
"""What a string of an example looks like, the answer's must look like too."""


def read(name: str) -> Any:
    return json.loads((GOLDEN / f"{name}.json").read_text())


def paths(value: Any, path: str = "") -> dict[str, Any]:
    """Give every field by its path; the entries of a list are one."""
    if isinstance(value, dict):
        found: dict[str, Any] = {}
        for name, inner in value.items():
            found |= paths(inner, f"{path}.{name}" if path else name)
        return found
    if isinstance(value, list) and value:
        return {key: inner for entry in value for key, inner in paths(entry, f"{path}[]").items()}
    return {path: value}


def assert_as_published(answer: httpx.Response, name: str, status: int) -> None:
    assert answer.status_code == status, answer.text
    expected, found = paths(read(f"{name}.answer")), paths(answer.json())
    for path, example in expected.items():
        assert path in found, f"{path} is missing"
        assert type(found[path]) is type(example), path
        for shape in SHAPES:
            if isinstance(example, str) and shape.fullmatch(example):
                assert shape.fullmatch(found[path]), path
    added = set(found) - set(expected)
    assert added <= NAMED_BY_THE_CONTRACT.get(name, set()), "a field that nobody knows of"


def feltech(gateway: Gateway, path: str, **body: Any) -> httpx.Response:
    return gateway.post(path, body)


# -- wilcybertek --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SENDS)
def test_a_published_send(gateway: Gateway, name: str) -> None:
    text = (GOLDEN / "wilcybertek" / f"{name}.request.json").read_text()
    published = json.loads(text)
    content = text.replace(published["api_key"], gateway.key)
    headers = {"Content-Type": "application/json"}
    answer = gateway.http.post("/api", content=content.encode(), headers=headers)
    assert_as_published(answer, "wilcybertek/send", 200)
    body = answer.json()
    assert (body["status"], body["recipient"]) == ("queued", published["to"])
    entry = gateway.logs()["logs"][0]
    assert entry["message"] == published["message"]
    assert entry["message_id"] == body["message_id"]


@pytest.mark.parametrize("name", BULKS)
def test_a_published_bulk(gateway: Gateway, name: str) -> None:
    text = (GOLDEN / "wilcybertek" / f"{name}.request.json").read_text()
    content = text.replace("YOUR_API_KEY", gateway.key)
    headers = {"Content-Type": "application/json"}
    answer = gateway.http.post("/api/bulk", content=content.encode(), headers=headers)
    assert answer.status_code == 200
    assert answer.json()["queued"] == 3
    assert gateway.balance() == 997


def test_the_published_key_does_not_work(gateway: Gateway) -> None:
    answer = gateway.http.post("/api", json=read("wilcybertek/authentication.request"))
    assert_as_published(answer, "wilcybertek/invalid-key", 401)
    assert answer.json() == read("wilcybertek/invalid-key.answer")


def test_the_published_balance(start_gateway: StartGateway) -> None:
    gateway = start_gateway(credits=249)
    answer = gateway.http.get(f"/api/balance?api_key={gateway.key}")
    assert_as_published(answer, "wilcybertek/balance", 200)
    assert answer.json() == read("wilcybertek/balance.answer")


def test_the_published_log_request(gateway: Gateway) -> None:
    gateway.send()
    answer = gateway.http.get(f"/api/logs?api_key={gateway.key}&page=1&limit=50")
    assert answer.status_code == 200
    assert (answer.json()["page"], answer.json()["limit"]) == (1, 50)


# -- feltech ------------------------------------------------------------------------------------


def test_the_published_sms(gateway: Gateway) -> None:
    answer = feltech(gateway, "/api/v1/sms/send", to="+260977000000", message="Hello")
    assert_as_published(answer, "feltech/send", 200)


def test_the_published_lack_of_credits(start_gateway: StartGateway) -> None:
    gateway = start_gateway(credits=0)
    answer = feltech(gateway, "/api/v1/sms/send", to="0977000000", message="Hello")
    assert_as_published(answer, "feltech/no-credits", 402)
    assert answer.json() == read("feltech/no-credits.answer")


def test_the_published_bulk(own_gateway: Gateway) -> None:
    to = read("feltech/bulk-to.request")
    answer = feltech(own_gateway, "/api/v1/sms/send-bulk", to=to, message="Hello")
    assert_as_published(answer, "feltech/send-bulk", 200)
    assert (answer.json()["queued"], len(answer.json()["log_ids"])) == (2, 2)


def test_the_published_status(own_gateway: Gateway) -> None:
    feltech(own_gateway, "/api/v1/sms/send", to="+260977000000", message="Hello")
    own_gateway.try_to_send(1, Accepted(message_reference=7))
    answer = own_gateway.get("/api/v1/sms/status/msg_1")
    assert_as_published(answer, "feltech/status", 200)
    assert answer.json()["data"]["delivery_status"] == "sent"


def test_the_published_log(start_gateway: StartGateway) -> None:
    gateway = start_gateway(name="FeltechSMS")
    published = read("feltech/logs.answer")["data"]["data"][0]
    feltech(gateway, "/api/v1/sms/send", to=published["recipient"], message=published["message"])
    gateway.try_to_send(1, Accepted(message_reference=7))
    answer = gateway.get("/api/sms/logs")
    assert_as_published(answer, "feltech/logs", 200)
    entry = answer.json()["data"]["data"][0]
    for name in ("recipient", "message", "sender_id", "status", "cost"):
        assert entry[name] == published[name]


def test_the_published_sender_id(gateway: Gateway) -> None:
    published = read("feltech/sender-id.answer")
    wanted = {"name": published["name"], "use_case": published["use_case"]}
    answer = feltech(gateway, "/api/sender-ids", **wanted)
    assert_as_published(answer, "feltech/sender-id", 201)
    for name in ("name", "use_case", "status"):
        assert answer.json()[name] == published[name]
    again = feltech(gateway, "/api/sender-ids", **wanted)
    assert_as_published(again, "feltech/sender-id-again", 409)
    assert again.json() == read("feltech/sender-id-again.answer")


def test_every_example_is_held_against_the_gateway() -> None:
    source = Path(__file__).read_text()
    for file in GOLDEN.glob("*/*.json"):
        name = file.name.removesuffix(".json").removesuffix(".answer").removesuffix(".request")
        assert re.search(rf'["/]{re.escape(name)}["\.]', source), file

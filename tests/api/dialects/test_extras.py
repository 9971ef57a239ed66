"""Preview, the whole balance, and a message's timeline, through real HTTP."""

import time
from dataclasses import replace
from typing import Any

import pytest

from domain.msisdn import Numbering
from domain.public_ids import iso_time
from domain.reports import Accepted
from domain.values import Network
from tests.api.conftest import Gateway, StartGateway
from tests.support.outcomes import SILENCE, refused


def preview(gateway: Gateway, **fields: Any) -> dict[str, Any]:
    answer = gateway.post("/api/v1/sms/preview", fields)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def timeline(gateway: Gateway, message_id: str = "msg_1") -> dict[str, Any]:
    answer = gateway.get(f"/api/v1/messages/{message_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["data"]
    return found


# -- preview ------------------------------------------------------------------------------------


def test_a_preview_says_what_a_send_would_do_and_stores_nothing(own_gateway: Gateway) -> None:
    head = own_gateway.system.store.head()
    assert preview(own_gateway, to="0977 000 000", message="café €5") == {
        "status": "success",
        "accepted": True,
        "encoding": "GSM-7",
        "segments": 1,
        "units": 8,
        "remaining_in_segment": 152,
        "parts": ["café €5"],
        "non_gsm_characters": [],
        "recipient": "+260977000000",
        "network": "mtn",
        "credits": 1,
    }
    assert own_gateway.system.store.head() == head
    assert own_gateway.balance() == 1_000


def test_a_preview_shows_the_parts_and_what_makes_them_costly(gateway: Gateway) -> None:
    shown = preview(gateway, message="“Hi” 😀 " + "x" * 70)
    assert (shown["encoding"], shown["segments"], shown["credits"]) == ("UCS-2", 2, 2)
    assert shown["non_gsm_characters"] == ["“", "”", "😀"]
    assert "".join(shown["parts"]) == "“Hi” 😀 " + "x" * 70
    assert (shown["recipient"], shown["network"]) == (None, None)


@pytest.mark.parametrize("length", [1_601, 20_000])
def test_a_text_that_is_too_long_shows_its_counts(gateway: Gateway, length: int) -> None:
    shown = preview(gateway, message="a" * length)
    assert shown["accepted"] is False
    assert shown["units"] == length
    assert shown["segments"] == -(-length // 153)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({}, "message"),
        ({"message": " "}, "message"),
        ({"message": "\ud83d"}, "message"),
        ({"message": "x", "to": "977"}, "to"),
        ({"message": "x", "to": ["0977000000"]}, "to"),
    ],
)
def test_a_preview_refuses_what_a_send_refuses(
    gateway: Gateway, fields: dict[str, Any], name: str
) -> None:
    answer = gateway.post("/api/v1/sms/preview", fields)
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {name}


# -- balance ------------------------------------------------------------------------------------


def test_the_balance_adds_up(own_gateway: Gateway) -> None:
    own_gateway.bulk([f"26097700{n:04}" for n in range(5)])
    own_gateway.try_to_send(1, Accepted(message_reference=7))
    own_gateway.try_to_send(2, refused("+CMS ERROR: 28"))
    shown = own_gateway.get("/api/v1/balance").json()
    assert shown.pop("position") > 0
    assert shown.pop("as_of") <= iso_time(own_gateway.system.clock.now())
    assert shown == {
        "status": "success",
        "available": 996,
        "reserved": 3,
        "spent": 1,
        "refunded": 1,
    }


def test_the_balance_knows_what_was_just_sent(gateway: Gateway) -> None:
    for sent in range(1, 20):
        gateway.send()
        shown = gateway.get("/api/v1/balance").json()
        assert (shown["available"], shown["reserved"]) == (1_000 - sent, sent)


@pytest.mark.slow
def test_a_balance_that_has_not_seen_what_left_is_not_of_the_present(
    start_gateway: StartGateway,
) -> None:
    gateway = start_gateway(follows=False)
    gateway.send()
    assert gateway.system.follower.catch_up(timeout_s=10)
    gateway.attempt(1, Accepted(message_reference=7))
    sent_at = iso_time(gateway.system.clock.now())
    shown = gateway.get("/api/v1/balance").json()
    assert (shown["spent"], shown["as_of"] < sent_at) == (0, True)
    assert gateway.system.follower.catch_up(timeout_s=10)
    shown = gateway.get("/api/v1/balance").json()
    assert (shown["spent"], shown["as_of"] >= sent_at) == (1, True)


@pytest.mark.slow
def test_the_balance_waits_no_longer_than_it_may(start_gateway: StartGateway) -> None:
    gateway = start_gateway(follows=False)
    before = iso_time(gateway.system.clock.now())
    gateway.send()
    started = time.monotonic()
    shown = gateway.get("/api/v1/balance").json()
    assert time.monotonic() - started < 3
    assert (shown["position"], shown["available"]) == (0, 0)
    assert shown["as_of"] < before  # up to the first event that it does not know of
    assert gateway.balance() == 999


def test_a_balance_that_knows_all_is_of_the_present(gateway: Gateway) -> None:
    gateway.send()
    before = iso_time(gateway.system.clock.now())
    assert gateway.get("/api/v1/balance").json()["as_of"] >= before


# -- timeline -----------------------------------------------------------------------------------


def test_a_timeline_tells_a_whole_life(own_gateway: Gateway) -> None:
    message_id = own_gateway.send(message="a" * 161).json()["message_id"]
    own_gateway.try_to_send(1, Accepted(message_reference=7))
    own_gateway.try_to_send(1, Accepted(message_reference=8), index=1)
    own_gateway.report_delivery(1)
    told = timeline(own_gateway)
    assert [step["event"] for step in told["timeline"]] == [
        "Queued",
        "AttemptStarted",
        "SegmentAccepted",
        "Sent",
        "SegmentReported",
        "Delivered",
    ]
    assert [step["description"] for step in told["timeline"]] == [
        "Accepted for MTN as 2 segments in GSM-7; 2 credits reserved.",
        f"SIM {own_gateway.duties[Network.MTN].sim} took it: attempt 1.",
        "The network took segment 1.",
        "The network took the last of 2 segments; 2 credits spent.",
        "The network reported that segment 1 was delivered.",
        "The network reported that it was delivered.",
    ]
    assert all(step["at"].endswith("Z") for step in told["timeline"])
    assert (told["message_id"], told["reference"]) == ("msg_1", message_id)
    assert (told["state"], told["delivery_status"]) == ("delivered", "sent")
    assert told["summary"] == "It was delivered."
    assert told["charge"] == {
        "credits": 2,
        "segments": 2,
        "encoding": "GSM-7",
        "tariff": "2026-1",
        "state": "spent",
        "description": "2 credits spent. Tariff 2026-1: 1 credit a segment.",
    }
    assert told["evidence"] == [
        "Segment 1 was accepted, message reference 7 (source: modem).",
        "Segment 2 was accepted, message reference 8 (source: modem).",
        *("A status report came with TP-Status 0.",) * 2,
    ]
    assert (told["recipient"], told["sender_id"]) == ("+260977000000", "Demo")
    assert timeline(own_gateway, message_id) == told


def test_a_timeline_tells_what_was_posted_for_a_charge_and_its_refund(
    own_gateway: Gateway,
) -> None:
    own_gateway.send()
    own_gateway.try_to_send(1, refused("+CMS ERROR: 28"))
    ledger = timeline(own_gateway)["ledger"]
    assert [one["event"] for one in ledger] == [
        "CreditWallet.Reserved",
        "Message.Queued",
        "Message.AttemptStarted",
        "Message.Failed",
        "CreditWallet.Refunded",
    ]
    positions = [one["position"] for one in ledger]
    assert positions == sorted(set(positions))
    account = f"Liabilities:Credits:Acct-{own_gateway.account}"
    assert [one["postings"] for one in (ledger[0], ledger[-1])] == [
        [
            {"account": f"{account}:Available", "unit": "SMSCR", "amount": amount},
            {"account": f"{account}:Reserved", "unit": "SMSCR", "amount": -amount},
        ]
        for amount in (1, -1)
    ]
    assert not any(one["sealed"] for one in ledger)


def test_a_timeline_says_why_a_message_waits(start_gateway: StartGateway) -> None:
    gateway = start_gateway(online=False)
    gateway.send()
    assert timeline(gateway)["summary"] == "It waits: no SIM of MTN is online."
    gateway.bring_online()
    assert timeline(gateway)["summary"] == "It waits for a SIM of MTN."
    gateway.try_to_send(1, refused("+CMS ERROR: 38"))
    told = timeline(gateway)
    assert told["summary"] == "It waits for its next try."
    assert told["timeline"][-1]["description"] == (
        "The attempt failed: The network was out of order. The next is due in 30 s."
    )
    assert told["charge"]["state"] == "reserved"


def test_a_timeline_admits_doubt(own_gateway: Gateway) -> None:
    own_gateway.send()
    own_gateway.try_to_send(1, SILENCE)
    told = timeline(own_gateway)
    assert told["summary"].startswith("It was handed over and no answer came")
    assert (told["state"], told["delivery_status"]) == ("in_doubt", "pending")


def test_a_timeline_tells_of_a_refund(own_gateway: Gateway) -> None:
    own_gateway.send()
    own_gateway.try_to_send(1, refused("+CMS ERROR: 28"))
    told = timeline(own_gateway)
    assert told["summary"] == "It was not sent. The network does not know the recipient."
    assert told["timeline"][-1]["description"] == (
        "Not sent. The network does not know the recipient. 1 credit given back."
    )
    assert told["charge"]["state"] == "refunded"


@pytest.mark.parametrize(
    ("to", "numbering", "plan", "words"),
    [
        ("0977000000", Numbering(), "published-1", "MTN, by the published numbering plan."),
        (
            "0570000000",
            Numbering(),
            "published-1+national-1",
            "Airtel, by the national numbering plan, because the published plan does not know "
            "this prefix.",
        ),
        (
            "0980000000",
            Numbering(other=Network.AIRTEL),
            "published-1+other",
            "Airtel, by the setting for numbers of networks that have no SIM here.",
        ),
        (
            "0977000000",
            Numbering(overrides={"+260977000000": Network.ZAMTEL}),
            "published-1+override",
            "Zamtel, because this number is recorded as ported there.",
        ),
    ],
)
@pytest.mark.slow
def test_a_timeline_says_which_plan_chose(
    start_gateway: StartGateway, to: str, numbering: Numbering, plan: str, words: str
) -> None:
    gateway = start_gateway(
        change=lambda system: replace(system, terms=replace(system.terms, numbering=numbering))
    )
    assert gateway.send(to=to).status_code == 200
    route = timeline(gateway)["route"]
    assert (route["plan"], route["description"]) == (plan, words)


@pytest.mark.parametrize("message_id", ["msg_2", "MSG-1-0001", "2", "batch_1"])
def test_an_unknown_message_has_no_timeline(own_gateway: Gateway, message_id: str) -> None:
    own_gateway.send()
    answer = own_gateway.get(f"/api/v1/messages/{message_id}")
    assert answer.status_code == 404
    assert answer.json() == {"status": "error", "message": "No such message."}

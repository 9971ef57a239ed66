"""Other people's clients send, and retry a 503: each message leaves once and is charged once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from tests.end_to_end.foreign.programs import CALLS, SENDERS, Program, Seen, is_there, require, run
from tests.end_to_end.gateway import Demo
from tests.end_to_end.truth import on_air
from tests.end_to_end.waiting import wait_until

pytestmark = pytest.mark.processes

MTN: Final = ("0977000001", "0966000002", "0977000003")
ZAMTEL: Final = ("0505000001", "0555000002")
FEW, MANY = 2, 240
"""Retries that end within the outage, and that outlast it."""
SENDS: Final = CALLS[:-1]
RETRIED: Final = ("single", "bulk")
PAGES: Final = 20

each_sender = pytest.mark.parametrize("sender", SENDERS, ids=str)

Sms = tuple[str, str]
"""A recipient in E.164, and a text."""


def expected(text: str, calls: Sequence[str], to: Sequence[str]) -> Counter[Sms]:
    """Give what a sender's calls are to bring to phones."""
    return Counter(
        (f"+26{number}", f"{text} {call}")
        for call in calls
        for number in (to if "bulk" in call else to[:1])
    )


def aired(demo: Demo, text: str) -> Counter[Sms]:
    """Give what went on the air with texts that begin so."""
    segments = on_air(demo.folder / "modems")
    return Counter((s["recipient"], s["text"]) for s in segments if s["text"].startswith(text))


def logged(demo: Demo, text: str) -> list[Mapping[str, Any]]:
    """Give the entries of the log whose texts begin so."""
    found = []
    for page in range(1, PAGES + 1):
        log = demo.client.log(page=page, limit=100)
        found += [entry for entry in log["logs"] if entry["message"].startswith(text)]
        if page >= log["pages"]:
            return found
    pytest.fail(f"more than {PAGES} pages")


def wait_until_all_left(demo: Demo) -> None:
    wait_until(
        lambda: demo.client.full_balance()["reserved"] == 0,
        within_s=60,
        what="all messages have left",
    )


# -- each client as it comes ---------------------------------------------------------------------


@each_sender
def test_a_client_as_it_comes_sends_in_both_dialects(
    demo: Demo, classes: Path, sender: Program
) -> None:
    require(sender)
    text, before = f"{sender} sends", demo.client.balance()
    arguments = (demo.client.base_url, demo.client.api_key, "0", ",".join(CALLS), text, *MTN)
    seen = run(sender, *arguments, classes=classes)
    assert list(seen) == list(CALLS)
    assert {(one["status"], one["attempts"], one.get("raised")) for one in seen.values()} == {
        (200, 1, None)
    }
    answers = {call: one["answer"] for call, one in seen.items()}
    assert answers["single"]["recipient"] == f"26{MTN[0]}"
    assert [entry["to"] for entry in answers["bulk"]["messages"]] == list(MTN)
    assert answers["feltech_bulk"]["queued"] == len(MTN)
    wanted = expected(text, SENDS, MTN)
    assert answers["balance"]["balance"] == before - wanted.total()
    wait_until(lambda: aired(demo, text).total() >= wanted.total(), what="all are on the air")
    assert aired(demo, text) == wanted


# -- a network that goes away and comes back -----------------------------------------------------


@dataclass(frozen=True)
class Outage:
    """What the senders saw of an outage, and what it cost all of them together."""

    gave_up: Mapping[str, Future[Seen]]
    waited: Mapping[tuple[str, str], Future[Seen]]
    spent: int


@pytest.fixture(scope="module")
def outage(demo: Demo, classes: Path) -> Outage:
    """Let every sender there is run into an outage at once; some give up, some outlast it."""
    client = demo.client
    senders = [sender for sender in SENDERS if is_there(sender.runtime)]
    (sim,) = (one["sim"] for one in demo.cli("modem", "list") if one["network"] == "zamtel")
    demo.cli("modem", "quarantine", sim, "--reason", "an outage")
    wait_until(lambda: client.send(ZAMTEL[0], "Anybody?").status == 503, what="it is offline")
    before = client.balance()
    place = (client.base_url, client.api_key)
    with ThreadPoolExecutor(3 * len(senders)) as pool:

        def start(sender: Program, retries: int, calls: str, text: str) -> Future[Seen]:
            arguments = (*place, str(retries), calls, f"{sender} {text}", *ZAMTEL)
            return pool.submit(run, sender, *arguments, classes=classes)

        waited = {
            (str(sender), call): start(sender, MANY, call, "waits")
            for sender in senders
            for call in RETRIED
        }
        gave_up = {
            str(sender): start(sender, FEW, ",".join(SENDS), "gives up") for sender in senders
        }
        wait(gave_up.values())
        wait_until(
            lambda: _all_queued(demo, waited), within_s=60, poll_s=0.2, what="all have asked"
        )
        demo.cli("modem", "release", sim, "--reason", "it is over")
    wait_until_all_left(demo)
    return Outage(gave_up, waited, spent=before - client.balance())


def _all_queued(demo: Demo, waited: Mapping[tuple[str, str], Future[Seen]]) -> bool:
    """Whether each sender that still runs has been told 503 or is about to be."""
    texts = {entry["message"] for entry in logged(demo, "")}
    return all(
        future.done() or f"{sender} waits {call}" in texts
        for (sender, call), future in waited.items()
    )


@each_sender
def test_a_client_that_gives_up_is_told_that_its_message_is_queued(
    demo: Demo, outage: Outage, sender: Program
) -> None:
    require(sender)
    seen = outage.gave_up[str(sender)].result()
    text = f"{sender} gives up"
    for call in RETRIED:
        assert seen[call].get("raised") == sender.raises
        if not sender.reads_failures:
            continue
        assert (seen[call]["status"], seen[call]["attempts"]) == (503, FEW + 1)
        answer = seen[call]["answer"]
        assert (answer["code"], answer["queued"]) == ("GATEWAY_UNAVAILABLE", True)
        assert ids(answer) == {entry["message_id"] for entry in logged(demo, f"{text} {call}")}
    for call in ("feltech_single", "feltech_bulk"):
        assert (seen[call]["status"], seen[call]["attempts"]) == (200, 1)
    assert_sent_and_charged_once(demo, expected(text, SENDS, ZAMTEL), text)


@each_sender
@pytest.mark.parametrize("call", RETRIED)
def test_a_client_that_waits_hears_of_its_one_acceptance_when_the_network_is_back(
    demo: Demo, outage: Outage, sender: Program, call: str
) -> None:
    require(sender)
    seen = outage.waited[str(sender), call].result()[call]
    text = f"{sender} waits {call}"
    assert (seen["status"], seen.get("raised")) == (200, None)
    assert seen["attempts"] > 1
    assert seen["answer"]["status"] == "queued"
    assert ids(seen["answer"]) == {entry["message_id"] for entry in logged(demo, text)}
    assert_sent_and_charged_once(demo, expected(f"{sender} waits", [call], ZAMTEL), text)


def test_all_retries_together_cost_one_credit_a_message(outage: Outage) -> None:
    rounds = 3 * len(outage.gave_up)  # who gave up did so in both dialects
    assert outage.spent == rounds * (1 + len(ZAMTEL))


def ids(answer: Mapping[str, Any]) -> set[str]:
    """Give the ids of the messages that an answer of the first dialect names."""
    return {entry["message_id"] for entry in answer.get("messages", [answer])}


def assert_sent_and_charged_once(demo: Demo, wanted: Counter[Sms], text: str) -> None:
    assert aired(demo, text) == wanted
    entries = logged(demo, text)
    assert Counter((f"+{one['recipient']}", one["message"]) for one in entries) == wanted
    assert {(one["status"], one["credits_used"]) for one in entries} == {("SENT", 1)}


# -- a client that is too fast -------------------------------------------------------------------


@pytest.mark.soak
def test_a_client_that_retries_waits_as_long_as_it_is_told(demo: Demo, classes: Path) -> None:
    senders = [sender for sender in SENDERS if not sender.retries_by_hand]
    for sender in senders:
        require(sender)
    with ThreadPoolExecutor(len(senders)) as pool:
        seen = pool.map(lambda sender: _send_two_a_minute(demo, sender, classes), senders)
    # Retries a quarter of a second later would have been used up.
    told = [(one["status"], one["attempts"]) for one in seen]
    assert told == [(200, 2)] * len(senders)


def _send_two_a_minute(demo: Demo, sender: Program, classes: Path) -> Mapping[str, Any]:
    """Send twice from an account that may do it once a minute; give what became of the second."""
    email = f"{sender}@example.test"
    made = demo.cli("account", "create", str(sender), "--email", email, "--credits", 2)
    demo.cli("account", "limits", made["account_id"], "--single", 1, "--reason", "to be fast")
    arguments = (demo.client.base_url, made["api_key"], str(FEW), "single,single", "Soon", MTN[0])
    return run(sender, *arguments, classes=classes)["single"]

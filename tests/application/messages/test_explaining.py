"""A message's life in words: none is missing, and a log of an older version is told too."""

import json
import sqlite3
from collections.abc import Callable
from typing import Any

from adapters.store.guarding import SQLITE_LIFT
from application.fleet.duty import BringOnline
from application.messages.attempts import RecordOutcome, StartAttempt
from application.messages.event_words import EVENT_WORDS
from application.messages.explain import Explanation, explain
from application.ports import SimIdentity
from domain.message import Message
from domain.values import Network
from tests.application.conftest import Account
from tests.support.outcomes import SILENCE
from tests.support.virtual import Gateway
from tests.tidy import discovery


def told(gateway: Gateway, number: int) -> Explanation:
    return explain(
        gateway.system.reader, gateway.system.store, number, account=None, now=gateway.clock.now()
    )


def doubted(account: Account) -> int:
    """Send a message, and leave it in doubt."""
    gateway, number = account.gateway, account.send().first_number
    identity = SimIdentity("8926001", "645020000000001", "35", "E173", "11")
    at = gateway.clock.now()
    duty = gateway.run(BringOnline(identity, network=Network.MTN, modem="m1", holder="host", at=at))
    sim, fence = duty.sim, duty.fence
    gateway.run(StartAttempt(number, duty=duty, concat_ref=1, at=at))
    gateway.run(RecordOutcome(number, sim=sim, fence=fence, index=0, outcome=SILENCE, at=at))
    return number


def rewrite(gateway: Gateway, topic: str, change: Callable[[dict[str, Any]], None]) -> None:
    """Store the events of a topic as another version of the gateway did."""
    with sqlite3.connect(gateway.folder / "store.db") as store:
        for lift in SQLITE_LIFT:
            store.execute(lift)
        rows = store.execute("SELECT rowid, state FROM stored_events WHERE topic = ?", [topic])
        for row, state in rows.fetchall():
            fields = json.loads(state)
            change(fields)
            changed = json.dumps(fields).encode()
            store.execute("UPDATE stored_events SET state = ? WHERE rowid = ?", [changed, row])
    store.close()


def test_every_event_of_a_message_has_words() -> None:
    assert set(EVENT_WORDS) == set(discovery.events(Message).values())


def test_a_charge_names_its_tariff(account: Account) -> None:
    charge = told(account.gateway, account.send(segments=3).first_number).charge
    assert (charge.credits, charge.tariff) == (3, "2026-1")
    assert charge.words.endswith("Tariff 2026-1: 1 credit a segment.")


def test_a_tariff_that_this_version_lacks_is_named_without_a_price(account: Account) -> None:
    number = account.send().first_number
    rewrite(account.gateway, "Message.Queued", lambda fields: fields.update(tariff="2031-9"))
    assert told(account.gateway, number).charge.words.endswith("Tariff 2031-9.")
    rewrite(account.gateway, "Message.Queued", lambda fields: fields.update(tariff="2026-1"))


def test_a_doubt_says_what_came_of_the_segment(account: Account) -> None:
    step = told(account.gateway, doubted(account)).steps[-1]
    assert (step.event, step.cause) == ("InDoubt", "NO_ANSWER")
    assert step.words == (
        "Segment 1 was handed over and may have been sent. The modem did not answer."
    )


def test_a_message_of_the_first_version_was_charged_by_the_first_tariff(account: Account) -> None:
    number = doubted(account)

    def as_before(fields: dict[str, Any]) -> None:
        del fields["class_version"], fields["tariff"]

    rewrite(account.gateway, "Message.Queued", as_before)
    assert told(account.gateway, number).charge.tariff == "2026-1"


def test_a_doubt_of_the_first_version_has_words_that_guess_nothing(account: Account) -> None:
    number = doubted(account)

    def as_before(fields: dict[str, Any]) -> None:
        del fields["class_version"], fields["cause"]
        fields["reason"] = "no answer in 120 s"

    rewrite(account.gateway, "Message.InDoubt", as_before)
    step = told(account.gateway, number).steps[-1]
    assert step.cause == "no answer in 120 s"
    assert step.words.endswith("The reason is not known.")

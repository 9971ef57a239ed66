"""A log of a million events for whoever replays it: top-ups, reservations, messages that were sent.

Written as stored rows, without aggregates: what the code of today would store, as fast as a
database takes it. Each message has Reserved, Queued, AttemptStarted and Sent, each hundredth is
refunded instead, and a wallet that is empty is topped up.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

import orjson
import psycopg

from domain.events import aggregate_id
from domain.message import message_id
from domain.wallet import wallet_id

ACCOUNTS: Final = 200
BOUGHT: Final = 60
REFUND_EVERY: Final = 100
START_US: Final = 1_767_218_400_000_000
STEP_US: Final = 20_000_000
ROWS_AT_ONCE: Final = 20_000

Row = tuple[Any, int, str, bytes]
"""Aggregate, version, topic and state."""


@dataclass(frozen=True, slots=True)
class Wallet:
    """One wallet at one time."""

    account: int
    at: int
    versions: list[int]
    """Of all wallets, by account."""

    def event(self, word: str, **fields: Any) -> Row:
        """Give its next event."""
        self.versions[self.account] += 1
        state = {"timestamp": self.at, "account": self.account, **fields}
        version = self.versions[self.account]
        return wallet_id(self.account), version, f"CreditWallet.{word}", orjson.dumps(state)


def history(events: int) -> Iterator[Row]:
    """Give so many events, in order."""
    return islice(_forever(), events)


def _forever() -> Iterator[Row]:
    versions = [0] * (ACCOUNTS + 1)
    available = [0] * (ACCOUNTS + 1)
    number = 0
    while True:
        number += 1
        account = 1 + number % ACCOUNTS
        at = START_US + number * STEP_US
        wallet = Wallet(account, at, versions)
        if versions[account] == 0:
            yield wallet.event("Opened", originator_topic="CreditWallet")
        if available[account] < 1:
            available[account] += BOUGHT
            yield wallet.event(
                "TopUp", credits=BOUGHT, value_ngwee=2_999, vat_ngwee=414, source="clearing",
                provider_account="mtn/main", receipt=str(aggregate_id("r", number)),
                price_list="prices-1", available=available[account], class_version=2,
            )  # fmt: skip
        available[account] -= 1
        yield wallet.event(
            "Reserved", credits=1, first_number=number, count=1, batch=None,
            available=available[account],
        )  # fmt: skip
        yield from _message(number, account, at)
        if number % REFUND_EVERY == 0:
            available[account] += 1
            yield wallet.event(
                "Refunded", credits=1, number=number, cause="CMS_21", available=available[account]
            )


def _message(number: int, account: int, at: int) -> Iterator[Row]:
    own = message_id(number)
    queued = {
        "timestamp": at, "originator_topic": "Message", "number": number, "account": account,
        "content": "c" * 64, "network": "mtn", "plan": "published-1", "tariff": "2026-1",
        "encoding": "GSM-7", "segments": 1, "credits": 1, "lane": "normal", "send_at": None,
        "expires_at": at, "batch": None, "submission": None, "offline": False,
        "category": "transactional", "client_reference": None, "class_version": 3,
    }  # fmt: skip
    yield own, 1, "Message.Queued", orjson.dumps(queued)
    started = {"timestamp": at, "number": number, "sim": 1, "attempt": 1, "fence": 1}
    yield own, 2, "Message.AttemptStarted", orjson.dumps({**started, "concat_ref": None})
    end: dict[str, Any] = {"timestamp": at, "number": number, "account": account, "network": "mtn"}
    if number % REFUND_EVERY == 0:
        end |= {"credits": 1, "cause": "CMS_21"}
        yield own, 3, "Message.Failed", orjson.dumps(end)
        return
    end |= {"credits": 1, "sim": 1, "index": 0, "message_reference": 7, "evidence": "cmgs"}
    yield own, 3, "Message.Sent", orjson.dumps(end)


def fill_sqlite(path: Path, events: int) -> None:
    """Put the history into an empty store in a file."""
    connection = sqlite3.connect(path)
    rows = ((one.hex, version, topic, state) for one, version, topic, state in history(events))
    with connection:
        connection.executemany(
            "INSERT INTO stored_events (originator_id, originator_version, topic, state)"
            " VALUES (?, ?, ?, ?)",
            rows,
        )
    connection.close()


def fill_postgres(url: str, events: int) -> None:
    """Put the history into an empty store in a database."""
    columns = "originator_id, originator_version, topic, state"
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        with cursor.copy(f"COPY stored_events ({columns}) FROM STDIN") as copy:
            for row in history(events):
                copy.write_row(row)
        cursor.execute("ANALYZE stored_events")

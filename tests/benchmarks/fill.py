"""Fills a store with messages that were accepted, sent and recorded, by the real event encoder.

Each message has the events of a message that left through a modem (Queued, AttemptStarted,
Sent) and its content row; each 500 of them one Reserved of their wallet. They are stored by the
store's own transactions, in larger batches than the committer makes.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import Final, cast
from uuid import uuid4

from eventsourcing.persistence import StoredEvent

from application.books.codec import event_mapper, snapshot_of
from application.books.contents import SALT_BYTES, message_content, seal
from application.books.writing import tag_of, tagged_snapshot
from application.ports import ContentRow, Save, Turn
from domain.events import Aggregate, Event
from domain.message import Message
from domain.msisdn import Msisdn
from domain.values import SECOND, Credits, Encoding, Instant, Lane, Network
from domain.wallet import CreditWallet, wallet_id
from tests.benchmarks.gateways import TEXT, Account, Guest

BULK: Final = 500
SAVE_MESSAGES: Final = 10_000
SENDER: Final = "Bench"
SHOWN_EVERY_S: Final = 5.0
DAY: Final = 24 * 3600 * SECOND


class Filler:
    """Fills the store of a guest with messages of one account."""

    def __init__(self, guest: Guest, account: Account) -> None:
        self._guest = guest
        self._account = account.number
        self._mapper = event_mapper()
        self._at = guest.system.clock.now()
        self._sim = guest.stay_online()[0].sim
        found = guest.system.reader.find(CreditWallet, wallet_id(account.number))
        assert found is not None
        self._wallet = found

    def fill(self, messages: int, shown: Callable[[str], None]) -> None:
        """Store ``messages`` messages, and a snapshot of the wallet at the end."""
        shown_at_s = time.monotonic()
        for done in range(0, messages, SAVE_MESSAGES):
            if time.monotonic() - shown_at_s >= SHOWN_EVERY_S:
                shown_at_s = time.monotonic()
                shown(f"filling: {done:,} of {messages:,} messages")
            save = self._save(min(SAVE_MESSAGES, messages - done))
            self._guest.system.store.transact(partial(self._tagged, save))
        store = self._guest.system.store
        snapshot = snapshot_of(self._mapper, self._wallet, self._at)
        store.put_snapshot(tagged_snapshot(self._guest.system.writer, snapshot))

    def _tagged(self, save: Save, turn: Turn) -> Save:
        save.changes.append(tag_of(self._guest.system.writer, save.events, turn.tags_end()))
        return save

    def _save(self, messages: int) -> Save:
        save = Save(uuid4(), self._at)
        first = self._guest.system.committer.saver.numbers.take("message", messages)
        for start in range(first, first + messages, BULK):
            count = min(BULK, first + messages - start)
            self._wallet.reserve(
                Credits(count), first_number=start, count=count, batch=None, at=self._at
            )
            save.events += self._encoded(self._wallet)
            queued = [self._queue(save, number) for number in range(start, start + count)]
            for message in queued:
                message.start_attempt(sim=self._sim, fence=1, concat_ref=None, at=self._at)
                message.accept_segment(0, message_reference=1, evidence="cmgs", at=self._at)
                save.events += self._encoded(message)
        return save

    def _queue(self, save: Save, number: int) -> Message:
        """Add a message's first event, which stands right behind what reserves its credits."""
        salt = self._guest.system.randomness.token(SALT_BYTES)
        msisdn = Msisdn(f"+26096{number % 10_000_000:07}")
        message = Message.queue(
            number,
            at=self._at,
            account=self._account,
            content=seal(salt, msisdn, SENDER, TEXT),
            network=Network.MTN.value,
            plan="published-1",
            tariff="2026-1",
            encoding=Encoding.GSM7.value,
            segments=1,
            credits=1,
            lane=Lane.NORMAL.value,
            send_at=None,
            expires_at=Instant(self._at + DAY),
            batch=None,
            submission=None,
            offline=False,
            category="transactional",
            client_reference=None,
            quiet=None,
            request_id=None,
        )
        save.events += self._encoded(message)
        save.changes.append(self._content(number, salt, msisdn))
        return message

    def _content(self, number: int, salt: bytes, msisdn: str) -> ContentRow:
        return message_content(number, salt=salt, msisdn=msisdn, text=TEXT, sender=SENDER)

    def _encoded(self, aggregate: Aggregate) -> list[StoredEvent]:
        encode = self._mapper.to_stored_event
        return [encode(cast("Event", event)) for event in aggregate.collect_events()]

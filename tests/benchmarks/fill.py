"""Fills a store with messages that were accepted, sent and recorded, by the real event encoder.

Each message has the events of a message that left through a modem (Queued, AttemptStarted,
Sent) and its content row; each 500 of them one Reserved of their wallet. They are stored by the
store's own transactions, in larger batches than the committer makes. The first and the last of each
500 are made by the aggregate; those between them differ in number, salt and recipient alone, and
are made of the first one's bytes, which takes a third of the time.
"""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, cast
from uuid import UUID, uuid4

from eventsourcing.persistence import StoredEvent

from application.books.codec import event_mapper, snapshot_of
from application.books.contents import SALT_BYTES, message_content, seal
from application.books.writing import tag_of, tagged_snapshot
from application.ports import ContentRow, Save, Turn
from domain.events import Aggregate, Event
from domain.message import Message, message_id
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
            salts = self._guest.system.randomness.token(SALT_BYTES * count)
            queued, sent = self._bulk(
                save,
                range(start, start + count),
                [salts[at : at + SALT_BYTES] for at in range(0, len(salts), SALT_BYTES)],
            )
            save.events += queued  # right behind what reserves their credits
            save.events += sent
        return save

    def _bulk(
        self, save: Save, numbers: range, salts: Sequence[bytes]
    ) -> tuple[list[StoredEvent], list[StoredEvent]]:
        """Give the first events of messages, and then all that follow."""
        first, *_, last = made = [self._made(numbers[at], salts[at]) for at in (0, -1)]
        forms = [_Form(event, numbers[0], made[0][0]) for event in first[1]]
        queued: list[StoredEvent] = []
        sent: list[StoredEvent] = []
        for number, salt in zip(numbers, salts, strict=True):
            msisdn = _msisdn(number)
            content, key = seal(salt, msisdn, SENDER, TEXT), message_id(number)
            begun, *followed = [form.of(key, number, content) for form in forms]
            queued.append(begun)
            sent += followed
            save.changes.append(self._content(number, salt, msisdn))
        assert [queued[-1], *sent[1 - len(forms) :]] == last[1]
        return queued, sent

    def _made(self, number: int, salt: bytes) -> tuple[str, list[StoredEvent]]:
        """Give a message's seal, and its events as the aggregate makes them."""
        content = seal(salt, _msisdn(number), SENDER, TEXT)
        message = self._queue(number, content)
        message.start_attempt(sim=self._sim, fence=1, concat_ref=None, at=self._at)
        message.accept_segment(0, message_reference=1, evidence="cmgs", at=self._at)
        return content, self._encoded(message)

    def _queue(self, number: int, content: str) -> Message:
        return Message.queue(
            number,
            at=self._at,
            account=self._account,
            content=content,
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

    def _content(self, number: int, salt: bytes, msisdn: str) -> ContentRow:
        return message_content(number, salt=salt, msisdn=msisdn, text=TEXT, sender=SENDER)

    def _encoded(self, aggregate: Aggregate) -> list[StoredEvent]:
        encode = self._mapper.to_stored_event
        return [encode(cast("Event", event)) for event in aggregate.collect_events()]


class _Form:
    """An event of one message as a form for that of others."""

    def __init__(self, event: StoredEvent, number: int, content: str) -> None:
        named, sealed = b'"number":%d' % number, content.encode()
        assert event.state.count(named) == 1
        assert b"%" not in event.state
        self._version, self._topic = event.originator_version, event.topic
        self._form = event.state.replace(named, b'"number":%(number)d').replace(
            sealed, b"%(content)b"
        )

    def of(self, key: UUID, number: int, content: str) -> StoredEvent:
        """Fill it in."""
        state = self._form % {b"number": number, b"content": content.encode()}
        return StoredEvent(key, self._version, self._topic, state)


def _msisdn(number: int) -> Msisdn:
    return Msisdn(f"+26096{number % 10_000_000:07}")

"""The events behind a charge or a top-up: where they stand in the log, and what each posted."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from application.books.reader import Reader
from application.ports import Store
from application.ports.queries import PostingRow, Queries
from application.proof.chapters import newest_chapter, sealed_before
from domain.bulk import RECIPIENTS_MAX
from domain.errors import NotFound
from domain.message import Message, message_id
from domain.payment import Payment
from domain.proof.stored import RawEvent
from domain.receipt import Receipt
from domain.statement import Statement
from domain.values import Instant
from domain.wallet import CreditWallet

OF_ONE_MAX: Final = 1_000
"""Events that are read of one message, payment, receipt or file."""
NEAR: Final = 32
"""How far apart two events of one command can be that is not a bulk."""

ENDED_UNSENT: Final = frozenset(
    {Message.Failed.TOPIC, Message.Expired.TOPIC, Message.Cancelled.TOPIC}
)
IN_THE_WALLET: Final[Mapping[str, str]] = MappingProxyType(
    {
        Payment.Confirmed.TOPIC: CreditWallet.TopUp.TOPIC,
        Receipt.Assigned.TOPIC: CreditWallet.TopUp.TOPIC,
        Payment.RefundApproved.TOPIC: CreditWallet.CashedOut.TOPIC,
        Payment.Reversed.TOPIC: CreditWallet.ClawedBack.TOPIC,
        Receipt.Reversed.TOPIC: CreditWallet.ClawedBack.TOPIC,
    }
)
"""What stands in the customer's wallet, in the same save, for what happens to its money."""
OF_A_FILE: Final = frozenset({Statement.Opened.TOPIC, Statement.Imported.TOPIC})
OF_A_LINE: Final = frozenset({Receipt.SeenOnStatement.TOPIC, Receipt.Matched.TOPIC})
"""What is wanted of a receipt whose line shows, among others, the money of another."""

_LIBRARY: Final = ("timestamp", "originator_topic", "class_version")


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One event, what it posted, and whether the newest seal covers it.

    Its fields are what the log has: numbers, ids, and digests in the place of personal data.
    """

    position: int
    at: Instant
    event: str
    fields: Mapping[str, Any]
    postings: Sequence[PostingRow]
    is_sealed: bool


class _Found(NamedTuple):
    position: int
    topic: str
    fields: dict[str, Any]


def charge_evidence(store: Store, reader: Reader, queries: Queries, number: int) -> list[Exhibit]:
    """Give the events of a message, its reservation and its refund, in the order of the log.

    ``queries`` have followed the log as far as postings are wanted.

    Raises:
        NotFound: there is no such message.
        StoreDown: the log cannot be read.
    """
    own = _events_of(store, message_id(number))
    if not own:
        msg = "No such message."
        raise NotFound(msg)
    found = [*own, *_wallet_events(store, own, number)]
    return _exhibits(reader, queries, found)


def _wallet_events(store: Store, own: Sequence[_Found], number: int) -> Iterator[_Found]:
    reserved, refunded = CreditWallet.Reserved.TOPIC, CreditWallet.Refunded.TOPIC
    queued = own[0].position
    for far in (NEAR, RECIPIENTS_MAX + NEAR):  # a message alone is reserved just before
        found = [
            *_between(
                store,
                *(queued - far, queued, reserved),
                lambda it: 0 <= number - it["first_number"] < it["count"],
            )
        ]
        if found:
            yield from found
            break
    for event in own:
        if event.topic in ENDED_UNSENT:
            end = event.position + NEAR
            yield from _between(
                store, event.position, end, refunded, lambda it: it["number"] == number
            )


def top_up_evidence(store: Store, reader: Reader, queries: Queries, payment: UUID) -> list[Exhibit]:
    """Give the events of a top-up: of its payment, its receipt, the files and lines that show it,
    and its account's wallet, in the order of the log.

    Raises:
        NotFound: there is no such payment.
        StoreDown: the log cannot be read.
    """
    found = _events_of(store, payment)
    if not found:
        msg = "No such top-up."
        raise NotFound(msg)
    receipts = _named_by(found, "receipt")
    for receipt in receipts:
        found += _events_of(store, UUID(receipt))
    for line in _named_by(found, "by"):
        found += [
            event
            for event in _events_of(store, UUID(line))
            if event.topic in OF_A_LINE and receipts & {*event.fields.get("receipts", receipts)}
        ]
    for file in _named_by(found, "statement"):
        found += [event for event in _events_of(store, UUID(file)) if event.topic in OF_A_FILE]
    for event in tuple(found):
        if event.topic in IN_THE_WALLET:
            found += _between(
                store,
                *(event.position - NEAR, event.position + NEAR, IN_THE_WALLET[event.topic]),
                lambda it: it["receipt"] in receipts,
            )
    return _exhibits(reader, queries, found)


def _named_by(found: Sequence[_Found], field: str) -> set[str]:
    return {str(name) for event in found if (name := event.fields.get(field)) is not None}


def _events_of(store: Store, aggregate: UUID) -> list[_Found]:
    return [_read(event) for event in store.sealed.raw_of(aggregate, 0, limit=OF_ONE_MAX)]


def _read(event: RawEvent) -> _Found:
    return _Found(event.position, event.topic, msgspec.json.decode(event.state))


def _between(
    store: Store, first: int, last: int, topic: str, is_it: Callable[[dict[str, Any]], bool]
) -> Iterator[_Found]:
    """Find events of a topic from behind one position up to another."""
    rows = store.states_after(max(first, 0), limit=RECIPIENTS_MAX + 1, topics=[topic], until=last)
    for position, _, state in rows:
        fields = msgspec.json.decode(state)
        if is_it(fields):
            yield _Found(position, topic, fields)


def _exhibits(reader: Reader, queries: Queries, found: Sequence[_Found]) -> list[Exhibit]:
    chapter = newest_chapter(reader)
    sealed = 0 if chapter is None else sealed_before(reader, chapter)[1]
    by_position = {event.position: event for event in found}
    postings = queries.postings_of(list(by_position))
    return [
        Exhibit(
            position=position,
            at=Instant(event.fields["timestamp"]),
            event=event.topic,
            fields={name: it for name, it in event.fields.items() if name not in _LIBRARY},
            postings=postings.get(position, ()),
            is_sealed=position <= sealed,
        )
        for position, event in sorted(by_position.items())
    ]

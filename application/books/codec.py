"""Between stored bytes and aggregates: the mapper of events, and folding."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, Protocol, TypeVar, cast
from uuid import UUID

import orjson
from eventsourcing.domain import (  # type: ignore[attr-defined]  # topics are from its utils
    DomainEventProtocol,
    register_topic,
    resolve_topic,
)
from eventsourcing.persistence import Mapper, StoredEvent, Transcoder

from domain.account import Account
from domain.allowance import Allowance
from domain.auditor_read import AuditorRead
from domain.case import Case
from domain.claim import Claim
from domain.closing import Closing
from domain.coverage import Coverage
from domain.doubted_times import DoubtedTimes
from domain.events import Aggregate, Snapshot
from domain.inbound import Inbound
from domain.keyword_answers import KeywordAnswers
from domain.keywords import Keywords
from domain.ledger_seal import LedgerSeal
from domain.manual_entry import ManualEntry
from domain.message import Message
from domain.oddity import Oddity
from domain.payment import Payment
from domain.period import Period
from domain.phone import Phone
from domain.ported_number import PortedNumber
from domain.price_list import PriceList
from domain.receipt import Receipt
from domain.rehearsal import Rehearsal
from domain.sender_id import SenderId
from domain.sender_requests import SenderRequests
from domain.sim import Sim
from domain.statement import Statement
from domain.submission import Submission
from domain.suppression import Suppression
from domain.unknown_callbacks import UnknownCallbacks
from domain.upload.aggregate import Upload
from domain.values import Instant
from domain.wallet import CreditWallet
from domain.webhook import Webhook

AGGREGATES: Final = (
    Account,
    CreditWallet,
    Message,
    Rehearsal,
    Submission,
    SenderId,
    SenderRequests,
    Sim,
    Phone,
    Inbound,
    Suppression,
    Keywords,
    KeywordAnswers,
    PortedNumber,
    Claim,
    ManualEntry,
    Allowance,
    AuditorRead,
    Payment,
    Receipt,
    Statement,
    Coverage,
    Closing,
    Case,
    Oddity,
    UnknownCallbacks,
    Period,
    PriceList,
    LedgerSeal,
    DoubtedTimes,
    Webhook,
    Upload,
)
"""Every aggregate of the gateway; importing them registers their topics."""

register_topic(Snapshot.TOPIC, Snapshot)  # aggregates do this for their own events

SNAPSHOT_EVERY: Final = 500
"""Versions of a wallet between two snapshots: sends make thousands a minute."""
CHANGES_BETWEEN: Final = 50
"""The same of what people change, and what comes and goes by itself."""
SNAPSHOTTED: Final[Mapping[type[Aggregate], int]] = {
    CreditWallet: SNAPSHOT_EVERY,
    Account: CHANGES_BETWEEN,
    Allowance: CHANGES_BETWEEN,
    SenderRequests: CHANGES_BETWEEN,
    Sim: CHANGES_BETWEEN,
    Phone: CHANGES_BETWEEN,
    PriceList: CHANGES_BETWEEN,
    Payment: CHANGES_BETWEEN,
    Receipt: CHANGES_BETWEEN,
    Statement: CHANGES_BETWEEN,
    Coverage: CHANGES_BETWEEN,
    Closing: CHANGES_BETWEEN,
    Case: CHANGES_BETWEEN,
    Period: CHANGES_BETWEEN,
    LedgerSeal: CHANGES_BETWEEN,
    DoubtedTimes: CHANGES_BETWEEN,
    Suppression: CHANGES_BETWEEN,
    Keywords: CHANGES_BETWEEN,
    KeywordAnswers: CHANGES_BETWEEN,
    PortedNumber: CHANGES_BETWEEN,
    Webhook: CHANGES_BETWEEN,
    Upload: CHANGES_BETWEEN,
}
"""Whose history has no end of its own: it is folded from the newest snapshot on."""

A = TypeVar("A", bound=Aggregate)


class JsonTranscoder(Transcoder):
    """Events as compact JSON.

    It would write much else in silence; ``domain.plain`` sees to it that nothing else comes.
    """

    def encode(self, obj: Any) -> bytes:
        """Give the JSON bytes of a dictionary."""
        return orjson.dumps(obj)

    def decode(self, data: bytes) -> Any:
        """Give the dictionary of JSON bytes."""
        return orjson.loads(data)


class EventMapper(Mapper[UUID]):
    """The library's; what is stored in today's version it makes an event of by a shorter way."""

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        """Make the event, or the snapshot, of what is stored."""
        one = stored_event
        key = cast("UUID", one.originator_id)
        made: DomainEventProtocol[UUID] = self.event_of(
            key, one.originator_version, one.topic, one.state
        )
        return made

    def event_of(self, aggregate: UUID, version: int, topic: str, state: bytes) -> Any:
        """Make it of the columns of its row.

        Raises:
            ValueError, TypeError, AttributeError, TopicError: it is none that this code knows.
        """
        kind = resolve_topic(topic)
        try:
            fields = orjson.loads(state)
            is_of_today = fields.pop("class_version", 1) == getattr(kind, "class_version", 1)
        except (ValueError, TypeError, AttributeError):
            is_of_today = False  # the library says what is wrong with it
        if not is_of_today:
            return super().to_domain_event(StoredEvent(aggregate, version, topic, state))
        fields["originator_id"], fields["originator_version"] = aggregate, version
        made = object.__new__(kind)
        object.__setattr__(made, "__dict__", fields)
        return made


def event_mapper() -> EventMapper:
    """Make the mapper between events and stored events."""
    return EventMapper(JsonTranscoder())


class Folding(Protocol):
    """Anything with ``mutate``: an event or a snapshot."""

    def mutate(self, aggregate: Any) -> Any:
        """Fold itself into the aggregate."""


def fold(mapper: Mapper[UUID], stored: Iterable[StoredEvent], into: A | None) -> A | None:
    """Fold stored events (or a snapshot first) into an aggregate."""
    for item in stored:
        event = cast("Folding", mapper.to_domain_event(item))
        into = event.mutate(into)
    return into


def fold_all(
    mapper: Mapper[UUID], stored: Iterable[StoredEvent], into: dict[UUID, Aggregate]
) -> None:
    """Fold stored events into aggregates by their ids; those of one stand one after another."""
    for key, events in groupby(stored, attrgetter("originator_id")):
        folded = fold(mapper, events, into.get(key))
        if folded is not None:
            into[key] = folded


def snapshot_of(mapper: Mapper[UUID], aggregate: Aggregate, at: Instant) -> StoredEvent:
    """Encode an aggregate's snapshot."""
    return mapper.to_stored_event(Snapshot.of(aggregate, at=at))

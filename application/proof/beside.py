"""Verifying what stands beside the log: contents by what events know of them, and rows by tags."""

import hmac
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

import orjson
from eventsourcing.persistence import StoredEvent

from application.books.contents import seal_of
from application.books.writing import is_own_credential, is_own_secret, is_own_snapshot
from application.ports import ContentRow, SealedLog
from domain.account import account_id
from domain.contents import ContentKind
from domain.proof.stored import RawEvent, packed
from domain.proof.writer import WriterKeys

AT_ONCE: Final = 500
SUSPECTS_MAX: Final = 1_000
"""So many contents that are not as they were are remembered, for the fault that each is."""

T = TypeVar("T")


class Astray(NamedTuple):
    """Something beside the log that is not as the gateway wrote it, and of which event it is."""

    position: int
    """0 where no event is about it alone."""
    words: str


class _Known(NamedTuple):
    """Where an event has the number and the seal of a content."""

    kind: ContentKind
    number: str
    seal: str


_KNOWN: Final[Mapping[str, Sequence[_Known]]] = {
    "Account.Registered": [_Known(ContentKind.ACCOUNT, "number", "person")],
    "Message.Queued": [
        _Known(ContentKind.MESSAGE, "number", "content"),
        _Known(ContentKind.CLIENT_REFERENCE, "number", "client_reference"),
    ],
    "Payment.Requested": [_Known(ContentKind.TOP_UP, "number", "payer")],
    "Rehearsal.Accepted": [
        _Known(ContentKind.MESSAGE, "number", "content"),
        _Known(ContentKind.CLIENT_REFERENCE, "number", "client_reference"),
    ],
    "SenderId.Requested": [_Known(ContentKind.SENDER_ID, "number", "content")],
    "Sim.Registered": [_Known(ContentKind.SIM, "number", "content")],
    "Submission.Accepted": [_Known(ContentKind.SUBMISSION, "first_number", "answer")],
    "Submission.Renewed": [_Known(ContentKind.SUBMISSION, "first_number", "answer")],
    "Suppression.Suppressed": [_Known(ContentKind.SUPPRESSION, "number", "content")],
    "Suppression.Renewed": [_Known(ContentKind.SUPPRESSION, "number", "content")],
}
_NAMED: Final = re.compile(rb'"(\d{1,18})/([0-9a-f]{64})"')
"""How an event names a content that has a number of its own."""
_OTHERS: Final = {
    "Inbound.Received": ContentKind.INBOUND,
    "Receipt.SeenOnStatement": ContentKind.LINE,
    "Keywords.RuleSet": ContentKind.KEYWORD,
    "Upload.Previewed": ContentKind.UPLOAD,
}
"""Events that name contents of other kinds than what people typed."""
_OF_KEYS: Final = frozenset({"Account.ApiKeyIssued", "Account.ApiKeyRevoked"})
_BODILESS: Final = frozenset({ContentKind.TOP_UP, ContentKind.SUPPRESSION})


class Compared(NamedTuple):
    """A content, and whether it is what the event at a position knows."""

    kind: ContentKind
    number: int
    position: int
    is_right: bool


def compared(log: SealedLog, events: Sequence[RawEvent]) -> list[Compared]:
    """Compare the contents of some events; those of a kind come in the order of the log.

    Raises:
        StoreDown: they cannot be read.
    """
    sealed: defaultdict[ContentKind, list[tuple[int, str, int]]] = defaultdict(list)
    for event in events:
        for kind, number, seal in _sealed_in(event):
            sealed[kind].append((number, seal, event.position))
    found: list[Compared] = []
    for kind, known in sealed.items():
        for some in _in_parts(known):
            rows = log.contents(kind, [number for number, _, _ in some])
            found += (
                Compared(kind, number, position, _is_right(rows.get(number), seal))
                for number, seal, position in some
            )
    return found


class ContentWatch:
    """Follows the log, and compares each content that is left with what its event knows of it.

    One that was erased is not there, or has no text: that is for events to say, and no fault.
    """

    def __init__(self) -> None:
        self._astray: dict[tuple[ContentKind, int], int] = {}

    def take(self, contents: Iterable[Compared]) -> None:
        """Take the contents of some events, in the order of the log.

        A later event may be about a content that took the place of another one.
        """
        for kind, number, position, is_right in contents:
            if is_right:
                self._astray.pop((kind, number), None)
            elif len(self._astray) < SUSPECTS_MAX:
                self._astray.setdefault((kind, number), position)

    def astray(self) -> Iterator[Astray]:
        """Give the contents that no event knows as they are."""
        for (kind, number), position in self._astray.items():
            what = f"{kind.value.replace('_', ' ')} {number}"
            yield Astray(position, f"the stored content of {what} is not what this event knows")


def rows_astray(log: SealedLog, keys: WriterKeys) -> Iterator[Astray]:
    """Give the snapshots, API keys and secrets of people that have no right tag.

    Raises:
        StoreDown: they cannot be read.
    """
    yield from _snapshots(log, keys)
    yield from _credentials(log, keys)
    yield from _secrets(log, keys)


def _snapshots(log: SealedLog, keys: WriterKeys) -> Iterator[Astray]:
    after = (bytes(16), 0)
    while rows := log.snapshots_after(*after, limit=AT_ONCE):
        for row in rows:
            if not packed([row])[0]:
                yield Astray(0, "what stands among the snapshots is none")
                return
            after = row.originator, row.version
            key = UUID(bytes=row.originator)
            if not is_own_snapshot(keys, StoredEvent(key, row.version, row.topic, row.state)):
                at = next(iter(log.raw_of(key, row.version - 1, limit=1)), None)
                position = at.position if at is not None and at.version == row.version else 0
                yield Astray(position, f"the snapshot of {key} as of this event has no right tag")


def _credentials(log: SealedLog, keys: WriterKeys) -> Iterator[Astray]:
    after = ""
    while rows := log.credentials_after(after, limit=AT_ONCE):
        for row in rows:
            after = row.key_id
            if not is_own_credential(keys, row):
                issued_at, has_ended = _life_of(log, row.account, row.key_id)
                if not has_ended:  # else nobody uses it, and what people typed may be erased
                    words = f"the stored API key {row.key_id} has no right tag"
                    yield Astray(issued_at, words)


def _life_of(log: SealedLog, account: int, key_id: str) -> tuple[int, bool]:
    """Give the position of the event that issued a key, 0 when none of the account did, and
    whether the log has its end."""
    version, issued_at, has_ended = 0, 0, False
    while events := log.raw_of(account_id(account), version, limit=AT_ONCE):
        for event in events:
            if event.topic in _OF_KEYS and _fields(event.state).get("key_id") == key_id:
                has_ended = event.topic == "Account.ApiKeyRevoked"
                issued_at = issued_at if has_ended else event.position
        version = events[-1].version
    return issued_at, has_ended


def _secrets(log: SealedLog, keys: WriterKeys) -> Iterator[Astray]:
    after = ("", "")
    while rows := log.secrets_after(*after, limit=AT_ONCE):
        for row in rows:
            after = row.kind.value, row.key
            if not is_own_secret(keys, row):
                what = row.kind.value.replace("_", " ")
                yield Astray(0, f"a {what} of account {row.account} has no right tag")


def _sealed_in(event: RawEvent) -> Iterator[tuple[ContentKind, int, str]]:
    known = _KNOWN.get(event.topic)
    if known:
        fields = _fields(event.state)
        for kind, number, seal in known:
            if type(fields.get(number)) is int and type(fields.get(seal)) is str:
                yield kind, fields[number], fields[seal]
    if b"/" in event.state:
        kind = _OTHERS.get(event.topic, ContentKind.REASON)
        for named in _NAMED.finditer(event.state):
            yield kind, int(named[1]), named[2].decode()


def _fields(state: bytes) -> Mapping[str, Any]:
    """Give the fields of a stored event; none where it is no event any more."""
    try:
        found = orjson.loads(state)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _is_right(row: ContentRow | None, seal: str) -> bool:
    return row is None or _is_erased(row) or _fits(row, seal)


def _fits(row: ContentRow, seal: str) -> bool:
    try:
        return hmac.compare_digest(seal_of(row), seal)
    except (TypeError, ValueError):  # an embedded database takes anything into any column
        return False


def _is_erased(row: ContentRow) -> bool:
    if row.kind in _BODILESS:
        return row.msisdn is None
    return row.body is None


def _in_parts(items: Sequence[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while part := list(islice(rest, AT_ONCE)):
        yield part

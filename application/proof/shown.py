"""The seal for eyes: its events newest first, and what each anchor has; damage is told in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

import orjson

from application.ports import Anchor, AnchorAway, SealedLog
from application.proof.history import KeyTaken, SealMade, SealUnreadable, read_seal_event
from domain.ledger_seal import CHAPTERS_MAX, ledger_seal_id
from domain.proof.notes import BadNote, Checkpoint, Note
from domain.proof.stored import RawEvent
from domain.values import Instant

VERSION_MAX: Final = 1 << 62
GONE: Final = "this event of the seal is gone"


class Place(NamedTuple):
    """Where an event of the seal stands: its chapter, and its number there."""

    chapter: int
    version: int


@dataclass(frozen=True, slots=True)
class SealShown:
    """One event of the seal; without ``found`` it is damaged or gone, as ``fault`` says."""

    place: Place
    position: int | None
    at: Instant | None
    found: KeyTaken | SealMade | None
    fault: str = ""


class Kept(StrEnum):
    """How what an anchor has stands to the newest seal."""

    NEWEST = "newest"
    EARLIER = "earlier"
    NOTHING = "nothing"
    OTHER = "other"
    """Of the same size and another root, larger, or of another log: look at it."""
    AWAY = "away"
    DAMAGED = "damaged"


class AnchorShown(NamedTuple):
    """What an anchor has; ``words`` say why it cannot be told."""

    name: str
    kept: Kept
    size: int | None
    words: str


def seals_shown(log: SealedLog, *, before: Place | None, limit: int) -> list[SealShown]:
    """Read events of the seal, newest first; nothing is verified, and nothing else is read.

    Raises:
        StoreDown: the log cannot be read.
    """
    chapter, end = before or _end(log, _chapters(log))
    found: list[SealShown] = []
    while chapter > 0 and len(found) < limit:
        since = max(0, end - 1 - (limit - len(found)))
        found += _stretch(log, chapter, since, end)
        if since:
            break
        chapter, end = _end(log, chapter - 1)
    return found


def anchors_shown(anchors: Sequence[Anchor], newest: SealMade | None) -> list[AnchorShown]:
    """Ask each anchor what it has, beside the newest seal."""
    return [_asked(anchor, newest) for anchor in anchors]


def _asked(anchor: Anchor, newest: SealMade | None) -> AnchorShown:
    try:
        note = anchor.newest()
        has = None if note is None else Checkpoint.read(Note.read(note).text)
    except AnchorAway as error:
        return AnchorShown(anchor.name, Kept.AWAY, None, str(error))
    except BadNote as error:
        return AnchorShown(anchor.name, Kept.DAMAGED, None, str(error))
    if has is None:
        return AnchorShown(anchor.name, Kept.NOTHING, None, "")
    sealed = newest.checkpoint if newest else None
    if has == sealed:
        kept = Kept.NEWEST
    elif sealed and has.origin == sealed.origin and has.size < sealed.size:
        kept = Kept.EARLIER
    else:
        kept = Kept.OTHER
    return AnchorShown(anchor.name, kept, has.size, "")


def _stretch(log: SealedLog, chapter: int, since: int, end: int) -> Iterator[SealShown]:
    """Give the events of a chapter after one number and before another, newest first."""
    events = log.raw_of(ledger_seal_id(chapter), since, limit=end - since) if end > since else ()
    there = {event.version: event for event in events}
    for version in range(end - 1, since, -1):
        place = Place(chapter, version)
        event = there.get(version)
        yield SealShown(place, None, None, None, GONE) if event is None else _shown(place, event)


def _shown(place: Place, event: RawEvent) -> SealShown:
    try:
        found = read_seal_event(place.chapter, event)
    except SealUnreadable as error:
        return SealShown(place, event.position, None, None, str(error))
    at = orjson.loads(event.state).get("timestamp")
    return SealShown(place, event.position, Instant(at) if isinstance(at, int) else None, found)


def _chapters(log: SealedLog) -> int:
    """Count the chapters."""
    for chapter in range(1, CHAPTERS_MAX):
        if not log.raw_of(ledger_seal_id(chapter), 0, limit=1):
            return chapter - 1
    return CHAPTERS_MAX - 1


def _end(log: SealedLog, chapter: int) -> Place:
    """Give the place behind a chapter's last event; halving finds it, also where some are gone."""

    def goes_on(version: int) -> bool:
        return bool(log.raw_of(ledger_seal_id(chapter), version, limit=1))

    low, high = 0, 1
    while high < VERSION_MAX and goes_on(high):
        low, high = high, high * 2
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if goes_on(middle) else (low, middle)
    return Place(chapter, low + 1)

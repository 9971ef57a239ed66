"""A log in stretches: each is read, checked by its tags and hashed by whoever has time for it.

What comes of one says nothing but that all in it is as it should be. Where something is not, who
asked goes on alone and finds what.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from struct import unpack
from typing import Final, Protocol

from application.ports import SealedLog
from application.proof.beside import Compared, compared
from application.proof.tagged import BEGINNING, TagBroken, place_before, tagged_saves
from domain.proof.stored import NoEvent, RawEvent, packed
from domain.proof.tree import HASH_BYTES, leaf_hashes
from domain.proof.writer import Place, WriterKeys

EVENTS: Final = 32_768
"""Of one stretch, about; few enough that several are under way."""
EVENTS_AT_ONCE: Final = 2_048


@dataclass(frozen=True, slots=True)
class Stretch:
    """What follows on a place, up to another one."""

    since: Place
    until: Place


@dataclass(slots=True)
class Hashed:
    """The events of a stretch: where they stand, and their leaves one behind the other."""

    positions: "array[int]" = field(default_factory=lambda: array("q"))
    leaves: bytearray = field(default_factory=bytearray)
    contents: list[Compared] = field(default_factory=list)
    """Those that its events are about, beside the log."""

    def add(self, log: SealedLog, events: Sequence[RawEvent], unhashed: Sequence[bytes]) -> None:
        """Add events, which are packed as well.

        Raises:
            NoEvent: one of them is none.
            StoreDown: their contents cannot be read.
        """
        self.leaves += b"".join(leaf_hashes(unhashed))
        self.positions.extend(event.position for event in events)
        self.contents += compared(log, events)

    def pages(self) -> Iterator[tuple[Sequence[int], Sequence[bytes]]]:
        """Give positions and leaves, some at a time."""
        for start in range(0, len(self.positions), EVENTS_AT_ONCE):
            positions = self.positions[start : start + EVENTS_AT_ONCE]
            some = self.leaves[start * HASH_BYTES : (start + len(positions)) * HASH_BYTES]
            yield positions, unpack(f"{HASH_BYTES}s" * len(positions), some)


class Hashers(Protocol):
    """Who hashes stretches at the same time."""

    def each(
        self, stretches: Iterable[Stretch]
    ) -> AbstractContextManager[Iterator[tuple[Stretch, Hashed | None]]]:
        """Give what comes of each, in order; None where something is not as it should be."""


def stretches(log: SealedLog, head: int, *, are_tagged: bool) -> Iterator[Stretch]:
    """Divide the log; what is behind the last stretch is left to whoever asks."""
    since = BEGINNING
    for position in range(EVENTS, head, EVENTS):
        until = Place(position)
        if are_tagged:
            tag = log.tag_behind(position)
            if tag is None or not tag.can_be:
                return
            until = place_before(log, position)
        if until.position > since.position:
            yield Stretch(since, until)
            since = until


def hashed(log: SealedLog, stretch: Stretch, keys: WriterKeys | None) -> Hashed | None:
    """Hash the events of a stretch; None when their tags are not right or one is no event.

    Without ``keys`` tags say nothing.

    Raises:
        StoreDown: the log cannot be read.
    """
    try:
        return _untagged(log, stretch) if keys is None else _tagged(log, stretch, keys)
    except (TagBroken, NoEvent):
        return None


def _untagged(log: SealedLog, stretch: Stretch) -> Hashed:
    found, position, last = Hashed(), stretch.since.position, stretch.until.position
    while position < last:
        events = log.raw_after(position, limit=min(EVENTS_AT_ONCE, last - position))
        own = [event for event in events if event.position <= last]
        found.add(log, own, packed(own))
        position = events[-1].position if events else last
    return found


def _tagged(log: SealedLog, stretch: Stretch, keys: WriterKeys) -> Hashed | None:
    found = Hashed()
    events: list[RawEvent] = []
    unhashed: list[bytes] = []
    for save in tagged_saves(log, keys, since=stretch.since):
        events += save.events
        unhashed += save.leaves
        is_last = save.place.position >= stretch.until.position
        if is_last or len(events) >= EVENTS_AT_ONCE:
            found.add(log, events, unhashed)
            events, unhashed = [], []
        if is_last:
            return found if save.place == stretch.until else None
    return None

"""Walks the log along its tags, and stops at the first event that the gateway did not write."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest
from operator import attrgetter
from typing import Final

from application.ports import TaggedLog, WriterTag
from domain.proof.stored import NoEvent, RawEvent, packed
from domain.proof.writer import Place, WriterKeys

TAGS_AT_ONCE: Final = 512
EVENTS_AT_ONCE: Final = 4_096
"""A save with more comes whole."""
BEGINNING: Final = Place()


class TagFault(StrEnum):
    """What is wrong with events or with their tag."""

    UNTAGGED = "untagged"
    CHANGED = "changed"
    EVENTS_REMOVED = "events removed"
    TAG_REMOVED = "tag removed"
    KEY_UNKNOWN = "key unknown"


WORDS: Final = {
    TagFault.UNTAGGED: "no tag covers it: it was written past the gateway",
    TagFault.CHANGED: "its tag is not right: events or tag were changed after they were written",
    TagFault.EVENTS_REMOVED: "its tag covers events that are not there any more",
    TagFault.TAG_REMOVED: "its tag is not there any more, or was put elsewhere",
    TagFault.KEY_UNKNOWN: "its tag names a writer's key that is not here",
}


class TagBroken(Exception):
    """The first place from which on the log is not what the gateway wrote."""

    def __init__(self, fault: TagFault, first: int, last: int) -> None:
        """``first`` and ``last`` are the positions between which it is."""
        where = f"position {first}" if first == last else f"positions {first} to {last}"
        super().__init__(f"{where}: {WORDS[fault]}")
        self.words = WORDS[fault]
        self.fault = fault
        self.first = first
        self.last = last


@dataclass(frozen=True, slots=True)
class TaggedSave:
    """Events with a right tag: all of one save."""

    tag: WriterTag
    events: Sequence[RawEvent]
    leaves: Sequence[bytes]
    """The same, packed: what their leaves are the hashes of."""
    place: Place
    """Where the walk goes on."""


def tagged_saves(
    log: TaggedLog, keys: WriterKeys, *, since: Place = BEGINNING
) -> Iterator[TaggedSave]:
    """Give the saves after a place in order, as far as each has a right tag.

    It ends at the end of the log; called again with the place of the last save, it goes on.

    Raises:
        TagBroken: there is an event without a right tag, or a tag without its events.
        StoreDown: the log cannot be read.
    """
    place = since
    while True:
        tags = _tags_after(log, place)
        read = tags[:-1] if len(tags) > 1 else tags
        events = log.raw_after(place.position, limit=sum(tag.count for tag in read) + 1)
        if not tags:
            if not events:
                return
            # It may have come since the tags were read; its tag came with it.
            if not log.tags_after(place.number, limit=1):
                raise TagBroken(TagFault.UNTAGGED, events[0].position, events[0].position)
            continue
        leaves = packed(events)
        start = 0
        for tag, following in zip_longest(read, tags[1:]):
            end = start + tag.count
            own = events[start:end]
            if following:
                own = _up_to(following.after, own)
            place = _checked(keys, place, tag, own, leaves[start:end])
            yield TaggedSave(tag, own, leaves[start:end], place)
            start = end


def _up_to(position: int, events: Sequence[RawEvent]) -> Sequence[RawEvent]:
    """Give those of some events that stand up to a position, where the tag after theirs begins."""
    if not events or events[-1].position <= position:
        return events
    return [event for event in events if event.position <= position]


def _tags_after(log: TaggedLog, place: Place) -> Sequence[WriterTag]:
    """Read some tags, with about so many events as are read at once.

    Of more than one, the last only says where the events of the one before it end.

    Raises:
        TagBroken: the next one is none.
    """
    tags, count = log.tags_after(place.number, limit=TAGS_AT_ONCE), 0
    for index, tag in enumerate(tags):
        if not tag.can_be:
            if not index:
                raise TagBroken(TagFault.CHANGED, place.position + 1, place.position + 1)
            return tags[:index]
        count += tag.count
        if index and count > EVENTS_AT_ONCE:
            return tags[: index + 1]
    return tags


def _checked(
    keys: WriterKeys,
    place: Place,
    tag: WriterTag,
    own: Sequence[RawEvent],
    leaves: Sequence[bytes],
) -> Place:
    """Check the next tag against the events that follow on a place; give where they end.

    Raises:
        TagBroken: something stands between, is gone, or was changed.
    """
    after = place.position
    first, last = (own[0].position, own[-1].position) if own else (after + 1, after + tag.count)
    is_next = tag.number == place.number + 1
    if tag.after > after and own and first <= tag.after:
        raise TagBroken(TagFault.UNTAGGED if is_next else TagFault.TAG_REMOVED, first, first)
    if not is_next:
        raise TagBroken(TagFault.EVENTS_REMOVED, after + 1, max(after + 1, tag.after))
    if len(own) < tag.count:
        raise TagBroken(TagFault.EVENTS_REMOVED, first, max(last, after + tag.count))
    if not keys.knows(tag.key):
        raise TagBroken(TagFault.KEY_UNKNOWN, first, last)
    if not _is_right(keys, place, tag, own[0], leaves):
        raise TagBroken(TagFault.CHANGED, first, last)
    return Place(last, tag.number, tag.mac, tag.key)


def _is_right(
    keys: WriterKeys, place: Place, tag: WriterTag, first: RawEvent, leaves: Sequence[bytes]
) -> bool:
    """Whether a tag that follows on a place is the one of these events."""
    if tag.after != place.position:
        return False
    if (tag.originator, tag.version) != (first.originator.hex(), first.version):
        return False
    try:
        return keys.mac_of_events(place, tag.how, leaves, key=tag.key) == tag.mac
    except NoEvent:
        return False


def place_before(log: TaggedLog, position: int) -> Place:
    """Give where to begin, so that the first save is the one that holds the event at a position.

    What is before is taken as it is: who trusts nobody begins at the beginning.
    """
    tag = log.tag_behind(position)
    if tag is None or tag.number == 1:
        return Place()
    before = log.tags_after(tag.number - 2, limit=1)
    if not before or before[0].number != tag.number - 1:
        return Place()
    return Place(tag.after, tag.number - 1, before[0].mac, before[0].key)


class TagWatch:
    """Goes along the tags for whoever must not go past an event without one. For one thread."""

    def __init__(self, log: TaggedLog, keys: WriterKeys, *, position: int = 0) -> None:
        """It begins with the save that holds the event after ``position``."""
        self._log = log
        self._keys = keys
        self._passed = position
        self._place = place_before(log, position + 1)
        self._ends: list[Place] = []
        """Of the saves that were read last."""

    def waiting(self, limit: int) -> tuple[Sequence[RawEvent], Sequence[bytes]]:
        """Give the events that follow on those that were passed, and the same packed.

        They are given again until they are passed.

        Raises:
            TagBroken: one has no right tag.
            StoreDown: the log cannot be read.
        """
        events: list[RawEvent] = []
        leaves: list[bytes] = []
        self._ends = []
        for save in tagged_saves(self._log, self._keys, since=self._place):
            taken = bisect_right(save.events, self._passed, key=attrgetter("position"))
            events += save.events[taken:]
            leaves += save.leaves[taken:]
            self._ends.append(save.place)
            if len(events) >= limit:
                break
        return events[:limit], leaves[:limit]

    def go_past(self, position: int) -> None:
        """Note that whoever asks is done with the events up to a position."""
        self._passed = position
        for place in self._ends:
            if place.position <= position:
                self._place = place

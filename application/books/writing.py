"""What the writer's key does for the books: a tag for each save."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from application.ports import SAVED, StoreUnusable, WriterTag
from domain.proof.writer import Place, WriterKeys

Stored = tuple[bytes, int, str, bytes]
"""The 16 bytes of an event's aggregate, its version, topic and state."""


def tag_of(keys: WriterKeys, events: Sequence[StoredEvent], before: Place) -> WriterTag:
    """Make the tag of events that are saved and follow on a place; there is at least one.

    Raises:
        StoreUnusable: the tag before was made under a key that is not here.
    """
    if before.key and not keys.knows(before.key):
        msg = (
            f"The log is written under the writer's key {before.key}, which is not here:"
            " name it by writer_key"
        )
        raise StoreUnusable(msg)
    stored = [
        (cast("UUID", one.originator_id).bytes, one.originator_version, one.topic, one.state)
        for one in events
    ]
    return tag_of_raw(keys, stored, before, how=SAVED)


def tag_of_raw(keys: WriterKeys, events: Sequence[Stored], before: Place, *, how: str) -> WriterTag:
    """Make the tag of events that follow on a place."""
    originator, version, *_ = events[0]
    return WriterTag(
        number=before.number + 1,
        how=how,
        key=keys.current,
        after=before.position,
        originator=originator.hex(),
        version=version,
        count=len(events),
        mac=keys.mac_of_events(before, how, events, count=len(events)),
    )

"""Tags for events that were there before: from now on it shows when they are changed."""

import logging
from collections.abc import Iterator
from typing import Final
from uuid import UUID

from application.books.writing import tag_of_raw, tagged_credential, tagged_secret
from application.ports import (
    ADOPTED,
    CredentialTagged,
    Randomness,
    Save,
    SecretRow,
    SnapshotsForgotten,
    Store,
    TagsForgotten,
    Turn,
    WriterTag,
)
from domain.proof.writer import Place, WriterKeys
from domain.values import Instant

EVENTS_AT_ONCE: Final = 1_000
"""Covered by one tag."""

_log = logging.getLogger("ngoma.proof")


def must_be_adopted(store: Store) -> bool:
    """Whether there are events, and no tag at all."""
    return store.head() > 0 and not store.tagged.tags_after(0, limit=1)


def is_of_another_key(store: Store, keys: WriterKeys) -> bool:
    """Whether the newest tag was made under a key that is not here."""
    tag = store.tagged.tag_behind(store.head())
    return tag is not None and not keys.knows(tag.key)


def adopt(store: Store, keys: WriterKeys, randomness: Randomness, *, at: Instant) -> int:
    """Tag the log as found, in the place of any tags, and rows of keys and secrets; give its end.

    Nobody writes meanwhile: it is one transaction, of about four seconds for a million events.

    Raises:
        StoreDown: nothing was changed.
    """
    save = Save(save_id=UUID(bytes=randomness.token(16), version=4), at=at)

    def decide(turn: Turn) -> Save:
        save.changes[:] = [TagsForgotten(), SnapshotsForgotten(), *_adopted(turn, keys)]
        save.changes += [*_tagged(turn, keys), *_secrets(turn, keys)]
        return save

    store.transact(decide)
    tags = [change for change in save.changes if isinstance(change, WriterTag)]
    count = sum(tag.count for tag in tags)
    end = store.head()
    _log.warning(
        "%s events that were there are taken as found, under the writer's key %s: who wrote them"
        " is not known",
        *(count, keys.current),
    )
    return end


def adopt_secrets(store: Store, keys: WriterKeys, randomness: Randomness, *, at: Instant) -> int:
    """Tag the secrets of people as found, of a log that has its tags; give how many.

    Raises:
        StoreDown: nothing was changed.
    """
    save = Save(save_id=UUID(bytes=randomness.token(16), version=4), at=at)

    def decide(turn: Turn) -> Save:
        save.changes[:] = _secrets(turn, keys)
        return save

    store.transact(decide)
    _log.warning("%s secrets of people that were there are taken as found", len(save.changes))
    return len(save.changes)


def _adopted(turn: Turn, keys: WriterKeys) -> Iterator[WriterTag]:
    place = Place()
    while events := turn.tagged.raw_after(place.position, limit=EVENTS_AT_ONCE):
        tag = tag_of_raw(keys, events, place, how=ADOPTED)
        yield tag
        place = Place(events[-1].position, tag.number, tag.mac, tag.key)


def _tagged(turn: Turn, keys: WriterKeys) -> Iterator[CredentialTagged]:
    for row in turn.credentials():
        yield CredentialTagged(row.key_id, tagged_credential(keys, row).tag)


def _secrets(turn: Turn, keys: WriterKeys) -> list[SecretRow]:
    return [tagged_secret(keys, row) for row in turn.secrets()]

"""What the writer's key does for the books: tags of saves, snapshots, API keys and secrets."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, cast
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from application.ports import SAVED, CredentialRow, SecretRow, StoreUnusable, WriterTag
from domain.proof.stored import RawEvent, packed
from domain.proof.writer import Place, WriterKeys

_log = logging.getLogger("ngoma.proof")


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
        # where they will stand is in no tag
        RawEvent(
            0, cast("UUID", one.originator_id).bytes, one.originator_version, one.topic, one.state
        )
        for one in events
    ]
    return tag_of_raw(keys, stored, before, how=SAVED)


def tag_of_raw(
    keys: WriterKeys, events: Sequence[RawEvent], before: Place, *, how: str
) -> WriterTag:
    """Make the tag of events that follow on a place.

    Raises:
        NoEvent: the fields of one are not of their types.
    """
    return WriterTag(
        number=before.number + 1,
        how=how,
        key=keys.current,
        after=before.position,
        originator=events[0].originator.hex(),
        version=events[0].version,
        count=len(events),
        mac=keys.mac_of_events(before, how, packed(events)),
    )


# -- what stands beside the log -------------------------------------------------------------------

SNAPSHOT_TAG_BYTES: Final = 72


def tagged_snapshot(keys: WriterKeys, snapshot: StoredEvent) -> StoredEvent:
    """Put a snapshot's tag before its state."""
    tag = keys.tag_of_row(*_fields_of_snapshot(snapshot))
    return replace(snapshot, state=tag.encode() + snapshot.state)


def own_snapshot(keys: WriterKeys, stored: StoredEvent) -> StoredEvent | None:
    """Give a snapshot without its tag; None when we did not write it: it is not used."""
    if is_own_snapshot(keys, stored):
        return replace(stored, state=stored.state[SNAPSHOT_TAG_BYTES:])
    _log.warning(
        "the snapshot of %s %s has no right tag and is not used",
        *(stored.topic, stored.originator_id),
    )
    return None


def is_own_snapshot(keys: WriterKeys, stored: StoredEvent) -> bool:
    """Whether we wrote a snapshot as it is."""
    tag, state = stored.state[:SNAPSHOT_TAG_BYTES], stored.state[SNAPSHOT_TAG_BYTES:]
    fields = _fields_of_snapshot(replace(stored, state=state))
    return keys.is_of_row(tag.decode(errors="replace"), *fields)


def _fields_of_snapshot(snapshot: StoredEvent) -> tuple[bytes, ...]:
    return (
        b"snapshot",
        cast("UUID", snapshot.originator_id).bytes,
        str(snapshot.originator_version).encode(),
        snapshot.topic.encode(),
        snapshot.state,
    )


def tagged_credential(keys: WriterKeys, row: CredentialRow) -> CredentialRow:
    """Give a key's row its tag."""
    return replace(row, tag=keys.tag_of_row(*_fields_of_credential(row)))


def is_own_credential(keys: WriterKeys, row: CredentialRow) -> bool:
    """Whether we wrote a key's row as it is: that a key was revoked, the log says."""
    return keys.is_of_row(row.tag, *_fields_of_credential(row))


def _fields_of_credential(row: CredentialRow) -> tuple[bytes, ...]:
    fields = (row.key_id, row.account, row.hash, row.issued_at, row.scopes, row.sources)
    return (b"credential", *(str(field).encode() for field in fields))


def tagged_secret(keys: WriterKeys, row: SecretRow) -> SecretRow:
    """Give a secret's row its tag."""
    return replace(row, tag=keys.tag_of_row(*_fields_of_secret(row)))


def is_own_secret(keys: WriterKeys, row: SecretRow) -> bool:
    """Whether we wrote a secret's row as it is."""
    return keys.is_of_row(row.tag, *_fields_of_secret(row))


def own_secret(keys: WriterKeys, row: SecretRow | None) -> SecretRow | None:
    """Give a secret; None when there is none, or when we did not write it: it is not used."""
    if row is None or is_own_secret(keys, row):
        return row
    _log.warning("a %s of account %s has no right tag and is not used", row.kind, row.account)
    return None


def _fields_of_secret(row: SecretRow) -> tuple[bytes, ...]:
    fields = (row.kind.value, row.key, row.account, row.value, row.at, row.ends_at)
    return (b"secret", *(str(field).encode() for field in fields))

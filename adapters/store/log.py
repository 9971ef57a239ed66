"""The event log as the projections read it: decoded, in order, from any store."""

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from application.ports import LogRow, Store
from projections.log import Events, Origin, Stretch

if TYPE_CHECKING:
    from application.books.codec import EventMapper

MARK_BYTES: Final = 16


class StoreLog:
    """``projections.log.Log`` over a store."""

    def __init__(self, store: Store, mapper: "EventMapper") -> None:
        self._store = store
        self._mapper = mapper

    def origin(self) -> Origin:
        """Say which store this is."""
        identity = self._store.identity()
        return Origin(identity.id, identity.generation)

    def head(self) -> int:
        """Give the newest position."""
        return self._store.head()

    def mark(self, position: int) -> str:
        """Give the mark of the event at a position; empty when none is there."""
        return self.read(position, 0).before

    def read(self, after: int, limit: int) -> Stretch:
        """Give up to ``limit`` events after a position; one query also fetches the one there."""
        found = self._store.rows_after(after - 1, limit=limit + 1)
        return stretch(found, self._mapper, after=after, limit=limit)


def stretch(
    found: Sequence[LogRow],
    mapper: "EventMapper",
    *,
    after: int,
    limit: int,
) -> Stretch:
    """Make a stretch of what the log has from position ``after`` on, that one included."""
    has_base = bool(found) and found[0][0] == after
    rows = found[has_base : has_base + limit]
    return Stretch(
        before=mark_of(found[0]) if has_base else "",
        events=_decoded(rows, mapper) if rows else (),
        last=mark_of(rows[-1]) if rows else "",
    )


def _decoded(rows: Sequence[LogRow], mapper: "EventMapper") -> Events:
    """Decode events; who reads none does not ask the mapper, and so imports no kind of them."""
    decode = mapper.event_of
    return [
        (position, decode(aggregate, version, topic, state))
        for position, aggregate, version, topic, state in rows
    ]


def mark_of(row: LogRow) -> str:
    """Give the mark of an event: a digest of all that is stored of it."""
    _, aggregate, version, topic, state = row
    digest = hashlib.blake2b(state, digest_size=MARK_BYTES)
    digest.update(f"{aggregate} {version} {topic}".encode())
    return digest.hexdigest()

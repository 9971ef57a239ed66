"""Aggregates for answers: fresh from the log, never the committer's own objects."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from eventsourcing.persistence import Mapper

from application.books.codec import SNAPSHOTTED, A, fold
from application.ports import (
    Store,
)
from domain.events import Event


class Reader:
    """Aggregates for answers: fresh from the log, never the committer's own objects."""

    def __init__(self, store: Store, mapper: Mapper[UUID]) -> None:
        self._store = store
        self._mapper = mapper

    def find(self, kind: type[A], key: UUID) -> A | None:
        """Read an aggregate up to the newest committed event; None when it has no events."""
        known: A | None = None
        if kind in SNAPSHOTTED:
            snapshot = self._store.snapshot(key)
            if snapshot is not None:
                known = fold(self._mapper, [snapshot], known)
        tail = self._store.tail(key, known.version if known else 0)
        return fold(self._mapper, tail, known)

    def events(self, key: UUID) -> Sequence[Event]:
        """Read all events of an aggregate."""
        return [
            cast("Event", self._mapper.to_domain_event(stored))
            for stored in self._store.tail(key, 0)
        ]

"""The event log as the projections read it: decoded, in order, from any store."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from eventsourcing.persistence import Mapper

from application.ports import Store
from domain.events import Event


class StoreLog:
    """``projections.fold.Log`` over a store."""

    def __init__(self, store: Store, mapper: Mapper[UUID]) -> None:
        self._store = store
        self._mapper = mapper

    def read(self, after: int, limit: int) -> Sequence[tuple[int, Event]]:
        """Give up to ``limit`` events after a position."""
        decode = self._mapper.to_domain_event
        return [
            (position, cast("Event", decode(stored)))
            for position, stored in self._store.events_after(after, limit=limit)
        ]

    def head(self) -> int:
        """Give the newest position."""
        return self._store.head()

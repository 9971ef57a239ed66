"""Snapshots of aggregates that grew long: noted at a save, kept once its callers have answers."""

import logging
from typing import Final
from uuid import UUID

from eventsourcing.persistence import Mapper

from application.books.books import Books
from application.books.codec import SNAPSHOTTED, snapshot_of
from application.books.writing import tagged_snapshot
from application.ports import Clock, Store
from domain.errors import StoreDown
from domain.events import Aggregate
from domain.proof.writer import WriterKeys

_log: Final = logging.getLogger("ngoma.committer")


class Crossings:
    """The aggregates that are due for a snapshot; the committer's thread alone uses it."""

    def __init__(
        self, *, store: Store, mapper: Mapper[UUID], clock: Clock, writer: WriterKeys
    ) -> None:
        self._store = store
        self._mapper = mapper
        self._clock = clock
        self._writer = writer
        self._crossed: list[Aggregate] = []

    def note(self, books: Books) -> None:
        """Remember the aggregates that are due by what a save added to them."""
        for key, aggregate in books.loaded.items():
            every = SNAPSHOTTED.get(type(aggregate))
            is_due = every and books.version_before(key) // every != aggregate.version // every
            if is_due or key in books.untagged_snapshots:
                self._crossed.append(aggregate)

    def forget(self) -> None:
        """Forget what is due: it is of a store that is gone."""
        self._crossed.clear()

    def put(self) -> None:
        """Keep the snapshots that are due; a failure costs only time."""
        crossed, self._crossed = self._crossed, []
        for aggregate in crossed:
            try:
                snapshot = snapshot_of(self._mapper, aggregate, self._clock.now())
                self._store.put_snapshot(tagged_snapshot(self._writer, snapshot))
            except StoreDown as error:
                _log.warning("a snapshot could not be kept: %s", error)
                return
            except Exception:  # noqa: BLE001 - disposable: the next crossing makes another
                _log.warning("a snapshot could not be kept", exc_info=True)
                return

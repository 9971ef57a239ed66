"""Aggregates for answers: fresh from the log, never the committer's own objects."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from eventsourcing.persistence import Mapper

from application.books.codec import SNAPSHOTTED, A, fold, fold_all
from application.books.writing import own_secret, own_snapshot
from application.ports import SecretKind, SecretRow, Store
from domain.events import Aggregate, Event
from domain.proof.writer import WriterKeys


class Reader:
    """Aggregates for answers: fresh from the log, never the committer's own objects."""

    def __init__(
        self, store: Store, mapper: Mapper[UUID], writer: WriterKeys | None = None
    ) -> None:
        """Without the writer's keys no snapshot and no secret is used: none can be checked."""
        self._store = store
        self._writer = writer
        self._mapper = mapper

    def find(self, kind: type[A], key: UUID) -> A | None:
        """Read an aggregate up to the newest committed event; None when it has no events."""
        known: A | None = None
        if kind in SNAPSHOTTED and self._writer is not None:
            stored = self._store.snapshot(key)
            snapshot = None if stored is None else own_snapshot(self._writer, stored)
            if snapshot is not None:
                known = fold(self._mapper, [snapshot], known)
        tail = self._store.tail(key, known.version if known else 0)
        return fold(self._mapper, tail, known)

    def secret(self, kind: SecretKind, key: str) -> SecretRow | None:
        """Read a secret that the gateway wrote as it is; None when there is none."""
        if self._writer is None:
            return None
        return own_secret(self._writer, self._store.secret(kind, key))

    def find_all(self, kind: type[A], keys: Sequence[UUID]) -> Sequence[A]:
        """Read aggregates of a kind that has no snapshots: one query for all."""
        found: dict[UUID, Aggregate] = {}
        fold_all(self._mapper, self._store.tails([(key, 0) for key in keys]), found)
        return [one for one in found.values() if isinstance(one, kind)]

    def events(self, key: UUID) -> Sequence[Event]:
        """Read all events of an aggregate."""
        return [
            cast("Event", self._mapper.to_domain_event(stored))
            for stored in self._store.tail(key, 0)
        ]

"""What a store reads without the lock just as a turn reads it under the lock."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from application.ports import ContentRow, LogRow, SecretKind, SecretRow, Turn
from domain.contents import ContentKind


class Looking(ABC):
    """The part of ``application.ports.Store`` that is the same over every database."""

    @abstractmethod
    def _look(self) -> AbstractContextManager[Turn]:
        """Lend what reads, for one question."""

    @abstractmethod
    def rows_after(
        self, position: int, *, limit: int, topics: Sequence[str] = ()
    ) -> Sequence[LogRow]:
        """Read rows of the log after a position."""

    def events_after(
        self, position: int, *, limit: int, topics: Sequence[str] = ()
    ) -> Sequence[tuple[int, StoredEvent]]:
        """Read the log after a position."""
        rows = self.rows_after(position, limit=limit, topics=topics)
        return [(row[0], StoredEvent(*row[1:])) for row in rows]

    def tail(self, aggregate: UUID, after_version: int) -> Sequence[StoredEvent]:
        """Read one aggregate's newer events."""
        return self.tails([(aggregate, after_version)])

    def tails(self, since: Sequence[tuple[UUID, int]]) -> Sequence[StoredEvent]:
        """Read the newer events of several aggregates."""
        with self._look() as turn:
            return turn.tails(since)

    def snapshot(self, aggregate: UUID) -> StoredEvent | None:
        """Read one aggregate's newest snapshot."""
        with self._look() as turn:
            return next(iter(turn.snapshots([aggregate])), None)

    def content(self, kind: ContentKind, number: int) -> ContentRow | None:
        """Read one content row."""
        return self.contents(kind, [number]).get(number)

    def contents(self, kind: ContentKind, numbers: Sequence[int]) -> Mapping[int, ContentRow]:
        """Read content rows."""
        with self._look() as turn:
            return turn.contents(kind, numbers)

    def secret(self, kind: SecretKind, key: str) -> SecretRow | None:
        """Read one secret of a person."""
        with self._look() as turn:
            return turn.secret(kind, key)

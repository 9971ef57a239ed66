"""What a store reads without the lock just as a turn reads it under the lock."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from adapters.store.health import Health
from application.ports import ContentRow, SecretKind, SecretRow, Turn
from domain.contents import ContentKind


class Looking(ABC):
    """The part of ``application.ports.Store`` that is the same over every database."""

    _health: Health

    @abstractmethod
    def _look(self) -> AbstractContextManager[Turn]:
        """Lend what reads, for one question."""

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

    def trouble(self) -> str | None:
        """Say what keeps it from being used."""
        return self._health.trouble

    def damage(self) -> str | None:
        """Say what of that is damage."""
        return self._health.damage

    def heard(self, trouble: str | None, damage: str | None) -> None:
        """Note how the process that writes for this one has found it."""
        if damage is not None:
            self._health.damaged(damage)
        elif trouble is not None:
            self._health.met(trouble, in_writing=True)
        else:
            self._health.went_well(in_writing=True)

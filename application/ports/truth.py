"""The truth: the event log and what stands beside it, and what one save holds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from application.ports.changes import (
    Change,
    ClockMark,
    ContentRow,
    CredentialRow,
    Lease,
    PaymentPoll,
    Repeatable,
    SecretKind,
    SecretRow,
)
from application.ports.effects import EffectPositions
from application.ports.sealing import SealedLog
from application.ports.tagging import TaggedLog
from domain.contents import ContentKind
from domain.errors import StoreDown
from domain.proof.writer import Place
from domain.values import Instant


@dataclass(slots=True)
class Save:
    """All that one transaction stores, under its own id."""

    save_id: UUID
    at: Instant
    events: list[StoredEvent] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    """What changes beside the log, carried out in this order."""

    def mark(self) -> tuple[int, int]:
        """Count what is in it, to see whether a refused command left something behind."""
        return len(self.events), len(self.changes)

    def is_empty(self) -> bool:
        """Whether there is nothing to store."""
        return not (self.events or self.changes)


class Turn(Protocol):
    """The inside of one write transaction: the log's lock is held, nobody else can write."""

    tagged: TaggedLog

    def tails(self, since: Sequence[tuple[UUID, int]]) -> Sequence[StoredEvent]:
        """Give the events of each aggregate after a version, in order of version."""

    def snapshots(self, ids: Sequence[UUID]) -> Sequence[StoredEvent]:
        """Give the newest snapshot of each aggregate that has one."""

    def was_saved(self, save_id: UUID) -> bool:
        """Whether the save with this id was committed."""

    def repeatables(self, digests: Sequence[bytes]) -> Mapping[bytes, Repeatable]:
        """Find acceptances by their request's digest (contract decision 8)."""

    def contents(self, kind: ContentKind, numbers: Sequence[int]) -> Mapping[int, ContentRow]:
        """Read content rows of a kind."""

    def leases(self) -> Sequence[Lease]:
        """Read all leases."""

    def secret(self, kind: SecretKind, key: str) -> SecretRow | None:
        """Read one secret."""

    def secrets(self) -> Sequence[SecretRow]:
        """Read the rows of all secrets."""

    def payment_polls(self, numbers: Sequence[int]) -> Mapping[int, PaymentPoll]:
        """Read when the providers of payments are asked next; of those that there are."""

    def credentials(self) -> Sequence[CredentialRow]:
        """Read the rows of all API keys."""

    def tags_end(self) -> Place:
        """Give the end of the log, and its last tag."""


class AnswerLost(Exception):
    """The connection broke during a save: it may or may not have been committed."""


class StoreUnusable(StoreDown):
    """The store is damaged, full or another one: nobody waits, since waiting would not help."""


class VersionConflict(Exception):
    """An aggregate's next version was taken by somebody who did not hold the lock."""


@dataclass(frozen=True, slots=True)
class StoreIdentity:
    """Which store this is, so that what is kept elsewhere knows whether it belongs to it.

    ``id`` is drawn when the store is made and never changes; ``generation`` begins at 1, and a
    restore raises it.
    """

    id: str
    generation: int


class Inspection(Protocol):
    """Looks for damage in a file before somebody meets it."""

    def step(self, *, limit_s: float = ...) -> None:
        """Look at what has not been looked at for some time; called by one thread."""

    def stop(self) -> None:
        """End the look under way."""


LogRow = tuple[int, UUID, int, str, bytes]
"""An event of the log: its position, the aggregate and its version, the topic, the stored bytes."""


class Store(Protocol):
    """The event log and what stands beside it. One thread writes; any thread may read."""

    effects: EffectPositions
    tagged: TaggedLog
    sealed: SealedLog

    def transact(self, decide: Callable[[Turn], Save]) -> None:
        """Take the log's lock, let ``decide`` say what to store, store it, commit.

        Raises:
            StoreDown: the database cannot be reached; nothing was stored.
            AnswerLost: it is not known whether the save was committed.
            VersionConflict: somebody wrote past the lock; nothing was stored.
        """

    def take_numbers(self, kind: str, count: int) -> int:
        """Reserve ``count`` numbers in a row for good; the first is returned."""

    def put_snapshot(self, snapshot: StoredEvent) -> None:
        """Keep a snapshot; an older one of the same aggregate may go."""

    def tail(self, aggregate: UUID, after_version: int) -> Sequence[StoredEvent]:
        """Read one aggregate's events, without a lock."""

    def tails(self, since: Sequence[tuple[UUID, int]]) -> Sequence[StoredEvent]:
        """Read the events of several aggregates after a version each, without a lock."""

    def snapshot(self, aggregate: UUID) -> StoredEvent | None:
        """Read one aggregate's newest snapshot, without a lock."""

    def position_of(self, aggregate: UUID) -> int:
        """Give the log position of an aggregate's newest event, 0 when it has none."""

    def events_after(
        self, position: int, *, limit: int, topics: Sequence[str] = ()
    ) -> Sequence[tuple[int, StoredEvent]]:
        """Read the log after a position, oldest first."""

    def rows_after(
        self, position: int, *, limit: int, topics: Sequence[str] = ()
    ) -> Sequence[LogRow]:
        """Give the same as bare rows: for who reads many, since a stored event is dear to make."""

    def states_after(
        self, position: int, *, limit: int, topics: Sequence[str] = (), until: int | None = None
    ) -> Sequence[tuple[int, str, bytes]]:
        """Read the log after a position, oldest first: position, topic and stored bytes alone.

        Nothing is looked at behind position ``until``: without it, topics that are rare are looked
        for to the end of the log.
        """

    def head(self) -> int:
        """Give the newest log position, 0 when the log is empty."""

    def identity(self) -> StoreIdentity:
        """Say which store this is."""

    def content(self, kind: ContentKind, number: int) -> ContentRow | None:
        """Read one content row."""

    def contents(self, kind: ContentKind, numbers: Sequence[int]) -> Mapping[int, ContentRow]:
        """Read content rows by their numbers; what is not there is left out."""

    def credential(self, key_id: str) -> CredentialRow | None:
        """Read one API key's row."""

    def credentials_of(self, account: int) -> Sequence[CredentialRow]:
        """Read the rows of an account's API keys that have not ended, oldest first."""

    def leases(self) -> Sequence[Lease]:
        """Read all SIM leases."""

    def secret(self, kind: SecretKind, key: str) -> SecretRow | None:
        """Read one secret of a person."""

    def due_polls(self, now: Instant, *, limit: int) -> Sequence[tuple[int, int]]:
        """Number the payments whose turn has come, with the round of each, longest due first."""

    def clock_marks(self) -> Sequence[ClockMark]:
        """Read what time it was by the clocks of all hosts."""

    def version(self) -> int | None:
        """Give the version of the tables: None without any, 0 when their restore was broken off."""

    def is_migrated(self) -> bool:
        """Whether the tables are there, in this version."""

    def has_older_secrets(self) -> bool:
        """Whether there are secrets of a version without tags; not once it is migrated."""

    def migrate(self) -> None:
        """Make the tables, or bring them up to this version; safe to run again.

        Raises:
            StoreDown: they are of a later version, or their restore was broken off.
        """

    def drop_old_saves(self, now: Instant, *, limit: int) -> int:
        """Forget save ids that nobody can ask for any more, and secrets whose time is over.

        At most ``limit`` of each in one transaction; how many were forgotten is returned.
        """

    def contents_of(
        self, kind: ContentKind, msisdn: str, *, after: int, limit: int
    ) -> Sequence[int]:
        """Number contents of a kind that stand beside a mobile number, in order."""

    def scrub(self, *, rewrite: bool) -> Sequence[str]:
        """Leave nothing in the files of what was erased (rewriting tables); say what was done."""

    def ping(self) -> None:
        """Read of each table that a send needs.

        Raises:
            StoreDown: one cannot be read.
        """

    def try_out(self) -> None:
        """Find out whether it can be written: when the last one could not, or nobody has lately.

        What keeps writers out is noted for ``trouble``, or forgotten.
        """

    def trouble(self) -> str | None:
        """Say, for operators, what keeps it from being used; None when nothing is known to."""

    def damage(self) -> str | None:
        """Say what of that is damage, which stays."""

    def heard(self, trouble: str | None, damage: str | None) -> None:
        """Note how the process that writes for this one has found it."""

    def close(self) -> None:
        """Let go of every connection."""

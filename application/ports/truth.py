"""The truth: the event log and what stands beside it, and what one save holds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from operator import attrgetter
from typing import Protocol
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from domain.values import Instant


@dataclass(frozen=True, slots=True)
class ContentRow:
    """Personal data and typed text, beside the log; erasing a row leaves every proof whole."""

    kind: str
    number: int
    salt: bytes
    msisdn: str | None = None
    body: str | None = None
    sender: str | None = None
    folded: str | None = None
    digest: bytes | None = None


@dataclass(frozen=True, slots=True)
class CredentialRow:
    """An API key's hash; the key itself is stored nowhere."""

    key_id: str
    account: int
    name: str
    hash: str
    issued_at: Instant
    revoked_at: Instant | None = None
    scopes: str = ""
    """What it may do, words with a space between them; empty is all that a key can do."""
    sources: str = ""
    """Addresses and networks that it may come from, with a space between; empty is anywhere."""
    used_at: Instant | None = None
    """When it was used last, as a coarse time that is now and then written down."""


class SecretKind(StrEnum):
    """What stands beside the log for people: nothing of it is ever in an event."""

    PASSWORD = "password"  # noqa: S105 - a kind; key: the account's number, value: its slow hash
    SESSION = "session"  # key: the token's keyed digest, value: JSON, ends at its absolute end
    RESET = "reset"  # key: the token's keyed digest, value: nothing
    SECOND_FACTOR = "second_factor"  # key: the account's number, value: JSON, its seed sealed


@dataclass(frozen=True, slots=True)
class SecretRow:
    """One secret of an account, by kind and key; a later one under the same key replaces it."""

    kind: SecretKind
    key: str
    account: int
    value: str
    at: Instant
    ends_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class Forget:
    """Forget the secret under a key or, without one, all of an account's of this kind."""

    kind: SecretKind
    account: int
    key: str | None = None

    def forgets(self, row: SecretRow) -> bool:
        """Whether ``row`` is forgotten by this."""
        same = (row.kind, row.account) == (self.kind, self.account)
        return same and self.key in {None, row.key}


@dataclass(frozen=True, slots=True)
class Lease:
    """Who may drive a SIM until when; a higher ``fence`` beats a lower one for good."""

    sim: int
    network: str
    modem: str
    holder: str
    fence: int
    expires_at: Instant
    answered_at: Instant


_PARTS = attrgetter(
    *("events", "contents", "credentials", "revoked", "leases", "settled", "erased", "blanked"),
    *("secret_changes", "key_uses", "unnamed"),
)


@dataclass(slots=True)
class Save:
    """All that one transaction stores, under its own id."""

    save_id: UUID
    at: Instant
    events: list[StoredEvent] = field(default_factory=list)
    contents: list[ContentRow] = field(default_factory=list)
    credentials: list[CredentialRow] = field(default_factory=list)
    revoked: list[tuple[str, Instant]] = field(default_factory=list)
    leases: list[Lease] = field(default_factory=list)
    settled: list[int] = field(default_factory=list)
    """Numbers of messages whose repeat digest (contract decision 8) has served its time."""
    erased: list[tuple[str, int]] = field(default_factory=list)
    blanked: list[tuple[str, int]] = field(default_factory=list)
    """Contents of which only salt, number and sender stay."""
    secret_changes: list[SecretRow | Forget] = field(default_factory=list)
    """Carried out in this order."""
    key_uses: list[tuple[str, Instant]] = field(default_factory=list)
    """Public ids of keys, and when each was used last."""
    unnamed: list[int] = field(default_factory=list)
    """Accounts whose keys lose what people typed: their names, and where they may come from."""

    def mark(self) -> tuple[int, ...]:
        """Count what is in it, to see whether a refused command left something behind."""
        return tuple(map(len, _PARTS(self)))

    def is_empty(self) -> bool:
        """Whether there is nothing to store."""
        return not any(self.mark())


class Turn(Protocol):
    """The inside of one write transaction: the log's lock is held, nobody else can write."""

    def tails(self, since: Sequence[tuple[UUID, int]]) -> Sequence[StoredEvent]:
        """Give the events of each aggregate after a version, in order of version."""

    def snapshots(self, ids: Sequence[UUID]) -> Sequence[StoredEvent]:
        """Give the newest snapshot of each aggregate that has one."""

    def was_saved(self, save_id: UUID) -> bool:
        """Whether the save with this id was committed."""

    def open_digests(self, digests: Sequence[bytes]) -> Mapping[bytes, int]:
        """Find messages by their repeat digest (contract decision 8): digest to number."""

    def contents(self, kind: str, numbers: Sequence[int]) -> Mapping[int, ContentRow]:
        """Read content rows of a kind."""

    def leases(self) -> Sequence[Lease]:
        """Read all leases."""

    def secret(self, kind: SecretKind, key: str) -> SecretRow | None:
        """Read one secret."""


class AnswerLost(Exception):
    """The connection broke during a save: it may or may not have been committed."""


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


class Store(Protocol):
    """The event log and what stands beside it. One thread writes; any thread may read."""

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

    def snapshot(self, aggregate: UUID) -> StoredEvent | None:
        """Read one aggregate's newest snapshot, without a lock."""

    def position_of(self, aggregate: UUID) -> int:
        """Give the log position of an aggregate's newest event, 0 when it has none."""

    def events_after(
        self, position: int, *, limit: int, topics: Sequence[str] = ()
    ) -> Sequence[tuple[int, StoredEvent]]:
        """Read the log after a position, oldest first."""

    def head(self) -> int:
        """Give the newest log position, 0 when the log is empty."""

    def identity(self) -> StoreIdentity:
        """Say which store this is."""

    def content(self, kind: str, number: int) -> ContentRow | None:
        """Read one content row."""

    def credential(self, key_id: str) -> CredentialRow | None:
        """Read one API key's row."""

    def credentials_of(self, account: int) -> Sequence[CredentialRow]:
        """Read the rows of an account's API keys that have not ended, oldest first."""

    def leases(self) -> Sequence[Lease]:
        """Read all SIM leases."""

    def secret(self, kind: SecretKind, key: str) -> SecretRow | None:
        """Read one secret of a person."""

    def is_migrated(self) -> bool:
        """Whether the tables are there, in this version."""

    def migrate(self) -> None:
        """Make the tables; safe to run again."""

    def drop_old_saves(self, now: Instant) -> None:
        """Forget save ids that nobody can ask for any more, and secrets whose time is over."""

    def messages_to(self, to: str, *, after: int, limit: int) -> tuple[Sequence[int], int | None]:
        """Look through contents of messages, by number: those to ``to``, and the last one seen."""

    def scrub(self, *, rewrite: bool) -> Sequence[str]:
        """Leave nothing in the files of what was erased (rewriting tables); say what was done."""

    def ping(self) -> None:
        """Touch the database.

        Raises:
            StoreDown: it does not answer in time.
        """

    def close(self) -> None:
        """Let go of every connection."""

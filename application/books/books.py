"""The books: aggregates brought up to date under the log's lock, and what they record."""

from collections.abc import Iterable, Sequence
from typing import cast
from uuid import UUID

from eventsourcing.persistence import Mapper, StoredEvent

from application.books.cache import Cache
from application.books.codec import A, fold, fold_all
from application.books.trail import Trail
from application.books.writing import own_secret, own_snapshot, tagged_credential, tagged_secret
from application.ports import (
    Change,
    ClockMark,
    ClockMarksForgotten,
    ContentErased,
    ContentRow,
    CredentialRevoked,
    CredentialRow,
    KeysUnnamed,
    KeyUsed,
    Lease,
    PaymentPoll,
    Repeatable,
    RepeatableForgotten,
    Save,
    SecretKind,
    SecretRow,
    SecretsForgotten,
    TextErased,
    Turn,
)
from domain.contents import ContentKind
from domain.errors import NotFound
from domain.events import Aggregate, Event
from domain.proof.writer import WriterKeys
from domain.values import Instant


class LogReplaced(Exception):
    """The log no longer holds what this process wrote: an older store was put back beneath it."""


class Books:
    """The working set of one batch: one object per aggregate, shared by its commands.

    ``written`` is an event that this process wrote last, which the log must still hold: else what
    is remembered in ``cache`` is not of this log.
    """

    def __init__(
        self,
        turn: Turn,
        cache: Cache,
        mapper: Mapper[UUID],
        save: Save,
        *,
        writer: WriterKeys,
        written: StoredEvent | None = None,
        trail: Trail | None = None,
    ) -> None:
        self.trail = trail
        self._written = written
        self._turn = turn
        self._cache = cache
        self._mapper = mapper
        self._save = save
        self._writer = writer
        self._loaded: dict[UUID, Aggregate] = {}
        self._given: list[Aggregate] = []
        self.untagged_snapshots: set[UUID] = set()
        """Of which aggregates the snapshot was not used: they are due for another."""
        self._versions: dict[UUID, int] = {}
        """Of what was loaded, before this batch."""
        self._appended: list[StoredEvent] = []
        """Events that were built beforehand, until somebody looks for an aggregate."""
        self._unfolded: dict[UUID, list[StoredEvent]] = {}
        """The same by their aggregates, until somebody asks for that one."""
        self._absent: set[UUID] = set()
        self._rows: dict[tuple[ContentKind, int], ContentRow | None] = {}
        self._repeatables: dict[bytes, Repeatable] = {}
        self._leases: dict[int, Lease] | None = None
        self._secrets: list[SecretRow | SecretsForgotten] = []
        self._polls: dict[int, PaymentPoll | None] = {}

    @property
    def loaded(self) -> dict[UUID, Aggregate]:
        """What the batch has touched."""
        return self._loaded

    def version_before(self, key: UUID) -> int:
        """Give the version that an aggregate had before this batch."""
        return self._versions.get(key, 0)

    def bring_up_to_date(self, ids: Iterable[UUID]) -> None:
        """Load or fast-forward aggregates from their tails: one query for all of them.

        Raises:
            LogReplaced: they are not to be had from the log that is remembered.
        """
        wanted = [key for key in dict.fromkeys(ids) if key not in self._loaded]
        if not wanted:
            return
        known = self._cache.take(wanted)
        missing = [key for key in wanted if key not in known]
        for stored in self._turn.snapshots(missing) if missing else ():
            snapshot = own_snapshot(self._writer, stored)
            if snapshot is None:
                self.untagged_snapshots.add(cast("UUID", stored.originator_id))
                continue
            restored = fold(self._mapper, [snapshot], cast("Aggregate | None", None))
            if restored is not None:
                known[restored.id] = restored
        since = {key: known[key].version if key in known else 0 for key in wanted}
        fold_all(self._mapper, self._tails(since), known)
        self._loaded.update(known)
        self._versions.update((key, aggregate.version) for key, aggregate in known.items())
        self._absent.update(key for key in wanted if key not in known)

    def _tails(self, since: dict[UUID, int]) -> Sequence[StoredEvent]:
        """Read tails; the first time, from before what this process wrote, to see it there."""
        written, self._written = self._written, None
        if written is None:
            return self._turn.tails(list(since.items()))
        key, before = cast("UUID", written.originator_id), written.originator_version - 1
        asked = {**since, key: min(before, since.get(key, before))}
        found = self._turn.tails(list(asked.items()))
        if not any(written == stored for stored in found if stored.state == written.state):
            raise LogReplaced
        if asked == since:
            return found
        wanted_after = since.get(key)
        return [
            stored
            for stored in found
            if stored.originator_id != key
            or (wanted_after is not None and stored.originator_version > wanted_after)
        ]

    def find(self, kind: type[A], key: UUID) -> A | None:
        """Give an aggregate, or None when it has no events; loads it under the lock if need be."""
        found = self._loaded.get(key) or self._fetch(key)
        if found is None:
            return None
        if not isinstance(found, kind):
            msg = f"{key} is a {type(found).__name__}, not a {kind.__name__}"
            raise TypeError(msg)
        self._given.append(found)
        return found

    def _fetch(self, key: UUID) -> Aggregate | None:
        """Load an aggregate, or make it of the events that were built beforehand."""
        appended, self._appended = self._appended, []
        for stored in appended:
            self._unfolded.setdefault(cast("UUID", stored.originator_id), []).append(stored)
        if key in self._unfolded:
            made = fold(self._mapper, self._unfolded.pop(key), cast("Aggregate | None", None))
            if made is not None:
                self._loaded[key] = made
        elif key not in self._absent:
            self.bring_up_to_date([key])
        return self._loaded.get(key)

    def get(self, kind: type[A], key: UUID) -> A:
        """Give an aggregate that must exist.

        Raises:
            NotFound: it has no events.
        """
        found = self.find(kind, key)
        if found is None:
            msg = f"No such {kind.__name__.lower()}."
            raise NotFound(msg)
        return found

    def record(self, aggregate: Aggregate) -> None:
        """Put an aggregate's new events into the save, in the order of the calls."""
        self._loaded[aggregate.id] = aggregate
        if self._absent:
            self._absent.discard(aggregate.id)
        events = cast("Sequence[Event]", aggregate.collect_events())
        self._save.events.extend(map(self._mapper.to_stored_event, events))
        if self.trail is not None:
            self.trail.recorded(aggregate, events)

    def append(self, stored: Sequence[StoredEvent]) -> None:
        """Put events of new aggregates that were built beforehand into the save."""
        self._save.events.extend(stored)
        self._appended.extend(stored)

    # -- contents ----------------------------------------------------------------------------

    def keep(self, *rows: ContentRow) -> None:
        """Store content rows."""
        self._save.changes.extend(rows)
        for row in rows:
            self._rows[row.kind, row.number] = row

    def erase(self, kind: ContentKind, number: int) -> None:
        """Erase a content row for good."""
        self.change(ContentErased(kind, number))
        self._rows[kind, number] = None

    def erase_text(self, kind: ContentKind, number: int) -> None:
        """Erase a content's text for good; salt, number and sender stay."""
        row = self.content(kind, number)
        self.change(TextErased(kind, number))
        self._rows[kind, number] = row and row.without_text()

    def content(self, kind: ContentKind, number: int) -> ContentRow | None:
        """Read a content row as of this point of the batch."""
        if (kind, number) not in self._rows:
            self.look_up_contents(kind, [number])
        return self._rows.get((kind, number))

    def look_up_contents(self, kind: ContentKind, numbers: Iterable[int]) -> None:
        """Read the content rows of a whole batch: one query."""
        wanted = [number for number in numbers if (kind, number) not in self._rows]
        if wanted:
            found = self._turn.contents(kind, wanted)
            self._rows.update(((kind, number), found.get(number)) for number in wanted)

    # -- requests that may come again (contract decision 8) ----------------------------------

    def keep_repeatable(self, known: Repeatable) -> None:
        """Know the same request again; what was known by its digest before is forgotten."""
        self.change(known)
        self._repeatables[known.digest] = known

    def forget_repeatable(self, number: int) -> None:
        """Forget the acceptance that message ``number`` belongs to, if it is known by a request."""
        forgotten = RepeatableForgotten(number)
        self.change(forgotten)
        for known in list(filter(forgotten.forgets, self._repeatables.values())):
            del self._repeatables[known.digest]

    def look_up_repeatables(self, digests: Iterable[bytes]) -> None:
        """Look up the requests of a whole batch by their digests: one query."""
        wanted = list(dict.fromkeys(digests))
        if wanted:
            self._repeatables.update(self._turn.repeatables(wanted))

    def repeatable(self, digest: bytes) -> Repeatable | None:
        """Give the acceptance that is known by a request's digest, this batch included."""
        return self._repeatables.get(digest)

    # -- API keys, leases, secrets -----------------------------------------------------------

    def keep_credential(self, row: CredentialRow) -> None:
        """Store a key's hash."""
        self.change(tagged_credential(self._writer, row))

    def revoke_credential(self, key_id: str, at: Instant) -> None:
        """Mark a key's hash as revoked."""
        self.change(CredentialRevoked(key_id, at))

    def note_key_use(self, key_id: str, at: Instant) -> None:
        """Write down when a key was used last."""
        self.change(KeyUsed(key_id, at))

    def forget_key_names(self, account: int) -> None:
        """Forget what people typed about an account's keys."""
        self.change(KeysUnnamed(account))

    def grant_lease(self, lease: Lease) -> None:
        """Store a SIM's lease; the commands after this one see it."""
        self._known_leases()[lease.sim] = lease
        self.change(lease)

    def lease(self, sim: int) -> Lease | None:
        """Read a SIM's lease as of this point of the batch."""
        return self._known_leases().get(sim)

    def leased_sims(self) -> Sequence[int]:
        """Number the SIMs that ever had a lease: all that were ever online."""
        return list(self._known_leases())

    def _known_leases(self) -> dict[int, Lease]:
        """Give all leases: one query for the batch, since there are few and many ask."""
        if self._leases is None:
            self._leases = {lease.sim: lease for lease in self._turn.leases()}
        return self._leases

    def mark_clock(self, mark: ClockMark) -> None:
        """Note what time it is by a clock."""
        self.change(mark)

    def forget_clock_marks(self) -> None:
        """Believe no more what was noted of clocks."""
        self.change(ClockMarksForgotten())

    def keep_secret(self, row: SecretRow) -> None:
        """Store a person's secret; the commands after this one see it."""
        row = tagged_secret(self._writer, row)
        self.change(row)
        self._secrets.append(row)

    def forget_secrets(self, kind: SecretKind, account: int, key: str | None = None) -> None:
        """Forget the secret under a key or, without one, all of an account's of this kind."""
        forgotten = SecretsForgotten(kind, account, key)
        self.change(forgotten)
        self._secrets.append(forgotten)

    def secret(self, kind: SecretKind, key: str) -> SecretRow | None:
        """Read a secret as of this point of the batch."""
        found = own_secret(self._writer, self._turn.secret(kind, key))
        for change in self._secrets:
            match change:
                case SecretRow() if (change.kind, change.key) == (kind, key):
                    found = change
                case SecretsForgotten() if found and change.forgets(found):
                    found = None
        return found

    # -- payments ----------------------------------------------------------------------------

    def keep_poll(self, poll: PaymentPoll) -> None:
        """Store when a payment's provider is asked next; the commands after this one see it."""
        self.change(poll)
        self._polls[poll.number] = poll

    def poll(self, number: int) -> PaymentPoll | None:
        """Read when a payment's provider is asked next, as of this point of the batch."""
        if number not in self._polls:
            self.look_up_polls([number])
        return self._polls[number]

    def look_up_polls(self, numbers: Iterable[int]) -> None:
        """Read the polls of a whole batch, their payments, and who pays: a query for each."""
        wanted = [number for number in dict.fromkeys(numbers) if number not in self._polls]
        if wanted:
            found = self._turn.payment_polls(wanted)
            self._polls.update((number, found.get(number)) for number in wanted)
            self.bring_up_to_date(UUID(poll.payment) for poll in found.values())
            self.look_up_contents(ContentKind.TOP_UP, found)

    # -- the save ----------------------------------------------------------------------------

    def change(self, change: Change) -> None:
        """Carry out a change beside the log that no command reads back in the same batch."""
        self._save.changes.append(change)

    def leaves_pending(self) -> bool:
        """Whether what was given out since the last call holds events that nobody recorded."""
        given, self._given = self._given, []
        return any(aggregate.pending_events for aggregate in given)

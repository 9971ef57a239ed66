"""Verifying: the log is read from its first event, and compared with all that was said of it.

With leaves that are kept beside the log, an event that was changed is named by its position; where
those were rewritten as well, by the checkpoint between whose ends it is.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from application.ports import SealTile, Store
from application.proof.beside import ContentWatch, compared, rows_astray
from application.proof.history import (
    KeyTaken,
    SealMade,
    SealUnreadable,
    is_handed_over,
    seal_history,
)
from application.proof.stretches import EVENTS_AT_ONCE, Hashers, stretches
from application.proof.tagged import BEGINNING, TagBroken, tagged_saves
from application.proof.tiles import WIDTH
from domain.proof.notes import Checkpoint, Note, SealKey, Verify
from domain.proof.stored import RawEvent, packed
from domain.proof.tree import HASH_BYTES, CompactRange, leaf_hashes
from domain.proof.writer import WriterKeys

FAULTS_MAX: Final = 20

Advance = Callable[[int, int], None]
_Batch = tuple[Sequence[RawEvent], Sequence[bytes]]
"""Events, and the same packed."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it was, between two positions (or at one)."""

    first: int
    last: int
    words: str

    def __str__(self) -> str:
        if not self.last:
            return self.words
        where = (
            f"position {self.first}"
            if self.first == self.last
            else (f"positions {self.first} to {self.last}")
        )
        return f"{where}: {self.words}"


@dataclass(slots=True)
class Verified:
    """What came of it."""

    events: int = 0
    position: int = 0
    seals: int = 0
    sealed_events: int = 0
    sealed_position: int = 0
    newest: str | None = None
    """The newest checkpoint, for the auditor to keep."""
    faults: list[Fault] = field(default_factory=list)
    key_is_known: bool = False
    """The newest checkpoint is signed by the auditor's key, or by one that it handed over to."""
    checkpoints: int = 0
    """Of the auditor's own, how many the log agrees with."""
    tags_checked: bool = False

    @property
    def is_proven(self) -> bool:
        """Whether all that an auditor needs was there, and fits."""
        return not self.faults and self.key_is_known and self.checkpoints > 0


class LogVerifier:
    """Reads the whole log once, in batches; what it keeps does not grow with the log."""

    def __init__(
        self,
        store: Store,
        *,
        verify: Verify,
        fingerprint: str | None = None,
        own: Sequence[Note] = (),
        writer: WriterKeys | None = None,
        hashers: Hashers | None = None,
    ) -> None:
        """``fingerprint`` and ``own`` checkpoints are the auditor's.

        With the ``writer``'s keys each event must have a right tag; without them tags say nothing.
        ``hashers`` have the same keys; they do most of it, as long as nothing is wrong.
        """
        self._log = store.sealed
        self._head = store.head()
        self._verify = verify
        self._fingerprint = fingerprint
        self._own = own
        self._writer = writer
        self._hashers = hashers
        self._tree = CompactRange()
        self._found = Verified(tags_checked=writer is not None)
        self._keys: dict[str, SealKey] = {}
        """Of each chapter's origin, the key in force."""
        self._trusted: set[bytes] = set()
        self._contents = ContentWatch()
        self._history = self._seals()
        self._next: SealMade | None = None
        self._passed = 0
        """Up to where a checkpoint was right."""
        self._position = 0
        self._place = BEGINNING
        """From where on nobody else hashes."""
        self._ours: deque[Checkpoint] = deque()

    def run(self, advance: Advance = lambda _done, _all: None) -> Verified:
        """Verify; faults are in what is given back, up to a number of them.

        Raises:
            StoreDown: the log cannot be read.
        """
        self._take_own()
        try:
            self._next = next(self._history, None)
            if self._follow_hashers(advance):
                batches = self._read() if self._writer is None else self._tagged(self._writer)
                for events, leaves in batches:
                    if not self._follow(events, leaves):
                        break
                    self._contents.take(compared(self._log, events))
                    advance(self._position, self._head)
        except TagBroken as error:
            stretch = self._log.raw_after(self._position, limit=EVENTS_AT_ONCE)
            if not stretch or self._follow(stretch, packed(stretch)):  # else it has named the event
                self._fault(error.first, error.last, error.words)
        except SealUnreadable as error:
            self._fault(error.position, error.position, str(error))
        self._finish()
        self._look_beside()
        return self._found

    # -- reading -------------------------------------------------------------------------------

    def _follow_hashers(self, advance: Advance) -> bool:
        """Take what others hash, as far as all is as it should be; False when a fault is named."""
        if self._hashers is None:
            return True
        log = stretches(self._log, self._head, are_tagged=self._writer is not None)
        with self._hashers.each(log) as done:
            for stretch, found in done:
                if found is None:
                    return True
                for positions, leaves in found.pages():
                    if not self._take(positions, leaves):
                        return False
                    advance(self._position, self._head)
                self._contents.take(found.contents)
                self._place = stretch.until
        return True

    def _read(self) -> Iterator[_Batch]:
        position = self._place.position
        while events := self._log.raw_after(position, limit=EVENTS_AT_ONCE):
            yield events, packed(events)
            position = events[-1].position

    def _tagged(self, writer: WriterKeys) -> Iterator[_Batch]:
        """Read it along its tags; what came before the first that is wrong is given first."""
        batch: list[RawEvent] = []
        leaves: list[bytes] = []
        saves = tagged_saves(self._log, writer, since=self._place)
        while True:
            try:
                save = next(saves, None)
            except TagBroken:
                if batch:
                    yield batch, leaves
                raise
            if save is not None:
                batch += save.events
                leaves += save.leaves
            if batch and (save is None or len(batch) >= EVENTS_AT_ONCE):
                yield batch, leaves
                batch, leaves = [], []
            if save is None:
                return

    def _follow(self, events: Sequence[RawEvent], unhashed: Sequence[bytes]) -> bool:
        """Hash a batch and take it; False when to go on would only repeat a fault."""
        if not all(unhashed):
            position = events[unhashed.index(b"")].position
            self._fault(position, position, "what stands here is no event")
            return False
        return self._take([event.position for event in events], leaf_hashes(unhashed))

    def _take(self, positions: Sequence[int], leaves: Sequence[bytes]) -> bool:
        """Take leaves into the tree; False when to go on would only repeat a fault."""
        first, self._position = self._tree.size, positions[-1]
        if (changed := self._differs(first, leaves)) is not None:
            position = positions[changed]
            self._fault(position, position, "this is not the event that was sealed in its place")
            return False
        done = 0
        while done < len(leaves):
            end = min(self._boundary(), first + len(leaves)) - first
            self._tree.extend(leaves[done:end])
            done = end
            if not self._compare(positions[done - 1]):
                return False
        self._found.events, self._found.position = self._tree.size, self._position
        return True

    def _differs(self, first: int, leaves: Sequence[bytes]) -> int | None:
        """Give the first of some leaves that is not the one kept beside the log; None: all are."""
        last = first + len(leaves) - 1
        tiles = self._log.tiles(0, range(first // WIDTH, last // WIDTH + 1))
        kept = b"".join(_hashes(tiles.get(n)) for n in range(first // WIDTH, last // WIDTH + 1))
        kept = kept[first % WIDTH * HASH_BYTES :]
        mine = b"".join(leaves)
        length = min(len(kept), len(mine))
        if kept[:length] == mine[:length]:
            return None
        return next(
            n
            for n, leaf in enumerate(leaves)
            if kept[n * HASH_BYTES : (n + 1) * HASH_BYTES] != leaf
        )

    # -- comparing -----------------------------------------------------------------------------

    def _boundary(self) -> int:
        """Give the next size at which there is a root to compare, past the end when none is."""
        sizes = [self._head + 1]
        sizes += [self._next.checkpoint.size] if self._next else []
        sizes += [self._ours[0].size] if self._ours else []
        return max(min(sizes), self._tree.size + 1)

    def _compare(self, position: int) -> bool:
        size = self._tree.size
        while self._next is not None and self._next.checkpoint.size <= size:
            made = self._next
            if made.checkpoint.size < size or made.checkpoint.root != self._tree.root():
                words = "what is in the log here is not what was sealed"
                self._fault(self._passed + 1, made.covered, words)
                return False
            self._passed = made.covered
            self._found.seals += 1
            self._found.sealed_events, self._found.sealed_position = size, made.covered
            self._found.newest = made.text
            self._found.key_is_known = self._keys[made.checkpoint.origin].public in self._trusted
            self._next = next(self._history, None)
        while self._ours and self._ours[0].size <= size:
            own = self._ours.popleft()
            if own.root != self._tree.root():
                self._fault(1, position, f"{_own_words(own)}: the log was rewritten since")
                return False
            self._found.checkpoints += 1
        return True

    def _seals(self) -> Iterator[SealMade]:
        """Give the seals whose signatures are right, and keep the keys."""
        sealed = 0
        for found in seal_history(self._log):
            if isinstance(found, KeyTaken):
                self._take_key(found)
                continue
            key = self._keys.get(found.checkpoint.origin)
            if key is None or not found.note.is_signed_by(key, self._verify):
                words = "the signature of this seal is wrong, or of another key"
                raise SealUnreadable(found.position, words)
            if found.checkpoint.size <= sealed or found.covered >= found.position:
                raise SealUnreadable(found.position, "this seal does not go on from the one before")
            sealed = found.checkpoint.size
            yield found

    def _take_key(self, taken: KeyTaken) -> None:
        name, before = taken.key.name, self._keys.get(taken.key.name)
        if before is None and taken.handover is not None:
            raise SealUnreadable(taken.position, "a key takes over where no chapter has begun")
        if before is not None and not is_handed_over(before, taken, self._verify):
            raise SealUnreadable(taken.position, "the key before did not sign for this one")
        self._keys[name] = taken.key
        if taken.key.fingerprint == self._fingerprint or (
            before is not None and before.public in self._trusted
        ):
            self._trusted.add(taken.key.public)

    # -- the auditor's own, and the end ----------------------------------------------------------

    def _take_own(self) -> None:
        own = [Checkpoint.read(note.text) for note in self._own]
        self._ours = deque(sorted(own, key=lambda checkpoint: checkpoint.size))
        while self._ours and not self._ours[0].size:
            self._ours.popleft()

    def _finish(self) -> None:
        found = self._found
        if found.faults:
            return
        if self._next is not None:
            words = f"a seal covers {self._next.checkpoint.size:,} events, the log has fewer"
            self._fault(self._position, self._next.position, words)
        for own in self._ours:
            self._fault(0, 0, f"{_own_words(own)}, and the log has {found.events:,}: some are gone")
        self._look_behind_the_end()
        self._must_be_of_this_log()
        if self._fingerprint and not self._trusted:
            self._fault(0, 0, "no key of this log has the fingerprint that you gave")

    def _look_beside(self) -> None:
        """Find contents that no event knows as they are and, with the writer's keys, rows without
        right tags; what was written beside the log is no fault of the log, and told all the same.
        """
        rows = () if self._writer is None else rows_astray(self._log, self._writer)
        for found in chain(self._contents.astray(), rows):
            self._fault(found.position, found.position, found.words)

    def _look_behind_the_end(self) -> None:
        """Find leaves of events that are not there any more."""
        number, offset = divmod(self._tree.size, WIDTH)
        last = _hashes(self._log.tiles(0, [number]).get(number))
        if len(last) > offset * HASH_BYTES:
            self._fault(self._position + 1, self._position + 1, "what was sealed here is gone")

    def _must_be_of_this_log(self) -> None:
        for note in self._own:
            own = Checkpoint.read(note.text)
            key = self._keys.get(own.origin)
            if key is None:
                self._fault(0, 0, f"{_own_words(own)}, but of another log: {own.origin}")

    def _fault(self, first: int, last: int, words: str) -> None:
        if len(self._found.faults) < FAULTS_MAX:
            self._found.faults.append(Fault(first, last, words))


def _hashes(tile: SealTile | None) -> bytes:
    return b"" if tile is None else tile.hashes


def _own_words(own: Checkpoint) -> str:
    return f"your checkpoint covers {own.size:,} events"

"""The sealer: what came into the log becomes part of the tree, and a checkpoint signs the tree.

It seals every 60 s or every 1,024 events, at most once a second, and only when an event waits that
is no seal itself. Of all sealers one leads; that no two seal the same is the chapter's own
version, under the log's lock.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from application.books.commands import Execute
from application.books.reader import Reader
from application.ports import Clock, SealTile, SigningKey, Store
from application.proof.chapters import BeginFirstChapter, Seal, newest_chapter, sealed_before
from application.proof.tagged import TagBroken, TagWatch
from application.proof.tiles import TileMissing, Tiles, grown
from domain.errors import TooLate, Unavailable
from domain.ledger_seal import LedgerSeal, origin_of
from domain.period import Period
from domain.proof.notes import Checkpoint, Note
from domain.proof.stored import RawEvent
from domain.proof.tree import CompactRange, compact_range, leaf_hashes
from domain.proof.writer import WriterKeys
from domain.values import SECOND, Instant

NAME: Final = "seal"
"""Under which its position is kept, for good."""
EVERY_S: Final = 60
EVENTS: Final = 1_024
"""So many that wait are sealed before the minute is over."""
EVENTS_MAX: Final = 16_384
"""Of one seal; a store with a long history is sealed in many."""
AT_MOST_EVERY_S: Final = 1.0
TERM_S: Final = 10
STAND_BY_S: Final = 3.0
"""After so long, and a second, a sealer looks again whether another one leads."""
SEALED: Final = LedgerSeal.Sealed.TOPIC

logger = logging.getLogger("ngoma.seal")


class SealStopped(Unavailable):
    """Nothing is sealed until somebody has looked; the words say at what."""


@dataclass(slots=True)
class _Chapter:
    """Where the sealer stands."""

    seal: LedgerSeal
    tree: CompactRange
    tags: TagWatch


class Sealer:
    """Seals what waits; ``step`` is called by one thread, about once a second."""

    def __init__(
        self,
        *,
        store: Store,
        reader: Reader,
        execute: Execute,
        clock: Clock,
        key: SigningKey,
        holder: str,
        writer: WriterKeys,
        every_s: float = EVERY_S,
        events: int = EVENTS,
        events_max: int = EVENTS_MAX,
    ) -> None:
        self._store = store
        self._reader = reader
        self._execute = execute
        self._clock = clock
        self._key = key
        self._holder = holder
        self._writer = writer
        self._every_s = every_s
        self._events = events
        self._events_max = events_max
        self._chapter: _Chapter | None = None
        self._leads_until_s = float("-inf")
        self._noted = 0
        """Its position among the followers'."""
        self._sealed_s = float("-inf")
        self._tried_s = float("-inf")
        self._idle_at = 0
        """The end of the log when nothing but a seal waited."""

    def step(self) -> str | None:
        """Seal what is due; give the checkpoint, None when nothing is or another one leads.

        Raises:
            SealStopped: somebody has to look first.
            Unavailable: the store is away.
        """
        now_s = self._clock.monotonic_s()
        if now_s - self._tried_s < AT_MOST_EVERY_S:
            return None
        self._tried_s = now_s
        head, is_late = self._store.head(), now_s - self._sealed_s >= self._every_s
        sealed = self._chapter.seal.position if self._chapter else 0
        if head == self._idle_at:
            return None
        is_late = is_late or self._is_period_closed(sealed)
        if not (is_late or head - sealed >= self._events):
            return None
        if not self._lead(now_s):
            self._tried_s = now_s + STAND_BY_S
            return None
        note = self._seal(self._opened(), is_late=is_late, now_s=now_s)
        if note is None and is_late:
            self._idle_at = head
        return note

    def _is_period_closed(self, sealed: int) -> bool:
        """Whether a period was locked since the last seal: its trial balance is sealed at once."""
        return bool(self._store.states_after(sealed, limit=1, topics=[Period.Locked.TOPIC]))

    def close(self) -> None:
        """Let another one lead at once."""
        if self._leads_until_s > self._clock.monotonic_s():
            self._leads_until_s = float("-inf")
            self._store.effects.release(NAME, self._holder)

    def _lead(self, now_s: float) -> bool:
        if self._leads_until_s - now_s > TERM_S / 2:
            return True
        now = self._clock.now()
        self._store.effects.begin(NAME, at=0)
        until = Instant(now + TERM_S * SECOND)
        noted = self._store.effects.lead(NAME, self._holder, now=now, until=until)
        if noted is None:
            self._chapter = None
            return False
        self._noted, self._leads_until_s = noted, now_s + TERM_S
        return True

    def _seal(self, chapter: _Chapter, *, is_late: bool, now_s: float) -> str | None:
        before = chapter.tree.size
        waiting, unhashed = self._waiting(chapter)
        others = sum(event.topic != SEALED for event in waiting)
        if not others or not (is_late or others >= self._events):
            return None
        leaves = leaf_hashes(unhashed)
        tree = CompactRange(chapter.tree.size, chapter.tree.hashes)
        tree.extend(leaves)
        positions = [event.position for event in waiting]
        try:
            tiles = grown(Tiles(self._store.sealed), before, leaves, positions)
            note = self._commit(chapter.seal, tree, tiles, position=positions[-1], after=before)
        except TileMissing as error:
            raise SealStopped(f"{error}: run `ngoma audit verify`") from error
        except (TooLate, Unavailable):
            self._chapter = None  # what was stored is read again
            raise
        chapter.tree = tree
        chapter.tags.go_past(positions[-1])
        is_done = len(waiting) < self._events_max
        self._sealed_s = now_s if is_done else float("-inf")
        self._note_position(positions[-1], now_s=now_s)
        return note

    def _waiting(self, chapter: _Chapter) -> tuple[Sequence[RawEvent], Sequence[bytes]]:
        """Go no further than the gateway wrote: what has no right tag is never sealed.

        Raises:
            SealStopped: an event has none.
        """
        try:
            return chapter.tags.waiting(self._events_max)
        except TagBroken as error:
            raise SealStopped(f"{error}; nothing is sealed from there on") from error

    def _commit(
        self,
        seal: LedgerSeal,
        tree: CompactRange,
        tiles: Sequence[SealTile],
        *,
        position: int,
        after: int,
    ) -> str:
        at = self._clock.now()
        checkpoint = Checkpoint(seal.origin, tree.size, tree.root())
        key = self._key.named(seal.origin)
        note = str(Note.signed(str(checkpoint), key, self._key.sign, at=at))
        command = Seal(
            seal.chapter,
            key=str(key),
            position=position,
            checkpoint=checkpoint,
            note=note,
            tiles=tiles,
            after=after,
            at=at,
        )
        self._execute(command)
        seal.size, seal.position, seal.root = tree.size, position, checkpoint.root.hex()
        return note

    def _note_position(self, to: int, *, now_s: float) -> None:
        """Move among the followers, which leads on as well: each write waits for the disk."""
        if to <= self._noted:
            return
        until = Instant(self._clock.now() + TERM_S * SECOND)
        leads_on = self._store.effects.advance(
            NAME, self._holder, after=self._noted, to=to, until=until
        )
        self._noted, self._leads_until_s = to, now_s + TERM_S if leads_on else float("-inf")

    # -- where it stands -----------------------------------------------------------------------

    def _opened(self) -> _Chapter:
        if self._chapter is None:
            self._chapter = self._open()
        return self._chapter

    def _open(self) -> _Chapter:
        """Read the chapter and what was sealed last, and see that the tiles say the same.

        Raises:
            SealStopped: they do not, or the chapter is not ours to go on with.
        """
        identity = self._store.identity()
        seal = newest_chapter(self._reader)
        if seal is None:
            origin = origin_of(identity.id, identity.generation, 1)
            begin = BeginFirstChapter(
                generation=identity.generation,
                origin=origin,
                key=str(self._key.named(origin)),
                actor=f"seal:{self._holder}",
                at=self._clock.now(),
            )
            self._execute(begin)
            seal = newest_chapter(self._reader)
        if seal is None:
            msg = "The first chapter of the seal cannot be read."
            raise SealStopped(msg)
        if seal.generation != identity.generation:
            raise SealStopped(RESTORED)
        if seal.key != str(self._key.named(seal.origin)):
            raise SealStopped(OTHER_KEY)
        size, position, root = sealed_before(self._reader, seal)
        try:
            tree = compact_range(size, Tiles(self._store.sealed).node)
        except TileMissing as error:
            raise SealStopped(f"{error}: run `ngoma audit verify`") from error
        if size and tree.root().hex() != root:
            msg = "What is kept of the tree is not what was sealed: run `ngoma audit verify`"
            raise SealStopped(msg)
        seal.size, seal.position, seal.root = size, position, root
        tags = TagWatch(self._store.sealed, self._writer, position=position)
        return _Chapter(seal, tree, tags)


RESTORED: Final = (
    "a backup was brought back, and the seal waits for two people to begin a chapter:"
    " `ngoma audit chapter`"
)
OTHER_KEY: Final = (
    "the seal's key is not the one of this chapter: bring that back or, if it is lost, let two"
    " people begin a chapter, `ngoma audit chapter`"
)

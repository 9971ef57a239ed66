"""The chapters of the seal: what is recorded in them, and reading where the newest one stands."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from application.books.actors import Actor, permit
from application.books.books import Books
from application.books.commands import Command
from application.books.reader import Reader
from application.ports import SealTile
from domain.errors import TooLate
from domain.ledger_seal import CHAPTERS_MAX, ChapterCause, LedgerSeal, ledger_seal_id
from domain.proof.notes import Checkpoint, Note, SealKey
from domain.roles import Duty
from domain.values import SECOND, Instant


class BeginFirstChapter(Command[None]):
    """A log that was never sealed begins its first chapter."""

    def __init__(self, *, generation: int, origin: str, key: str, actor: str, at: Instant) -> None:
        self.at = at
        self._generation = generation
        self._origin = origin
        self._key = key
        self._actor = actor

    def touches(self) -> Iterable[UUID]:
        """The first chapter."""
        yield ledger_seal_id(1)

    def decide(self, books: Books) -> None:
        """Begin it, unless somebody has."""
        if books.find(LedgerSeal, ledger_seal_id(1)) is None:
            begun = LedgerSeal.begin(
                1,
                generation=self._generation,
                origin=self._origin,
                key=self._key,
                cause=ChapterCause.FIRST,
                actor=self._actor,
                at=self.at,
            )
            books.record(begun)


class ChangeKey(Command[None]):
    """The key in force hands over to another one."""

    def __init__(
        self, chapter: int, key: SealKey, *, handover: Note, before: str, actor: Actor, at: Instant
    ) -> None:
        """``before`` is the verifier key that signed the handover."""
        self.at = at
        self._chapter = chapter
        self._key = key
        self._handover = handover
        self._before = before
        self._actor = actor

    def touches(self) -> Iterable[UUID]:
        """The chapter."""
        yield ledger_seal_id(self._chapter)

    def decide(self, books: Books) -> None:
        """Note it.

        Raises:
            NotPermitted: the actor may not.
            TooLate: the key that signed is not in force any more.
        """
        permit(books, self._actor, Duty.GRANT_ROLES)
        seal = books.get(LedgerSeal, ledger_seal_id(self._chapter))
        if seal.key != self._before:
            msg = "The key that hands over is not the one in force."
            raise TooLate(msg)
        seal.change_key(
            str(self._key), handover=str(self._handover), actor=self._actor.name, at=self.at
        )
        books.record(seal)


class Seal(Command[None]):
    """A checkpoint and the tiles that it is about."""

    def __init__(
        self,
        chapter: int,
        *,
        key: str,
        position: int,
        checkpoint: Checkpoint,
        note: str,
        tiles: Sequence[SealTile],
        after: int,
        at: Instant,
    ) -> None:
        """``after`` is the size that was sealed before."""
        self.at = at
        self._chapter = chapter
        self._key = key
        self._position = position
        self._checkpoint = checkpoint
        self._note = note
        self._tiles = tiles
        self._after = after

    def touches(self) -> Iterable[UUID]:
        """The chapter, and the one that may have begun since."""
        yield ledger_seal_id(self._chapter)
        yield ledger_seal_id(self._chapter + 1)

    def decide(self, books: Books) -> None:
        """Seal.

        Raises:
            TooLate: another sealer was there, another key took over, or another chapter has begun.
        """
        seal = books.get(LedgerSeal, ledger_seal_id(self._chapter))
        has_ended = books.find(LedgerSeal, ledger_seal_id(self._chapter + 1)) is not None
        if has_ended or seal.key != self._key or seal.size not in {0, self._after}:
            msg = "Another sealer was there, or another key took over."
            raise TooLate(msg)
        seal.seal(
            size=self._checkpoint.size,
            position=self._position,
            root=self._checkpoint.root.hex(),
            checkpoint=self._note,
            at=self.at,
        )
        books.record(seal)
        for tile in self._tiles:
            books.change(tile)


def chapters(reader: Reader) -> Iterable[LedgerSeal]:
    """Give the chapters of the seal, oldest first."""
    for number in range(1, CHAPTERS_MAX):
        found = reader.find(LedgerSeal, ledger_seal_id(number))
        if found is None:
            return
        yield found


def newest_chapter(reader: Reader) -> LedgerSeal | None:
    """Give the chapter that goes on; None before the first."""
    *_, newest = (None, *chapters(reader))
    return newest


def newest_checkpoint(reader: Reader) -> str | None:
    """Give the note that was sealed last; None before the first."""
    for seal in reversed(list(chapters(reader))):
        if seal.size:
            return seal.checkpoint
    return None


def sealed_before(reader: Reader, seal: LedgerSeal) -> tuple[int, int, str]:
    """Give size, position and root of the newest seal up to this chapter; zeros without any."""
    for number in range(seal.chapter, 0, -1):
        found = reader.find(LedgerSeal, ledger_seal_id(number))
        if found is not None and found.size:
            return found.size, found.position, found.root
    return 0, 0, ""


def age_of_checkpoint_s(reader: Reader, note: str, *, now: Instant) -> float:
    """Give how long ago a checkpoint of the newest chapter was signed; 0 when it does not say."""
    chapter = newest_chapter(reader)
    at = None if chapter is None else Note.read(note).signed_at(SealKey.read(chapter.key))
    return 0.0 if at is None else (now - at) / SECOND

"""A chapter of the seal that two people begin: after a restore, or when its key is lost."""

from collections.abc import Iterable
from typing import Unpack
from uuid import UUID

from application.books.actors import Actor, permit
from application.books.books import Books
from application.books.commands import Preparing
from application.books.reasons import WithReason
from application.ports import StoreIdentity
from domain.account import ByHand
from domain.errors import AlreadyExists, NotFound, TooLate
from domain.ledger_seal import (
    ChapterCause,
    LedgerSeal,
    generation_and_chapter,
    ledger_seal_id,
    origin_of,
)
from domain.manual_entry import EntryKind, ManualEntry
from domain.proof.notes import SealKey
from domain.roles import Duty
from domain.values import Instant


class PrepareChapter(WithReason[int]):
    """Ask for a chapter under a key; give the entry that waits for a second person."""

    def __init__(
        self, public: bytes, identity: StoreIdentity, *, actor: Actor, reason: str, at: Instant
    ) -> None:
        """``public`` is the key that will seal, ``identity`` the store that it seals."""
        super().__init__(actor=actor, reason=reason, at=at)
        self._public = public
        self._identity = identity
        self._entry = 0

    def prepare(self, tools: Preparing) -> None:
        """Draw the numbers of an entry and of the reason."""
        self._entry = tools.numbers.take("entry")
        super().prepare(tools)

    def touches(self) -> Iterable[UUID]:
        """The first chapter; those after it are found under the lock."""
        yield ledger_seal_id(1)

    def decide(self, books: Books) -> int:
        """Ask for it.

        Raises:
            NotPermitted: the actor may not.
            NotFound: nothing was sealed yet: the first chapter begins by itself.
            AlreadyExists: the chapter that there is goes on with this key.
        """
        permit(books, self._actor, Duty.GRANT_ROLES)
        newest = _newest(books)
        is_same = SealKey.read(newest.key).public == self._public
        if is_same and newest.generation == self._identity.generation:
            msg = "The chapter that there is goes on with this key: none has to begin."
            raise AlreadyExists(msg)
        identity = self._identity
        origin = origin_of(identity.id, identity.generation, newest.chapter + 1)
        books.record(
            ManualEntry.prepare(
                self._entry,
                kind=EntryKind.BEGIN_CHAPTER,
                account=None,
                seal_key=str(SealKey(origin, self._public)),
                actor=self._actor.name,
                reason=self._keep_reason(books),
                at=self.at,
            )
        )
        return self._entry


def begin_chapter(books: Books, key: str, *, at: Instant, **by: Unpack[ByHand]) -> None:
    """Begin the chapter that an approved entry asks for.

    Raises:
        TooLate: another one has begun since.
    """
    origin, newest = SealKey.read(key).name, _newest(books)
    generation, chapter = generation_and_chapter(origin)
    if chapter != newest.chapter + 1:
        msg = "Another chapter has begun since: prepare it again."
        raise TooLate(msg)
    is_restored = generation != newest.generation
    begun = LedgerSeal.begin(
        chapter,
        generation=generation,
        origin=origin,
        key=key,
        cause=ChapterCause.RESTORED if is_restored else ChapterCause.KEY_LOST,
        at=at,
        **by,
    )
    books.record(begun)


def _newest(books: Books) -> LedgerSeal:
    number, found = 1, None
    while (seal := books.find(LedgerSeal, ledger_seal_id(number))) is not None:
        number, found = number + 1, seal
    if found is None:
        msg = "Nothing was sealed yet: the first chapter begins by itself."
        raise NotFound(msg)
    return found

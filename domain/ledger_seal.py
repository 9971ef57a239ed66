"""The seal of the log: chapters, each under its key, and what was sealed in them.

A chapter is for good the history that its checkpoints are about. The first begins by itself; one
that begins because the key was lost, or because a backup was brought back, takes two people. A
key that is there hands over to the next one by its signature, and the chapter goes on.
"""

from enum import StrEnum
from typing import Final, Self
from uuid import UUID

from domain.errors import NotPermitted, TooLate
from domain.events import Aggregate, aggregate_id
from domain.values import Instant

KIND = "ledger_seal"
CHAPTERS_MAX: Final = 1_000
"""More are not looked for."""


class ChapterCause(StrEnum):
    """Why a chapter begins."""

    FIRST = "first"
    RESTORED = "restored"
    KEY_LOST = "key_lost"


def ledger_seal_id(chapter: int) -> UUID:
    """Give the id of a chapter."""
    return aggregate_id(KIND, chapter)


def origin_of(store_id: str, generation: int, chapter: int) -> str:
    """Name the log that the checkpoints of a chapter are about, and its key."""
    return f"ngoma/{store_id}/{generation}/{chapter}"


def generation_and_chapter(origin: str) -> tuple[int, int]:
    """Read what an origin of ours says.

    Raises:
        ValueError: it is none of ours.
    """
    _, _, generation, chapter = origin.split("/")
    return int(generation), int(chapter)


class LedgerSeal(Aggregate):
    """One chapter of the seal."""

    TOPIC = "LedgerSeal"

    class Event(Aggregate.Event):
        """Base of a chapter's events."""

        TOPIC = "LedgerSeal.Event"

    class ChapterBegun(Event, Aggregate.Created):
        """Checkpoints of ``origin`` count from now on, by ``key`` (a verifier key).

        ``generation`` is the store's. ``approver`` and ``entry`` are there when it took two people;
        ``reason`` names a content where one was given.
        """

        TOPIC = "LedgerSeal.ChapterBegun"
        chapter: int
        generation: int
        origin: str
        key: str
        cause: str
        actor: str
        reason: str | None
        approver: str | None
        entry: int | None

    class KeyChanged(Event):
        """``key`` takes over; ``handover`` is the note by which the key before it says so."""

        TOPIC = "LedgerSeal.KeyChanged"
        chapter: int
        key: str
        handover: str
        actor: str

        def apply(self, seal: "LedgerSeal") -> None:
            seal.key = self.key

    class Sealed(Event):
        """The first ``size`` events of the log, up to ``position``, have this root.

        ``root`` is in hex, ``checkpoint`` is the whole note that says it, with its signatures.
        """

        TOPIC = "LedgerSeal.Sealed"
        chapter: int
        size: int
        position: int
        root: str
        checkpoint: str

        def apply(self, seal: "LedgerSeal") -> None:
            seal.size = self.size
            seal.position = self.position
            seal.root = self.root
            seal.checkpoint = self.checkpoint

    def __init__(
        self,
        chapter: int,
        generation: int,
        origin: str,
        key: str,
        cause: str,
        actor: str,
        reason: str | None,
        approver: str | None,
        entry: int | None,
    ) -> None:
        self.chapter = chapter
        self.generation = generation
        self.origin = origin
        self.key = key
        self.cause = cause
        self.actor = actor
        self.reason = reason
        self.approver = approver
        self.entry = entry
        self.size = 0
        self.position = 0
        self.root = ""
        self.checkpoint = ""

    @classmethod
    def begin(
        cls,
        chapter: int,
        *,
        generation: int,
        origin: str,
        key: str,
        cause: ChapterCause,
        actor: str,
        reason: str | None = None,
        approver: str | None = None,
        entry: int | None = None,
        at: Instant,
    ) -> Self:
        """Begin a chapter.

        Raises:
            NotPermitted: it is not the first, and only one person is for it.
        """
        if cause is not ChapterCause.FIRST and approver is None:
            msg = "A chapter after the first takes two people."
            raise NotPermitted(msg)
        return cls._create(
            cls.ChapterBegun,
            id=ledger_seal_id(chapter),
            timestamp=at,
            chapter=chapter,
            generation=generation,
            origin=origin,
            key=key,
            cause=cause.value,
            actor=actor,
            reason=reason,
            approver=approver,
            entry=entry,
        )

    def seal(self, *, size: int, position: int, root: str, checkpoint: str, at: Instant) -> None:
        """Note what was sealed.

        Raises:
            TooLate: as much was sealed already.
        """
        if size <= self.size or position <= self.position:
            msg = f"The first {self.size} events are sealed already."
            raise TooLate(msg)
        self._record(
            self.Sealed,
            at=at,
            chapter=self.chapter,
            size=size,
            position=position,
            root=root,
            checkpoint=checkpoint,
        )

    def change_key(self, key: str, *, handover: str, actor: str, at: Instant) -> None:
        """Note that another key takes over."""
        self._record(
            self.KeyChanged, at=at, chapter=self.chapter, key=key, handover=handover, actor=actor
        )

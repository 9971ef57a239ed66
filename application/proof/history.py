"""What the log says of its own seal: chapters, keys, and every checkpoint, oldest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, cast

import orjson

from application.ports import SealedLog
from domain.ledger_seal import CHAPTERS_MAX, LedgerSeal, ledger_seal_id
from domain.proof.notes import BadNote, Checkpoint, Note, SealKey, Verify
from domain.proof.stored import RawEvent

AT_ONCE: Final = 500


class SealUnreadable(Exception):
    """An event of the seal is not what it was; ``position`` says which."""

    def __init__(self, position: int, words: str) -> None:
        super().__init__(words)
        self.position = position


@dataclass(frozen=True, slots=True)
class KeyTaken:
    """From this event on the seal is signed by ``key``."""

    position: int
    chapter: int
    cause: str
    key: SealKey
    handover: str | None
    """The note by which the key before says so; None where a chapter begins."""


@dataclass(frozen=True, slots=True)
class SealMade:
    """One checkpoint, as the event says it and as its note does."""

    position: int
    chapter: int
    checkpoint: Checkpoint
    note: Note
    text: str
    """The note, as it is stored."""
    covered: int
    """The position of the last event that it is about."""


def handover_text(key: SealKey) -> str:
    """Give what the key before signs when another one takes over."""
    return f"The next key of this log is\n{key}\n"


def seal_history(log: SealedLog) -> Iterator[KeyTaken | SealMade]:
    """Read the events of all chapters in order; nothing is verified.

    Raises:
        SealUnreadable: one of them is no event of a seal.
        StoreDown: the log cannot be read.
    """
    for chapter in range(1, CHAPTERS_MAX):
        version = 0
        while found := log.raw_of(ledger_seal_id(chapter), version, limit=AT_ONCE):
            for event in found:
                yield read_seal_event(chapter, event)
            version = found[-1].version
        if not version:
            return


def read_seal_event(chapter: int, event: RawEvent) -> KeyTaken | SealMade:
    """Read one event of a chapter; nothing is verified.

    Raises:
        SealUnreadable: it is no event of a seal.
    """
    try:
        return _read(event.position, chapter, event.topic, orjson.loads(event.state))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        words = f"an event of the seal cannot be read ({type(error).__name__})"
        raise SealUnreadable(event.position, words) from error


def _read(
    position: int, chapter: int, topic: str, fields: dict[str, object]
) -> KeyTaken | SealMade:
    text = cast("str", fields.get("key") or fields.get("checkpoint"))
    match topic:
        case LedgerSeal.ChapterBegun.TOPIC:
            cause = str(fields["cause"])
            return KeyTaken(position, chapter, cause, SealKey.read(text), None)
        case LedgerSeal.KeyChanged.TOPIC:
            handover = str(fields["handover"])
            return KeyTaken(position, chapter, "key_changed", SealKey.read(text), handover)
        case LedgerSeal.Sealed.TOPIC:
            note = Note.read(text)
            found = Checkpoint.read(note.text)
            said = fields["size"], fields["root"]
            if said != (found.size, found.root.hex()):
                msg = "the event and its checkpoint differ"
                raise BadNote(msg)
            return SealMade(
                position, chapter, found, note, text, int(cast("int", fields["position"]))
            )
        case _:
            raise BadNote(topic)


def is_handed_over(before: SealKey, taken: KeyTaken, verify: Verify) -> bool:
    """Whether the key before signed that this one takes over."""
    if taken.handover is None:
        return False
    try:
        note = Note.read(taken.handover)
    except BadNote:
        return False
    return note.text == handover_text(taken.key) and note.is_signed_by(before, verify)

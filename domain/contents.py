"""What stands beside the log: the kinds of contents, and how their bodies are written and read."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar, Self


class ContentKind(StrEnum):
    """What a content is about; its number is that of the thing, but words have their own."""

    MESSAGE = "message"
    """A message's text, as it is, beside recipient and sender."""
    CLIENT_REFERENCE = "client_reference"
    """The client's own name for a message, by the message's number."""
    SUBMISSION = "submission"
    """What was answered under an idempotency key, by the first message's number."""
    ACCOUNT = "account"
    SENDER_ID = "sender_id"
    SIM = "sim"
    TOP_UP = "top_up"
    """Who pays: a number, and nothing else."""
    LINE = "line"
    """What a line of a provider's statement says of people, beside the number that it names."""
    CALLBACK = "callback"
    """What a provider called about that is no payment of ours, as it said it, beside the payer."""
    INBOUND = "inbound"
    """A PDU that came to a SIM, in hex, beside the number of the other side."""
    SUPPRESSION = "suppression"
    """A number that gets no promotions, and nothing else."""
    PORTED = "ported"
    """A number that was ported to another network, and nothing else."""
    NETWORK_WORDS = "network_words"
    """What a network said of a SIM by USSD, as it is; it has a number of its own."""
    KEYWORD = "keyword"
    """The word of a rule and what it answers, by a number of its own."""
    UPLOAD = "upload"
    """A piece of an uploaded list: what was asked for, some good rows, or some bad ones."""
    REASON = "reason"
    """What a person typed, as it is."""


@dataclass(frozen=True, slots=True)
class Details:
    """Base of the bodies that are a few texts by name; each is None where nobody gave it.

    ``written`` and ``read`` are the only ones that know their form: one object of JSON.
    """

    kind: ClassVar[ContentKind]

    def written(self) -> str:
        """Give the body that is stored."""
        told = {name: getattr(self, name) for name in self._names()}
        return json.dumps(told, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def read(cls, body: str | None) -> Self:
        """Read a stored body; of an erased one (None) nothing is left."""
        stored = json.loads(body or "{}")
        return cls(*map(stored.get, cls._names()))

    @classmethod
    @cache
    def _names(cls) -> tuple[str, ...]:
        return tuple(field.name for field in fields(cls))


@dataclass(frozen=True, slots=True)
class Person(Details):
    """Who an account belongs to."""

    kind = ContentKind.ACCOUNT

    name: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class SenderIdRequest(Details):
    """The name that an account asked for, and what it is for."""

    kind = ContentKind.SENDER_ID

    name: str | None = None
    use_case: str | None = None


@dataclass(frozen=True, slots=True)
class CardNote(Details):
    """What a SIM's card told when it was first seen."""

    kind = ContentKind.SIM

    iccid: str | None = None
    imsi: str | None = None


@dataclass(frozen=True, slots=True)
class LineNote(Details):
    """A name or a narration."""

    kind = ContentKind.LINE

    words: str | None = None


@dataclass(frozen=True, slots=True)
class KeywordSaid(Details):
    """A keyword rule: its word, and what is answered under which name."""

    kind = ContentKind.KEYWORD

    word: str | None = None
    answer: str | None = None
    sender_id: str | None = None


@dataclass(frozen=True, slots=True)
class ListAsked(Details):
    """What was asked for with an uploaded list; ``notes`` are sentences, one a line."""

    kind = ContentKind.UPLOAD

    template: str | None = None
    column: str | None = None
    sender_id: str | None = None
    lane: str | None = None
    category: str | None = None
    send_at: str | None = None
    """Microseconds since the epoch, in digits."""
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class ListRows:
    """Some rows of an uploaded list, written down: each is its number in the file, and words."""

    kind: ClassVar[ContentKind] = ContentKind.UPLOAD

    body: str

    @classmethod
    def of(cls, rows: Iterable[Sequence[object]]) -> Self:
        """Write rows of numbers, texts and lists of texts."""
        return cls(json.dumps([*rows], ensure_ascii=False, separators=(",", ":")))

    def written(self) -> str:
        """Give the body that is stored."""
        return self.body

    @classmethod
    def read(cls, body: str | None) -> Sequence[Sequence[Any]]:
        """Read the rows of a stored body; of an erased one (None) nothing is left."""
        return [tuple(row) for row in json.loads(body or "[]")]


def reason_number(reference: str | None) -> int | None:
    """Give the number of the words that an event names as ``NUMBER/SEAL``; None if it has none."""
    number, slash, _ = (reference or "").partition("/")
    return int(number) if slash and number.isdecimal() else None

"""Signed notes, verifier keys and checkpoints, as C2SP writes them.

A checkpoint is a note of three lines (origin, size, root) without extension lines. It bears two
signatures of one key: a plain one (type 0x01), and one that says when (a cosignature, 0x04).
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Self

from domain.proof.tree import HASH_BYTES
from domain.values import SECOND, Instant

KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
ID_BYTES: Final = 4
SIGNATURES_MAX: Final = 64
"""Of one note; a verifier must take 16."""
DASH: Final = "\N{EM DASH} "

Sign = Callable[[bytes], bytes]
"""Makes an Ed25519 signature."""
Verify = Callable[[bytes, bytes, bytes], bool]
"""Whether (public key, message, signature) fit together by Ed25519."""

_NAME: Final = re.compile(r"[^\s+\x00-\x1f]+")
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")
_NOTES: Final = re.compile(rf"((?:[^\n]+\n)+)\n((?:{DASH}[^\n]+\n)+)")


class BadNote(ValueError):
    """It is no note, no key or no checkpoint; the words say why."""


class KeyKind(IntEnum):
    """What a key's signatures are over."""

    PLAIN = 0x01
    TIMED = 0x04


@dataclass(frozen=True, slots=True)
class SealKey:
    """Whose signatures count: a log's name and an Ed25519 public key."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or len(self.public) != KEY_BYTES:
            msg = "A key has a name without spaces and plus, and 32 bytes."
            raise BadNote(msg)

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a verifier key, ``name+hash+base64``.

        Raises:
            BadNote: it is none, or its hash is not that of name and key.
        """
        name, _, rest = text.strip().partition("+")
        hashed, _, encoded = rest.partition("+")
        found = _decoded(encoded)
        if len(found) != 1 + KEY_BYTES or found[0] != KeyKind.PLAIN:
            msg = "That is no verifier key of an Ed25519 key."
            raise BadNote(msg)
        key = cls(name, found[1:])
        if hashed != key.id_of(KeyKind.PLAIN).hex():
            msg = "The verifier key is damaged: its hash does not fit."
            raise BadNote(msg)
        return key

    def __str__(self) -> str:
        encoded = base64.b64encode(bytes([KeyKind.PLAIN]) + self.public).decode()
        return f"{self.name}+{self.id_of(KeyKind.PLAIN).hex()}+{encoded}"

    def id_of(self, kind: KeyKind) -> bytes:
        """Give the four bytes by which a signature names its key."""
        named = self.name.encode() + b"\n" + bytes([kind]) + self.public
        return hashlib.sha256(named).digest()[:ID_BYTES]

    @property
    def fingerprint(self) -> str:
        """What people compare."""
        return fingerprint_of(self.public)


def fingerprint_of(public: bytes) -> str:
    """Give what people compare of a public key: its SHA-256, in hex."""
    return hashlib.sha256(public).hexdigest()


def read_fingerprint(text: str) -> str:
    """Read a fingerprint as people write it, with spaces or colons.

    Raises:
        BadNote: it is none.
    """
    found = re.sub(r"[\s:]", "", text).lower()
    if not _FINGERPRINT.fullmatch(found):
        msg = "A fingerprint is 64 hexadecimal digits."
        raise BadNote(msg)
    return found


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends in a line feed, and its signatures: name, key id and what follows it."""

    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...]

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a note.

        Raises:
            BadNote: it is none.
        """
        body, blank, signed = text.rpartition("\n\n")
        lines = signed.removesuffix("\n").split("\n")
        if not blank or not signed.endswith("\n") or len(lines) > SIGNATURES_MAX:
            msg = "That is no signed note."
            raise BadNote(msg)
        return cls(body + "\n", tuple(map(_signature, lines)))

    @classmethod
    def signed(cls, text: str, key: SealKey, sign: Sign, *, at: Instant | None = None) -> Self:
        """Sign a text; with ``at`` also as of that time, to the second."""
        plain = (key.name, key.id_of(KeyKind.PLAIN), sign(text.encode()))
        if at is None:
            return cls(text, (plain,))
        second = at // SECOND
        timed = second.to_bytes(8, "big") + sign(_timed(text, second))
        return cls(text, (plain, (key.name, key.id_of(KeyKind.TIMED), timed)))

    def __str__(self) -> str:
        lines = (
            f"{DASH}{name} {base64.b64encode(key_id + signature).decode()}\n"
            for name, key_id, signature in self.signatures
        )
        return f"{self.text}\n{''.join(lines)}"

    def is_signed_by(self, key: SealKey, verify: Verify) -> bool:
        """Whether a plain signature of this key is there, and none of its signatures is wrong."""
        plain = (key.name, key.id_of(KeyKind.PLAIN))
        found = [s for name, key_id, s in self.signatures if (name, key_id) == plain]
        is_right = all(verify(key.public, self.text.encode(), each) for each in found)
        return bool(found) and is_right and self._timed_are_right(key, verify)

    def _timed_are_right(self, key: SealKey, verify: Verify) -> bool:
        return all(
            len(each) == 8 + SIGNATURE_BYTES
            and verify(key.public, _timed(self.text, int.from_bytes(each[:8], "big")), each[8:])
            for each in self._timed_of(key)
        )

    def signed_at(self, key: SealKey) -> Instant | None:
        """When the key's signature says that it was made; None when it does not."""
        found = [int.from_bytes(each[:8], "big") for each in self._timed_of(key)]
        return Instant(max(found) * SECOND) if found else None

    def _timed_of(self, key: SealKey) -> Sequence[bytes]:
        timed = (key.name, key.id_of(KeyKind.TIMED))
        return [s for name, key_id, s in self.signatures if (name, key_id) == timed]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a note says of a log: how many leaves its tree had, and which root."""

    origin: str
    size: int
    root: bytes

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a note's text.

        Raises:
            BadNote: it is no checkpoint, or has lines more.
        """
        lines = text.removesuffix("\n").split("\n")
        if len(lines) != 3 or not lines[0] or not _SIZE.fullmatch(lines[1]):
            msg = "That is no checkpoint: it has three lines, origin, size and root."
            raise BadNote(msg)
        root = _decoded(lines[2])
        if len(root) != HASH_BYTES:
            msg = "The root of a checkpoint has 32 bytes."
            raise BadNote(msg)
        return cls(lines[0], int(lines[1]), root)

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def notes_in(text: str) -> Iterator[Note]:
    """Give the notes of a file that may hold many, as an anchor does, one after the other."""
    for found in _NOTES.finditer(text):
        yield Note.read(f"{found[1]}\n{found[2]}")


def _timed(text: str, second: int) -> bytes:
    return f"cosignature/v1\ntime {second}\n{text}".encode()


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, _, encoded = line.removeprefix(DASH).rpartition(" ")
    found = _decoded(encoded)
    if not line.startswith(DASH) or not _NAME.fullmatch(name) or len(found) <= ID_BYTES:
        msg = "A line of the note is no signature."
        raise BadNote(msg)
    return name, found[:ID_BYTES], found[ID_BYTES:]


def _decoded(encoded: str) -> bytes:
    try:
        found = base64.b64decode(encoded.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return b""
    return found if base64.b64encode(found).decode() == encoded else b""

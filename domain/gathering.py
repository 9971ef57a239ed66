"""Which parts that came in are one message: put together in any order, and each part once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from domain.values import SECOND, Instant

PARTS_S: Final = 3_600
"""How long after its first part a message is shown without those that are missing."""
JOIN_S: Final = 6 * 3_600
"""How long a part may still join the others: by then a sender may use the reference again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One PDU that came in: a message of its own, or a part of one."""

    number: int
    sim: int
    sender: str | None
    """A number or a name; None where neither is known any more."""
    at: Instant
    reference: int | None
    part: int
    of: int
    body: str | None
    """By which the same part is known when it comes twice."""
    first: int | None
    """With which piece its message begins; None while nobody has said."""


@dataclass(slots=True)
class Letter:
    """A message of one piece or more, in the order of its parts."""

    pieces: list[Piece] = field(default_factory=list)
    repeated: list[Piece] = field(default_factory=list)
    """What came again and adds nothing."""

    @property
    def first(self) -> int:
        """The piece by whose number the message goes: the one that came first."""
        known = (piece.first for piece in self.pieces if piece.first is not None)
        return next(known, min(piece.number for piece in self.pieces))

    @property
    def missing(self) -> int:
        """How many parts are not there."""
        return self.pieces[0].of - len(self.pieces)

    @property
    def new(self) -> Sequence[int]:
        """The pieces of which nobody has said yet whose they are."""
        return sorted(p.number for p in (*self.pieces, *self.repeated) if p.first is None)

    def is_ready(self, now: Instant) -> bool:
        """Whether it can be shown: it is whole, shown already, or its time is over."""
        came_at = min(piece.at for piece in self.pieces)
        is_shown = any(piece.first is not None for piece in self.pieces)
        return is_shown or not self.missing or now - came_at >= PARTS_S * SECOND

    def takes(self, piece: Piece) -> bool:
        """Put a part in, if its place is free; what is there already adds nothing."""
        if piece.at - self.pieces[0].at > JOIN_S * SECOND:
            return False
        there = next((one for one in self.pieces if one.part == piece.part), None)
        if there is None:
            self.pieces.append(piece)
        elif _is_same(there, piece):
            self.repeated.append(piece)
        else:
            return False
        return True


def _is_same(one: Piece, other: Piece) -> bool:
    """Whether they are the same part: the network may write its time anew when it repeats one."""
    if one.first is not None and one.first == other.first:
        return True
    return one.body is not None and one.body == other.body


def gathered(pieces: Iterable[Piece]) -> Sequence[Letter]:
    """Put pieces together, in the order in which they came."""
    letters: list[Letter] = []
    open_ones: dict[tuple[object, ...], list[Letter]] = defaultdict(list)
    for piece in sorted(pieces, key=lambda one: one.number):
        key = (piece.sim, piece.sender, piece.reference, piece.of)
        is_part = piece.of > 1 and piece.sender is not None
        if is_part and any(letter.takes(piece) for letter in open_ones[key]):
            continue
        letter = Letter([piece])
        letters.append(letter)
        if is_part:
            open_ones[key].append(letter)
    for letter in letters:
        letter.pieces.sort(key=lambda one: one.part)
    return letters

"""The sealed tree as tiles of 256 nodes: how it grows, and where its nodes are found.

Of each event its leaf is kept, 32 bytes, so that a proof reads a few tiles and no event.
"""

from collections.abc import Sequence
from typing import Final

from application.ports import SealedLog, SealTile
from domain.proof.tree import HASH_BYTES, parents

LEVELS: Final = 8
"""Levels of the tree from one level of tiles to the next."""
WIDTH: Final = 1 << LEVELS
"""Nodes of a whole tile."""
KEPT_MAX: Final = 64
"""Tiles that one proof keeps in memory."""


class Tiles:
    """The nodes of the sealed tree; made for one proof or one growth."""

    def __init__(self, log: SealedLog) -> None:
        self._log = log
        self._kept: dict[tuple[int, int], SealTile] = {}

    def node(self, level: int, index: int) -> bytes:
        """Give the root of the 2^level leaves that begin with leaf index * 2^level.

        Raises:
            TileMissing: it is not there.
        """
        place, above = divmod(level, LEVELS)
        number, offset = divmod(index << above, WIDTH)
        start, end = offset * HASH_BYTES, (offset + (1 << above)) * HASH_BYTES
        found = self.tile(place, number).hashes
        if len(found) < end:
            raise TileMissing(place, number)
        row = [found[at : at + HASH_BYTES] for at in range(start, end, HASH_BYTES)]
        while len(row) > 1:
            row = parents(row)
        return row[0]

    def tile(self, level: int, number: int) -> SealTile:
        """Give one tile.

        Raises:
            TileMissing: it is not there.
        """
        kept = self._kept.get((level, number))
        if kept is None:
            kept = self._log.tiles(level, [number]).get(number)
            if kept is None:
                raise TileMissing(level, number)
            while len(self._kept) >= KEPT_MAX:
                self._kept.pop(next(iter(self._kept)))
            self._kept[level, number] = kept
        return kept


class TileMissing(Exception):
    """A node of the sealed tree is not beside the log."""

    def __init__(self, level: int, number: int) -> None:
        super().__init__(f"tile {number} of level {level} of the seal is not there")


def grown(
    tiles: Tiles, size: int, leaves: Sequence[bytes], positions: Sequence[int]
) -> Sequence[SealTile]:
    """Give the tiles that change when ``leaves``, of events at ``positions``, come after ``size``.

    Raises:
        TileMissing: the one that goes on is not there.
    """
    changed: list[SealTile] = []
    row, start, level = leaves, size, 0
    while row:
        first, offset = divmod(start, WIDTH)
        begun = tiles.tile(level, first) if offset else None
        hashes = (begun.hashes[: offset * HASH_BYTES] if begun else b"") + b"".join(row)
        above: list[bytes] = []
        for number in range(first, first + -(-len(hashes) // (WIDTH * HASH_BYTES))):
            at = (number - first) * WIDTH * HASH_BYTES
            some = hashes[at : at + WIDTH * HASH_BYTES]
            changed.append(SealTile(level, number, 0, some))
            if len(some) == WIDTH * HASH_BYTES:
                above.append(_root(some))
        if level == 0:
            changed = _placed(changed, begun, positions, offset)
        row, start, level = above, first, level + 1
    return changed


def _placed(
    tiles: Sequence[SealTile], begun: SealTile | None, positions: Sequence[int], offset: int
) -> list[SealTile]:
    """Say at which position each tile of leaves begins."""
    return [
        SealTile(
            tile.level,
            tile.number,
            begun.position if begun and not n else positions[n * WIDTH - offset],
            tile.hashes,
        )
        for n, tile in enumerate(tiles)
    ]


def _root(hashes: bytes) -> bytes:
    row = [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]
    while len(row) > 1:
        row = parents(row)
    return row[0]

"""The tiles of the sealed tree beside the log."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from adapters.store.schema import TILE_COLUMNS
from adapters.store.tagged import SqliteTaggedLog
from application.ports import SealTile
from domain.proof.stored import RawEvent


class SqliteSealedLog(SqliteTaggedLog):
    """``application.ports.SealedLog`` over the cursors of a SQLite store."""

    def raw_of(self, aggregate: UUID, after_version: int, *, limit: int) -> Sequence[RawEvent]:
        """Read one aggregate's events after a version."""
        return self._made(
            self._read(
                f"SELECT {self.raw} FROM stored_events"
                " WHERE originator_id = ? AND originator_version > ?"
                " ORDER BY originator_version LIMIT ?",
                *(self._key(aggregate), after_version, limit),
            )
        )

    def tiles(self, level: int, numbers: Sequence[int]) -> Mapping[int, SealTile]:
        """Read some tiles of a level."""
        marks = ", ".join("?" for _ in numbers)
        found = self._tiles(f"level = ? AND number IN ({marks})", level, *numbers)
        return {tile.number: tile for tile in found}

    def tile_of(self, position: int) -> SealTile | None:
        """Give the tile of leaves that begins at a position, or nearest before it."""
        nearest = "level = 0 AND position <= ? ORDER BY position DESC LIMIT 1"
        return next(iter(self._tiles(nearest, position)), None)

    def _tiles(self, which: str, *values: object) -> Sequence[SealTile]:
        rows = self._read(f"SELECT {TILE_COLUMNS} FROM seal_tiles WHERE {which}", *values)
        return [SealTile(*row) for row in rows]

    def _key(self, aggregate: UUID) -> object:
        return aggregate.hex

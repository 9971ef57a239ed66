"""The tiles of the sealed tree beside the log, and what else an auditor reads there."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from adapters.store.schema import (
    CONTENT_COLUMNS,
    CREDENTIAL_COLUMNS,
    SECRET_COLUMNS,
    TILE_COLUMNS,
)
from adapters.store.tagged import SqliteTaggedLog
from application.ports import ContentRow, CredentialRow, SealTile, SecretKind, SecretRow
from domain.contents import ContentKind
from domain.proof.stored import RawEvent

_KINDS = ", ".join(f"'{kind.value}'" for kind in SecretKind)
"""Nobody asks for a secret of another kind."""


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

    def contents(self, kind: ContentKind, numbers: Sequence[int]) -> Mapping[int, ContentRow]:
        """Read contents of a kind."""
        marks = ", ".join("?" for _ in numbers)
        rows = self._read(
            f"SELECT {CONTENT_COLUMNS} FROM contents WHERE kind = ? AND number IN ({marks})",
            *(kind.value, *numbers),
        )
        return {row[1]: ContentRow(kind, *row[1:]) for row in rows}

    def snapshots_after(self, originator: bytes, version: int, *, limit: int) -> Sequence[RawEvent]:
        """Read snapshots, in the order of their keys."""
        return self._made(
            self._read(
                f"SELECT 0, {self.raw.partition(', ')[2]} FROM stored_snapshots"
                " WHERE (originator_id, originator_version) > (?, ?)"
                " ORDER BY stored_snapshots.originator_id, originator_version LIMIT ?",
                *(self._key(UUID(bytes=originator)), version, limit),
            )
        )

    def credentials_after(self, key_id: str, *, limit: int) -> Sequence[CredentialRow]:
        """Read the rows of API keys, in order."""
        rows = self._read(
            f"SELECT {CREDENTIAL_COLUMNS} FROM credentials"
            " WHERE key_id > ? ORDER BY key_id LIMIT ?",
            *(key_id, limit),
        )
        return [CredentialRow(*row) for row in rows]

    def secrets_after(self, kind: str, key: str, *, limit: int) -> Sequence[SecretRow]:
        """Read the rows of secrets, in order."""
        rows = self._read(
            f"SELECT {SECRET_COLUMNS} FROM secrets"
            f" WHERE kind IN ({_KINDS}) AND (kind, key) > (?, ?) ORDER BY kind, key LIMIT ?",
            *(kind, key, limit),
        )
        return [SecretRow(SecretKind(row[0]), *row[1:]) for row in rows]

    def _tiles(self, which: str, *values: object) -> Sequence[SealTile]:
        rows = self._read(f"SELECT {TILE_COLUMNS} FROM seal_tiles WHERE {which}", *values)
        return [SealTile(*row) for row in rows]

    def _key(self, aggregate: UUID) -> object:
        return aggregate.hex

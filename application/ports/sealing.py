"""What sealing and proving need: stored bytes, the tiles of the tree, a key, and places outside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from application.ports.changes import Change, ContentRow, CredentialRow, SecretRow
from application.ports.tagging import TaggedLog
from domain.contents import ContentKind
from domain.proof.notes import SealKey
from domain.proof.stored import RawEvent


@dataclass(frozen=True, slots=True)
class SealTile(Change):
    """Up to 256 neighbouring nodes of the sealed tree, beside the log; the last one grows.

    Level 0 holds leaves, level n the roots of 256^n leaves each.
    """

    level: int
    number: int
    position: int
    """Of the first event in it, in level 0."""
    hashes: bytes


class SealedLog(TaggedLog, Protocol):
    """The log as it is stored, its tags, the tiles of its tree, and what else stands beside it."""

    def raw_of(self, aggregate: UUID, after_version: int, *, limit: int) -> Sequence[RawEvent]:
        """Read one aggregate's events after a version, oldest first."""

    def tiles(self, level: int, numbers: Sequence[int]) -> Mapping[int, SealTile]:
        """Read some tiles of a level."""

    def tile_of(self, position: int) -> SealTile | None:
        """Give the tile of leaves that begins at a position, or nearest before it."""

    def contents(self, kind: ContentKind, numbers: Sequence[int]) -> Mapping[int, ContentRow]:
        """Read contents of a kind; of those that there are."""

    def snapshots_after(self, originator: bytes, version: int, *, limit: int) -> Sequence[RawEvent]:
        """Read snapshots as they are stored, each as an event without a position, in order."""

    def credentials_after(self, key_id: str, *, limit: int) -> Sequence[CredentialRow]:
        """Read the rows of API keys, in order."""

    def secrets_after(self, kind: str, key: str, *, limit: int) -> Sequence[SecretRow]:
        """Read the rows of secrets, in order of kind and key."""


class SigningKey(Protocol):
    """The sealer's key: it signs, and shows only its public half."""

    public: bytes

    def sign(self, message: bytes) -> bytes:
        """Sign by Ed25519."""

    def named(self, origin: str) -> SealKey:
        """Give the key under which the signatures of a log are verified."""


class AnchorAway(Exception):
    """A checkpoint could not be kept there now; the words say why, without anything secret."""


class Anchor(Protocol):
    """A place outside the database where checkpoints are kept."""

    name: str
    every_s: int
    """It is given one at most this often."""

    def put(self, note: str) -> None:
        """Keep a checkpoint for good.

        Raises:
            AnchorAway: not now.
        """

    def newest(self) -> str | None:
        """Give the checkpoint that was kept last, as far as that can be told.

        Raises:
            AnchorAway: it cannot be read.
        """


@dataclass(frozen=True, slots=True)
class Sealing:
    """What a process seals with, and where its checkpoints go."""

    key: SigningKey
    anchors: Sequence[Anchor]

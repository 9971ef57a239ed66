"""One event's proof: the path from its leaf to the root that the newest checkpoint signs."""

from dataclasses import dataclass
from typing import Final

from application.books.reader import Reader
from application.ports import SealedLog, Store
from application.proof.chapters import newest_checkpoint
from application.proof.tiles import WIDTH, TileMissing, Tiles
from domain.errors import NotFound, TooLate
from domain.proof.notes import Checkpoint, Note
from domain.proof.receipts import Receipt
from domain.proof.stored import RawEvent
from domain.proof.tree import inclusion_proof, leaf_bytes, leaf_hash, root_by_path

UNSEALED: Final = "Event {position} is not sealed yet: give the sealer a minute."


class NotWhatWasSealed(Exception):
    """The event, or what is kept of the tree, is not what was sealed."""


@dataclass(frozen=True, slots=True)
class Proven:
    """An event and its proof."""

    event: RawEvent
    receipt: Receipt
    checkpoint: Checkpoint


def leaf_at(log: SealedLog, position: int) -> int:
    """Number the leaf of the first event at a position or behind it, from 0.

    As the tiles say: of what they do not know the number is at least theirs.
    """
    tile = log.tile_of(position)
    if tile is None:
        return 0
    before = log.raw_after(tile.position - 1, limit=WIDTH)
    return tile.number * WIDTH + sum(event.position < position for event in before)


def prove(store: Store, reader: Reader, position: int) -> Proven:
    """Prove the event at a log position.

    Raises:
        NotFound: no event is there.
        TooLate: it is not sealed yet.
        NotWhatWasSealed: it is not the event that was sealed.
        StoreDown: the log cannot be read.
    """
    log = store.sealed
    event = next(iter(log.raw_after(position - 1, limit=1)), None)
    if event is None or event.position != position:
        msg = f"There is no event at position {position}."
        raise NotFound(msg)
    note = newest_checkpoint(reader)
    if note is None:
        raise TooLate(UNSEALED.format(position=position))
    index = leaf_at(log, position)
    checkpoint = Checkpoint.read(Note.read(note).text)
    if index >= checkpoint.size:
        raise TooLate(UNSEALED.format(position=position))
    try:
        path = inclusion_proof(index, checkpoint.size, Tiles(log).node)
    except TileMissing as error:
        raise NotWhatWasSealed(str(error)) from error
    if root_by_path(leaf_hash(event), index, checkpoint.size, path) != checkpoint.root:
        msg = f"The event at position {position} is not what was sealed there."
        raise NotWhatWasSealed(msg)
    return Proven(event, Receipt(leaf_bytes(event), index, path, note), checkpoint)

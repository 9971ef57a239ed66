"""What ``ngoma doctor`` checks of the seal: that there is one, and that it is kept elsewhere."""

from collections.abc import Iterator

from adapters.anchors import FileAnchor, anchor_file
from adapters.bootstrap import seal_key_file
from adapters.clock import SystemClock
from adapters.settings import Settings
from application.books.codec import event_mapper
from application.books.reader import Reader
from application.ports import AnchorAway, Store
from application.proof.anchoring import LONG_S
from application.proof.chapters import newest_chapter, newest_checkpoint
from application.proof.sealing import RESTORED
from domain.proof.notes import Note, SealKey
from domain.proof.writer import WriterKeys
from domain.values import SECOND
from worker.cli.finding import Finding, Verdict

CHECK = "seal"
MAKE = "the log is not sealed: `ngoma seal --make-key` makes the key for that."
BEGIN = "the log is not sealed yet: `serve` seals from its next start on, or run `ngoma seal`."
NO_KEY = WriterKeys(["the doctor has none and reads no snapshot"])


def look_at_seal(settings: Settings, store: Store | None) -> Iterator[Finding]:
    """Look at the newest checkpoint, in the log and in the file outside of it."""
    if store is None:
        return
    reader = Reader(store, event_mapper(), NO_KEY)
    chapter, note = newest_chapter(reader), newest_checkpoint(reader)
    if chapter is None or note is None:
        has_key = settings.seal_key is not None or seal_key_file(settings).exists()
        yield Finding(CHECK, Verdict.NOTE, BEGIN if has_key else MAKE)
        return
    if chapter.generation != store.identity().generation:
        yield Finding(CHECK, Verdict.WARNING, f"{RESTORED}.")
        return
    at = Note.read(note).signed_at(SealKey.read(chapter.key))
    late_s = 0 if at is None else (SystemClock().now() - at) / SECOND
    where = anchor_file(settings)
    try:
        is_kept = FileAnchor(where).newest() == note
    except AnchorAway as error:
        yield Finding(CHECK, Verdict.WARNING, f"{where} cannot be read: {error}.")
        return
    if is_kept or late_s < LONG_S:
        yield Finding(CHECK, Verdict.OK, f"the log is sealed up to position {chapter.position}.")
        return
    words = f"the newest checkpoint is {late_s / 60:.0f} min old and not in {where}."
    yield Finding(CHECK, Verdict.WARNING, words)

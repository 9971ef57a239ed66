"""What ``ngoma doctor`` checks of the seal: that there is one, and that an anchor has it."""

from collections.abc import Iterator

from adapters.anchors import kept_by
from adapters.bootstrap import seal_key_file
from adapters.clock import SystemClock
from adapters.settings import Settings
from application.books.codec import event_mapper
from application.books.reader import Reader
from application.ports import AnchorAway, Store
from application.proof.anchoring import LONG_S
from application.proof.chapters import (
    age_of_checkpoint_s,
    newest_chapter,
    newest_checkpoint,
)
from application.proof.sealing import RESTORED
from domain.proof.writer import WriterKeys
from worker.cli.finding import Finding, Verdict

CHECK = "seal"
MAKE = "the log is not sealed: `ngoma seal --make-key` makes the key for that."
BEGIN = "the log is not sealed yet: `serve` seals from its next start on, or run `ngoma seal`."
NO_KEY = WriterKeys(["the doctor has none and reads no snapshot"])


def look_at_seal(settings: Settings, store: Store | None) -> Iterator[Finding]:
    """Look at the newest checkpoint, in the log and in each anchor that is set up."""
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
    late_s = age_of_checkpoint_s(reader, note, now=SystemClock().now())
    anchors, faults, is_kept = kept_by(settings), [], False
    for anchor in anchors:
        try:
            is_kept |= anchor.newest() == note
        except AnchorAway as error:
            faults.append(f"{anchor.name} cannot be read: {error}.")
    if not is_kept and late_s >= LONG_S:
        where = " nor ".join(anchor.name for anchor in anchors)
        no = "neither in" if len(anchors) > 1 else "not in"
        faults.append(f"the newest checkpoint is {late_s / 60:.0f} min old and {no} {where}.")
    for words in faults:
        yield Finding(CHECK, Verdict.WARNING, words)
    if not faults:
        yield Finding(CHECK, Verdict.OK, f"the log is sealed up to position {chapter.position}.")

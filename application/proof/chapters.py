"""The chapters of the seal, as the log has them."""

from collections.abc import Iterable
from typing import Final

from application.books.reader import Reader
from domain.ledger_seal import LedgerSeal, ledger_seal_id

CHAPTERS_MAX: Final = 1_000


def chapters(reader: Reader) -> Iterable[LedgerSeal]:
    """Give the chapters of the seal, oldest first."""
    for number in range(1, CHAPTERS_MAX):
        found = reader.find(LedgerSeal, ledger_seal_id(number))
        if found is None:
            return
        yield found


def newest_chapter(reader: Reader) -> LedgerSeal | None:
    """Give the chapter that goes on; None before the first."""
    *_, newest = (None, *chapters(reader))
    return newest


def newest_checkpoint(reader: Reader) -> str | None:
    """Give the note that was sealed last; None before the first."""
    for seal in reversed(list(chapters(reader))):
        if seal.size:
            return seal.checkpoint
    return None


def sealed_before(reader: Reader, seal: LedgerSeal) -> tuple[int, int, str]:
    """Give size, position and root of the newest seal up to this chapter; zeros without any."""
    for number in range(seal.chapter, 0, -1):
        found = reader.find(LedgerSeal, ledger_seal_id(number))
        if found is not None and found.size:
            return found.size, found.position, found.root
    return 0, 0, ""

"""Erasing uploaded lists: those whose time is over, or all of an account."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final
from uuid import UUID

from application.books.actors import Actor, permit
from application.books.books import Books
from application.books.commands import Command
from application.books.reader import Reader
from application.ports import Store
from application.ports.queries import Queries
from application.retention.erasure import Retention
from domain.contents import ContentKind, reason_number
from domain.days import DAY_S
from domain.msisdn import Msisdn
from domain.roles import Duty
from domain.upload.aggregate import Upload, upload_id
from domain.upload.states import UploadState
from domain.values import SECOND, Instant

UPLOADS_MAX: Final = 10
"""Lists that one command erases: each may have hundreds of contents."""
BATCHES_MAX: Final = 100_000
NATIONAL_DIGITS: Final = 9


class EraseUploads(Command[int]):
    """Erase the rows of lists; one that is being sent just now stays."""

    def __init__(self, numbers: Sequence[int], *, actor: Actor, at: Instant) -> None:
        self.at = at
        self.weight = max(1, len(numbers))
        self._numbers = numbers
        self._actor = actor

    def touches(self) -> Iterable[UUID]:
        """The lists."""
        return map(upload_id, self._numbers)

    def decide(self, books: Books) -> int:
        """Erase them; give how many there were to erase.

        Raises:
            NotPermitted: the actor may not.
        """
        permit(books, self._actor, Duty.ERASE)
        found = [books.find(Upload, upload_id(number)) for number in self._numbers]
        left = [one for one in found if one and not one.erased and one.state != UploadState.SENDING]
        for upload in left:
            erase_upload(books, upload, actor=self._actor.name, at=self.at)
        return len(left)


def erase_upload(books: Books, upload: Upload, *, actor: str, at: Instant) -> None:
    """Erase what stands beside the log of a list."""
    if not upload.erased:
        for written in (upload.content, *upload.parts, *upload.bad_parts):
            number = reason_number(written)
            if number is not None:
                books.erase(ContentKind.UPLOAD, number)
    upload.erase(actor=actor, at=at)
    books.record(upload)


def erase_due_uploads(
    queries: Queries,
    retention: Retention,
    *,
    actor: Actor,
    as_of: Instant,
    now: Callable[[], Instant],
    run: Callable[[EraseUploads], int],
    batches_max: int,
) -> Iterator[int]:
    """Erase lists that are older than texts may be, some at each step."""
    before, after = Instant(as_of - retention.text_days * DAY_S * SECOND), 0
    for _ in range(batches_max if retention.text_days else 0):
        found = queries.old_uploads(before, after=after, limit=UPLOADS_MAX)
        if not found:
            break
        yield run(EraseUploads(found, actor=actor, at=now()))
        after = found[-1]


def lists_kept(queries: Queries, account: int | None) -> list[Sequence[int]]:
    """Number the lists of an account, or of all (None), of which something is kept; in batches."""
    found, after = [], 0
    for _ in range(BATCHES_MAX):
        numbers = queries.uploads_kept(account, after=after, limit=UPLOADS_MAX)
        if not numbers:
            break
        found.append(numbers)
        after = numbers[-1]
    return found


def lists_naming(
    queries: Queries, reader: Reader, store: Store, msisdn: Msisdn
) -> Iterator[Sequence[int]]:
    """Give the lists that name a number, in batches.

    Raises:
        StoreDown: they cannot be read.
    """
    for numbers in lists_kept(queries, None):
        named = [one for one in numbers if _names(reader, store, one, msisdn)]
        if named:
            yield named


def _names(reader: Reader, store: Store, number: int, msisdn: Msisdn) -> bool:
    """Whether a row of a list has the number, in whatever form it was written."""
    upload = reader.find(Upload, upload_id(number))
    if upload is None:
        return False
    for written in (*upload.parts, *upload.bad_parts):
        kept = reason_number(written)
        row = None if kept is None else store.content(ContentKind.UPLOAD, kept)
        if row is not None and msisdn[-NATIONAL_DIGITS:] in (row.body or ""):
            return True
    return False

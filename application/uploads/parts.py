"""How the rows of an uploaded list stand beside the log, some hundred in one content."""

import hmac
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from application.books.contents import ContentChanged, Contents, seal_of
from domain.contents import ContentKind, ListAsked, ListRows, reason_number
from domain.message.options import NO_OPTIONS, Options
from domain.upload.aggregate import Upload
from domain.upload.bounds import ROWS_A_PART
from domain.values import Category, Instant, Lane


class GoodRow(NamedTuple):
    """A row that can be sent."""

    row: int
    msisdn: str
    values: Sequence[str]


class BadRow(NamedTuple):
    """A row that cannot, and why, in words; ``recipient`` is what stands there, if that is read."""

    row: int
    recipient: str
    reason: str


def good_rows(
    upload: Upload, source: Contents, *, after: int = 0, limit: int = ROWS_A_PART
) -> Iterator[GoodRow]:
    """Read good rows after some of them; none of what was erased."""
    yield from map(GoodRow._make, _rows(upload.parts, source, after=after, limit=limit))


def bad_rows(
    upload: Upload, source: Contents, *, after: int = 0, limit: int = ROWS_A_PART
) -> Iterator[BadRow]:
    """Read bad rows after some of them; none of what was erased."""
    yield from map(BadRow._make, _rows(upload.bad_parts, source, after=after, limit=limit))


def _rows(
    parts: Sequence[str], source: Contents, *, after: int, limit: int
) -> Iterator[Sequence[Any]]:
    first, skipped = divmod(after, ROWS_A_PART)
    for reference in parts[first:]:
        rows = _read(reference, source)[skipped:] if limit > 0 else []
        if not rows:
            return
        yield from rows[:limit]
        limit -= len(rows)
        skipped = 0


def _read(reference: str, source: Contents) -> Sequence[Sequence[Any]]:
    number = reason_number(reference)
    row = None if number is None else source.content(ContentKind.UPLOAD, number)
    if row is None or row.body is None:
        return []
    if not hmac.compare_digest(f"{row.number}/{seal_of(row)}", reference):
        msg = f"what stands in upload content {row.number} is not what was read"
        raise ContentChanged(msg)
    return ListRows.read(row.body)


def asked_of(upload: Upload, source: Contents) -> ListAsked:
    """Read what was asked for with a list; nothing is left of one that was erased."""
    number = reason_number(upload.content)
    row = None if number is None else source.content(ContentKind.UPLOAD, number)
    return ListAsked.read(None if row is None else row.body)


def options_of(asked: ListAsked) -> Options:
    """Give what each message of a list asks for."""
    if asked.lane is asked.category is asked.send_at is None:
        return NO_OPTIONS
    return Options(
        lane=None if asked.lane is None else Lane(asked.lane),
        send_at=None if asked.send_at is None else Instant(int(asked.send_at)),
        category=Category(asked.category or Category.TRANSACTIONAL),
    )

"""The same request again after a 503 "queued": which messages it was accepted as (decision 8)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from application.books.books import Books
from application.books.contents import read_client_reference, read_message
from application.ports import Repeatable
from application.retention.doubted import counted_from
from domain.contents import ContentKind
from domain.message import Message
from domain.rehearsal import Rehearsal
from domain.values import Instant

M = TypeVar("M", Message, Rehearsal)


def find_messages(
    books: Books, known: Repeatable, kind: type[M], id_of: Callable[[int], UUID], *, at: Instant
) -> Sequence[M]:
    """Give the messages of an acceptance that a repeat still stands for, else nothing.

    It does for a time after its last 503, and as long as one of its messages is open.
    """
    ids = [id_of(number) for number in known.numbers]
    books.bring_up_to_date(ids)
    messages = [books.get(kind, key) for key in ids]
    if known.is_recent(at) or any(message.is_open for message in messages):
        return messages
    since = counted_from(books, known.answered_at) or known.answered_at
    return messages if replace(known, answered_at=since).is_recent(at) else ()


def places_of(
    books: Books, known: Repeatable, wanted: Sequence[tuple[str, ...]]
) -> Sequence[int | None]:
    """Give where each of these recipients, the same in any order, stood the first time.

    None where it got nothing: it had opted out. Each is its number, of a personalised bulk
    also its text and reference ("" for none).
    """
    books.look_up_contents(ContentKind.MESSAGE, known.numbers)
    is_personal = len(wanted[0]) > 1
    if is_personal:
        books.look_up_contents(ContentKind.CLIENT_REFERENCE, known.numbers)
    places: dict[tuple[str, ...], int] = {}
    for place, number in enumerate(known.numbers):
        if content := read_message(number, source=books):
            said: tuple[str, ...] = (content.msisdn or "",)
            if is_personal:
                reference = read_client_reference(number, source=books)
                said = (*said, content.text or "", reference or "")
            places[said] = place
    return [places.get(each) for each in wanted]

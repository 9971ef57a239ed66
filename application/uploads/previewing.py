"""Reading an uploaded list: each row's number and text, what they cost, and what cannot be sent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NoReturn
from uuid import UUID

from application.accounts.keys import require_key
from application.books.actors import Actor
from application.books.books import Books
from application.books.commands import Command, Preparing
from application.books.contents import SALT_BYTES, Body, body_content, reference
from application.ports import ContentRow, ListedRow, RecipientFile
from application.uploads.parts import BadRow, GoodRow
from domain.account import Account, account_id
from domain.contents import ListAsked, ListRows
from domain.errors import InvalidRecipient, InvalidRequest, MessageTooLong
from domain.message_text import MESSAGE_CHARACTERS_MAX, check_length, is_blank
from domain.mode import Mode
from domain.msisdn import Numbering, normalise
from domain.segments import Text
from domain.tariff import TARIFF
from domain.upload.aggregate import Upload
from domain.upload.bounds import KEPT_BYTES_MAX, ROWS_A_PART
from domain.upload.template import Template
from domain.values import Credits, Instant
from domain.written import check_words

RECIPIENT_SHOWN_MAX: Final = 40
"""Characters that are kept of what stands where a number should."""


@dataclass(slots=True)
class PreviewedList:
    """What a list comes to."""

    parts: list[ListRows] = field(default_factory=list)
    bad_parts: list[ListRows] = field(default_factory=list)
    good: int = 0
    bad: int = 0
    segments: int = 0
    credits: int = 0
    notes: Sequence[str] = ()


def preview_list(file: RecipientFile, template: Template, numbering: Numbering) -> PreviewedList:
    """Read a list once, and keep of it what sending needs; no more than a part is in hand.

    A row that gives the same text to the same number as one before it is a bad one: whoever
    wants that twice says so in the text.

    Raises:
        InvalidRequest: the file cannot be read on, or holds no row.
    """
    found = PreviewedList()
    good: list[GoodRow] = []
    bad: list[BadRow] = []
    seen: dict[int, int] = {}
    kept_bytes = 0
    for listed in file.rows():
        try:
            row, text = _read(listed, template, numbering)
            before = seen.setdefault(hash((row.msisdn, text.value)), row.row)
            if before != row.row:
                _refuse(f"The same text to the same number stands in row {before}.")
        except (InvalidRequest, InvalidRecipient, MessageTooLong) as fault:
            found.bad += 1
            bad.append(BadRow(listed.row, listed.recipient[:RECIPIENT_SHOWN_MAX], str(fault)))
            _cut(bad, found.bad_parts)
            continue
        found.good += 1
        found.segments += text.segments
        found.credits += TARIFF.charge(text.segments)
        good.append(row)
        _cut(good, found.parts)
        kept_bytes += len(row.msisdn) + sum(map(len, row.values))
        if kept_bytes > KEPT_BYTES_MAX:
            msg = "The texts of this list are too much for one: divide it."
            raise InvalidRequest(msg, field="file")
    _cut(good, found.parts, least=1)
    _cut(bad, found.bad_parts, least=1)
    if not (found.good or found.bad):
        raise InvalidRequest("The list holds no row below its headings.", field="file")
    found.notes = file.notes()
    return found


def _cut(
    rows: list[GoodRow] | list[BadRow], parts: list[ListRows], *, least: int = ROWS_A_PART
) -> None:
    """Make a part of rows where there are enough."""
    if len(rows) >= least:
        parts.append(ListRows.of(rows))
        rows.clear()


def _read(listed: ListedRow, template: Template, numbering: Numbering) -> tuple[GoodRow, Text]:
    if listed.fault is not None:
        _refuse(listed.fault)
    msisdn = normalise(listed.recipient)
    numbering.route(msisdn)
    length = template.length(listed.values)
    if length > MESSAGE_CHARACTERS_MAX:
        _refuse(f"The text has {length:,} characters; the limit is {MESSAGE_CHARACTERS_MAX:,}.")
    text = Text.measured(template.fill(listed.values))
    check_words(text.value, "text")
    if is_blank(text.value):
        _refuse("The text is empty.")
    check_length(text)
    return GoodRow(listed.row, msisdn, listed.values), text


def _refuse(why: str) -> NoReturn:
    raise InvalidRequest(why, field="file")


class KeepPreview(Command[int]):
    """Keep a list that was read, to be looked at and started; gives its number."""

    def __init__(
        self,
        found: PreviewedList,
        asked: ListAsked,
        *,
        account: int,
        mode: Mode,
        actor: Actor,
        at: Instant,
    ) -> None:
        self.at = at
        self._found = found
        self._asked = replace(asked, notes="\n".join(found.notes) or None)
        self._account = account
        self._mode = mode
        self._actor = actor
        self._number = 0
        self._rows: list[ContentRow] = []

    def prepare(self, tools: Preparing) -> None:
        """Draw numbers and salts, and seal what is kept."""
        found = self._found
        bodies: list[Body] = [self._asked, *found.parts, *found.bad_parts]
        self._number = tools.numbers.take("upload")
        first = tools.numbers.take("upload_content", len(bodies))
        self._rows = [
            body_content(body, first + place, salt=tools.randomness.token(SALT_BYTES))
            for place, body in enumerate(bodies)
        ]

    def touches(self) -> Iterable[UUID]:
        """The account."""
        yield account_id(self._account)

    def decide(self, books: Books) -> int:
        """Keep it.

        Raises:
            InvalidKey: the actor's own key was revoked meanwhile.
            NotFound: no such account.
        """
        require_key(books, self._actor)
        books.get(Account, account_id(self._account))
        found = self._found
        content, *rows = map(reference, self._rows)
        upload = Upload.preview(
            self._number,
            account=self._account,
            mode=self._mode,
            actor=self._actor.name,
            content=content,
            parts=rows[: len(found.parts)],
            bad_parts=rows[len(found.parts) :],
            good=found.good,
            bad=found.bad,
            segments=found.segments,
            credits=Credits(found.credits),
            at=self.at,
        )
        books.record(upload)
        books.keep(*self._rows)
        return self._number

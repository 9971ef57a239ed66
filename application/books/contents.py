"""Content rows and their seals: what an event may know of personal data is one HMAC."""

import hmac
from typing import ClassVar, NamedTuple, Protocol, TypeVar

from application.ports import ContentRow
from domain.contents import ContentKind, Details, reason_number
from domain.errors import TooLate
from domain.values import Instant

SALT_BYTES = 32

D = TypeVar("D", bound=Details)


class ContentChanged(TooLate):
    """Somebody changed a content past the gateway: it is not used."""


class Contents(Protocol):
    """Where contents are read: the books within a command, else the store."""

    def content(self, kind: ContentKind, number: int) -> ContentRow | None:
        """Read a content row."""


class Body(Protocol):
    """What writes itself as the body of a content of its kind."""

    kind: ClassVar[ContentKind]

    def written(self) -> str:
        """Give the body that is stored."""


class MessageContent(NamedTuple):
    """What a message says, to whom and from whom; None is what was erased."""

    msisdn: str | None
    text: str | None
    sender: str | None


def seal(salt: bytes, *fields: str | None) -> str:
    """Give HMAC-SHA256(salt, fields) in hex: proof of a content without the content."""
    return hmac.digest(salt, "\x00".join(field or "" for field in fields).encode(), "sha256").hex()


def seal_of(row: ContentRow) -> str:
    """Give the seal of a stored row, for audits."""
    return seal(row.salt, row.msisdn, row.sender, row.body)


def folded(text: str) -> str | None:
    """Give the case-folded text for searches, None where lower() on ASCII does as well."""
    return None if text.isascii() else text.casefold()


def read_details(form: type[D], number: int, *, source: Contents) -> D:
    """Read the details that stand beside the log under a number; nothing where none are left."""
    row = source.content(form.kind, number)
    return form.read(row.body if row is not None else None)


def body_content(body: Body, number: int, *, salt: bytes) -> ContentRow:
    """Make the row of a body."""
    return ContentRow(body.kind, number, salt, body=body.written())


def read_message(number: int, *, source: Contents) -> MessageContent | None:
    """Read what message ``number`` says; None when nothing is left of it."""
    row = source.content(ContentKind.MESSAGE, number)
    return None if row is None else MessageContent(row.msisdn, row.body, row.sender)


def read_client_reference(number: int, *, source: Contents) -> str | None:
    """Read the client's own name for message ``number``; None if it has none, or it was erased."""
    row = source.content(ContentKind.CLIENT_REFERENCE, number)
    return None if row is None else row.body


def message_of(row: ContentRow | None, *, seal: str) -> MessageContent | None:
    """Give what a message says that is to be sent; None when nothing is left to send.

    Raises:
        ContentChanged: it is not what was accepted, of which the log has the ``seal``.
    """
    if row is None or row.msisdn is None or row.body is None:
        return None
    if not hmac.compare_digest(seal_of(row), seal):
        msg = f"what message {row.number} says is not what was accepted"
        raise ContentChanged(msg)
    return MessageContent(row.msisdn, row.body, row.sender)


def read_reason(reference: str | None, *, source: Contents) -> str | None:
    """Read what a person typed, by how an event names it; None if nothing, or nothing is left."""
    number = reason_number(reference)
    row = None if number is None else source.content(ContentKind.REASON, number)
    return None if row is None else row.body


def message_content(number: int, *, salt: bytes, msisdn: str, text: str, sender: str) -> ContentRow:
    """Make a message's row."""
    return ContentRow(ContentKind.MESSAGE, number, salt, msisdn, text, sender, folded=folded(text))


def reference_content(number: int, *, salt: bytes, text: str) -> ContentRow:
    """Make the row of the client's own name for message ``number``."""
    return ContentRow(ContentKind.CLIENT_REFERENCE, number, salt, body=text)


def reason_content(number: int, *, salt: bytes, text: str) -> ContentRow:
    """Make the row of a reason that a person typed."""
    return ContentRow(ContentKind.REASON, number, salt, body=text)


def reference(row: ContentRow) -> str:
    """Give how an event names a content that has a number of its own: number and seal."""
    return f"{row.number}/{seal_of(row)}"


def seconds(at: Instant) -> int:
    """Give whole seconds since the epoch."""
    return at // 1_000_000

"""Content rows and their seals: what an event may know of personal data is one HMAC."""

import hmac

import orjson

from application.ports import ContentRow
from domain.values import Instant

SALT_BYTES = 32


def seal(salt: bytes, *fields: str | None) -> str:
    """Give HMAC-SHA256(salt, fields) in hex: proof of a content without the content."""
    return hmac.digest(salt, "\x00".join(field or "" for field in fields).encode(), "sha256").hex()


def seal_of(row: ContentRow) -> str:
    """Give the seal of a stored row, for audits."""
    return seal(row.salt, row.msisdn, row.sender, row.body)


def folded(text: str) -> str | None:
    """Give the case-folded text for searches, None where lower() on ASCII does as well."""
    return None if text.isascii() else text.casefold()


def message_content(number: int, *, salt: bytes, msisdn: str, text: str, sender: str) -> ContentRow:
    """Make a message's row."""
    return ContentRow("message", number, salt, msisdn, text, sender, folded=folded(text))


def json_content(kind: str, number: int, *, salt: bytes, value: object) -> ContentRow:
    """Make a row whose body is JSON."""
    return ContentRow(kind, number, salt, body=orjson.dumps(value).decode())


def reason_content(number: int, *, salt: bytes, text: str) -> ContentRow:
    """Make the row of a reason that a person typed."""
    return ContentRow("reason", number, salt, body=text)


def reference(row: ContentRow) -> str:
    """Give how an event names a content that has a number of its own: number and seal."""
    return f"{row.number}/{seal_of(row)}"


def seconds(at: Instant) -> int:
    """Give whole seconds since the epoch."""
    return at // 1_000_000

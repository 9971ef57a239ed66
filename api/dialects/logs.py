"""Pages of a log: what both dialects' queries mean."""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from domain.errors import InvalidRequest
from domain.public_ids import parse_message_id

PAGE_MAX: Final = 10**12
"""Past the end of every log, and still a number that every store can count with."""

_NUMBER: Final = re.compile(r"\s*[+-]?[0-9]{1,4000}\s*", re.ASCII)


class Page(NamedTuple):
    """One page of a log; the first has number 1."""

    number: int
    size: int

    @property
    def offset(self) -> int:
        """How many entries stand before it."""
        return (self.number - 1) * self.size

    def count_of(self, total: int) -> int:
        """Give how many pages ``total`` entries fill."""
        return -(-total // self.size)


def read_page(text: str | None) -> int:
    """Give the page asked for: 1 when it is below that or unreadable."""
    return min(max(_number(text, 1), 1), PAGE_MAX)


def read_limit(text: str | None, *, default: int, maximum: int) -> int:
    """Give the page size asked for, clamped to 1 … ``maximum``."""
    return min(max(_number(text, default), 1), maximum)


def read_status(text: str | None, words: Mapping[str, str], *, every: str = "") -> str | None:
    """Give the public status that a dialect's word means, in any case; None for all.

    ``every`` is the dialect's word for no filter.

    Raises:
        InvalidRequest: it is not a word of the dialect.
    """
    word = (text or "").strip().casefold()
    if word in {"", every}:
        return None
    for status, written in words.items():
        if written.casefold() == word:
            return status
    msg = f"The status must be one of {', '.join(words.values())}."
    raise InvalidRequest(msg, field="status")


def read_before(text: str | None) -> int | None:
    """Give the number of the message before which the page begins: an id in any form.

    Raises:
        InvalidRequest: it is none.
    """
    if not text:
        return None
    if re.fullmatch(r"[0-9]{1,18}", text):
        return int(text)
    ref = parse_message_id(text)
    if ref is None:
        msg = "The before parameter must be the id of a message."
        raise InvalidRequest(msg, field="before")
    return ref.number


def _number(text: str | None, default: int) -> int:
    if text is None or _NUMBER.fullmatch(text) is None:
        return default
    return int(text)

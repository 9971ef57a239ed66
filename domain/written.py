"""What people write to the gateway, read once for every edge: whole numbers and plain words."""

import re
from collections.abc import Mapping
from typing import Final

from domain.errors import InvalidRequest
from domain.values import INT_MAX

NUMBER_MAX: Final = INT_MAX
"""The largest number that anybody may name."""

_DIGITS_MAX: Final = len(str(NUMBER_MAX))
_CONTROLS: Final[Mapping[str, str]] = {"\0": "NUL", "\x1b": "ESC"}
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def read_whole(written: object) -> int | None:
    """Give a whole number: one already, or its digits 0 to 9, after a minus at most; else None."""
    if isinstance(written, int) and not isinstance(written, bool):
        return written
    digits = written.removeprefix("-") if isinstance(written, str) else ""
    if digits.isascii() and digits.isdecimal() and len(digits) <= _DIGITS_MAX:
        return int(str(written))
    return None


def check_whole(written: object, field: str, *, least: int, most: int) -> int:
    """Give a whole number that lies within bounds.

    Raises:
        InvalidRequest: with ``field``: it is none, or lies outside.
    """
    number = read_whole(written)
    if number is None or not least <= number <= most:
        msg = f"The {field} must be a whole number from {least} to {most}, in digits 0 to 9."
        raise InvalidRequest(msg, field=field)
    return number


def check_words(written: str, field: str) -> str:
    """Give a text that can be sent, kept and shown as it is (contract decision 5).

    Raises:
        InvalidRequest: with ``field``: it contains NUL, ESC or half of a surrogate pair.
    """
    for character, name in _CONTROLS.items():
        if character in written:
            msg = f"The {field} contains the control character {name}."
            raise InvalidRequest(msg, field=field)
    if not written.isascii() and _SURROGATE.search(written):
        raise InvalidRequest(f"The {field} contains half of a surrogate pair.", field=field)
    return written

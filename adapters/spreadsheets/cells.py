"""Single cells as offices leave them: text as it was typed, and whole numbers with all digits."""

import math
import re
from datetime import datetime, timedelta
from typing import Final, NamedTuple, NoReturn

Cell = object
"""What a row holds: text, a whole or broken number, a date with time, nothing, or Unreadable."""

BLANKS: Final = " \t\r\n\u00a0\u202f"
NUMBER_DIGITS_MAX: Final = 15
"""Office programs keep no more digits of a number."""

_ESCAPED: Final = re.compile("_x00([01][0-9A-F])_")
"""How spreadsheets write characters that XML has not; their readers leave it as it is."""
_SCIENTIFIC: Final = re.compile(r"([0-9])(?:[.,]([0-9]+))?E\+?([0-9]{1,3})", re.IGNORECASE)


class Unreadable(NamedTuple):
    """A cell whose value is not in the file, and why."""

    reason: str


class CellRefused(Exception):
    """A cell cannot be read; the message says why, without a payer's number or name."""


def refuse(why: str) -> NoReturn:
    """Say why a cell cannot be read.

    Raises:
        CellRefused: always.
    """
    raise CellRefused(why)


def text_of(cell: Cell) -> str:
    """Give a cell as text: what was typed, without blanks around it and one leading apostrophe.

    Raises:
        CellRefused: it is no text, or a damaged one.
    """
    if cell is None:
        return ""
    match cell:
        case str():
            written = _ESCAPED.sub(_unescaped, cell) if "_x00" in cell else cell
            text = written.strip(BLANKS).removeprefix("'")
        case Unreadable(reason):
            refuse(reason)
        case bool() | datetime() | timedelta():
            refuse("holds a date or a yes or no where a text is expected")
        case int() | float():
            return _digits_of(cell)
        case _:
            refuse("cannot be read as text")
    if not (text.isascii() and text.isprintable()):
        _refuse_damage(text)
    return text


def _unescaped(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return "\n" if character == "\r" else character


def _refuse_damage(text: str) -> None:
    if "\ufffd" in text or any(
        ord(letter) < ord(" ") and letter not in "\n\r\t" for letter in text
    ):
        refuse("holds characters that an export has damaged")


def _digits_of(number: float) -> str:
    if not (math.isfinite(number) and number == int(number)):
        refuse("holds a broken number where an id or a phone number is expected")
    if abs(number) >= 10**NUMBER_DIGITS_MAX:
        refuse("was kept as a number and has lost digits; export it again as text")
    return str(int(number))


def unscientific(text: str) -> str:
    """Write ``2.60971234567E+11`` out, where all of its digits are there.

    Raises:
        CellRefused: some were lost.
    """
    found = _SCIENTIFIC.fullmatch(text)
    if found is None:
        return text
    first, rest, exponent = found[1], found[2] or "", int(found[3])
    if len(rest) != exponent:
        refuse("was kept as a number and has lost digits; export it again as text")
    return first + rest

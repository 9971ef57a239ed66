"""The forms in which devices give a card's number (ICCID), its own number, and memories' names."""

import re
from typing import Final

from domain.reports import Place

ICCID_COMMANDS: Final = ("AT+CCID", "AT+ICCID", "AT^ICCID?", "AT+QCCID", "AT+CICCID")
_ICCID: Final = re.compile(r"(?<![0-9A-Fa-f])\d{18,20}(?:[Ff]\d|[Ff]{0,4})(?![0-9A-Fa-f])")
_CNUM: Final = re.compile(r'\+CNUM: ?(?:"[^"]*"|[^",]*), ?"?([+0-9A-Fa-f]{3,80})"?, ?(\d{1,3})')
_UCS2: Final = re.compile(r"(?:[0-9A-Fa-f]{4})+")
_STORED: Final = re.compile(r'\+C(?:MTI|DSI): ?"?([A-Za-z0-9_ ]{2,40}?)"?, ?(\d{1,5})$')
_HOME_DIGITS: Final = 10  # 0977123456


def iccid_in(line: str) -> str | None:
    """Find the ICCID in a line: quoted or not, with F at its end, its pairs of digits turned.

    Every ICCID begins with 89 (E.118), so one that begins with 98 has its pairs turned. Of a
    number with 19 digits the filler then stands in the last place but one.
    """
    found = _ICCID.search(line)
    if found is None:
        return None
    digits = found[0].upper()
    if digits.startswith("98") and len(digits) % 2 == 0:
        digits = "".join(digits[i + 1] + digits[i] for i in range(0, len(digits), 2))
    digits = digits.rstrip("F")
    return digits if digits.isdecimal() and 18 <= len(digits) <= 20 else None


def own_number_in(line: str) -> str | None:
    """Read a ``+CNUM`` line as +260…; None when there is no number that can be dialled."""
    found = _CNUM.match(line)
    if found is None:
        return None
    number = read_name(found[1])
    if not number.lstrip("+").isdecimal():
        return None
    if found[2] == "145" or number.startswith("+"):
        return "+" + number.lstrip("+")
    if number.startswith("0") and len(number) == _HOME_DIGITS:
        return "+260" + number[1:]
    return None


def stored_in(line: str) -> Place | None:
    """Read ``+CMTI`` or ``+CDSI``: where something was stored."""
    found = _STORED.match(line)
    return Place(read_name(found[1]), int(found[2])) if found else None


def read_name(text: str) -> str:
    """Give a name that another program's ``AT+CSCS="UCS2"`` may have left in hex."""
    if _UCS2.fullmatch(text) and text.startswith("00"):
        name = bytes.fromhex(text).decode("utf-16-be", errors="replace")
        return name if name.isascii() and name.isprintable() else text
    return text

"""Says what a text costs on the air: its alphabet, its units and its segments (3GPP 23.038)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Self

from domain.values import Encoding

ESCAPE: Final = "\x1b"
"""The septet 0x1B that announces a character of the extension table (23.038 6.2.1)."""

GSM7_BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The default alphabet: the character at place n has septet n (23.038 6.2.1)."""

GSM7_EXTENSION: Final[Mapping[str, int]] = MappingProxyType(
    {
        "\f": 0x0A,
        "^": 0x14,
        "{": 0x28,
        "}": 0x29,
        "\\": 0x2F,
        "[": 0x3C,
        "~": 0x3D,
        "]": 0x3E,
        "|": 0x40,
        "€": 0x65,
    }
)
"""The default extension table: the septet that follows the escape (23.038 6.2.1.1)."""

SINGLE_LIMIT: Final[Mapping[Encoding, int]] = MappingProxyType(
    {Encoding.GSM7: 160, Encoding.UCS2: 70}
)
"""Units that one segment alone can carry: septets, or UTF-16 units."""

PART_LIMIT: Final[Mapping[Encoding, int]] = MappingProxyType(
    {Encoding.GSM7: 153, Encoding.UCS2: 67}
)
"""Units that a segment among several can carry, beside its 6 octets of header."""

_BASIC: Final = GSM7_BASIC.replace(ESCAPE, "")  # an escape in a text is not a character
_EXTENSION: Final = "".join(GSM7_EXTENSION)
_BASIC_ASCII: Final = _BASIC.encode("ascii", "ignore")
_EXTENSION_ASCII: Final = _EXTENSION.encode("ascii", "ignore")
_OUTSIDE_GSM7: Final = re.compile(f"[^{re.escape(_BASIC + _EXTENSION)}]")
_EXTENDED: Final = re.compile(f"[{re.escape(_EXTENSION)}]")
_ESCAPED: Final[Mapping[int, str]] = MappingProxyType({ord(c): ESCAPE + c for c in _EXTENSION})


@dataclass(frozen=True, slots=True)
class Text:
    """A message's text with what it needs on the air: measured once, where it comes in."""

    value: str
    encoding: Encoding
    segments: int
    """How many, which is how many credits under the published plan."""

    @classmethod
    def measured(cls, value: str) -> Self:
        """Measure a text, without cutting it when that can be known: ``segment`` says the same."""
        return cls(value, *_measure(value))


@dataclass(frozen=True, slots=True)
class Segmented:
    """A text cut as it goes on the air; ``units`` and ``remaining_in_segment`` in its encoding's.

    ``units`` counts the text only: places left empty so that no pair is split are not in it.
    """

    text: Text
    units: int
    parts: tuple[str, ...]
    remaining_in_segment: int


def encoding_of(text: str) -> Encoding:
    """Give GSM-7 when every character is in the default tables, else UCS-2 (23.038 6.2)."""
    return Encoding.UCS2 if _escapes_in(text) is None else Encoding.GSM7


def segment(text: str) -> Segmented:
    """Cut ``text`` into its segments: greedy, never inside an escape or a surrogate pair.

    The empty text is one segment of nothing. Raises nothing, whatever the text: a lone
    surrogate counts one unit here and is refused by ``check_words``.
    """
    encoding = encoding_of(text)
    units = _units(text, encoding)
    if units <= SINGLE_LIMIT[encoding]:
        alone = Text(text, encoding, 1)
        return Segmented(alone, units, (text,), SINGLE_LIMIT[encoding] - units)
    parts = _parts(text, encoding)
    left = PART_LIMIT[encoding] - _units(parts[-1], encoding)
    return Segmented(Text(text, encoding, len(parts)), units, parts, left)


def non_gsm_characters(text: str) -> tuple[str, ...]:
    """Give the characters that make ``text`` UCS-2: each once, in order of appearance."""
    return tuple(dict.fromkeys(_OUTSIDE_GSM7.findall(text)))


def _measure(text: str) -> tuple[Encoding, int]:
    escapes = _escapes_in(text)
    if escapes is None:
        units = _utf16_units(text)
        if units <= 70:
            return Encoding.UCS2, 1
        if units == len(text):  # no pair, so nothing can be left empty
            return Encoding.UCS2, -(-units // 67)
        return Encoding.UCS2, len(_parts(text, Encoding.UCS2))
    units = len(text) + escapes
    if units <= 160:
        return Encoding.GSM7, 1
    if not escapes:
        return Encoding.GSM7, -(-units // 153)
    return Encoding.GSM7, len(_parts(text, Encoding.GSM7))


def _escapes_in(text: str) -> int | None:
    """Count the extension characters; None when ``text`` is not GSM-7."""
    if text.isascii():
        # Deleting bytes is several times faster than a regular expression, and most texts
        # that are accepted are ASCII.
        special = text.encode().translate(None, _BASIC_ASCII)
        if not special:
            return 0
        return None if special.translate(None, _EXTENSION_ASCII) else len(special)
    if _OUTSIDE_GSM7.search(text):
        return None
    return len(_EXTENDED.findall(text))


def _units(text: str, encoding: Encoding) -> int:
    if encoding is Encoding.UCS2:
        return _utf16_units(text)
    return len(text) + (_escapes_in(text) or 0)


def _utf16_units(text: str) -> int:
    return len(text.encode("utf-16-be", "surrogatepass")) // 2


def _parts(text: str, encoding: Encoding) -> tuple[str, ...]:
    if encoding is Encoding.GSM7:
        # With every escape written out a unit is a place; no GSM-7 text holds one of its own.
        septets = text.translate(_ESCAPED)
        cuts = _cuts(len(septets), 153, lambda end: septets[end - 1] == ESCAPE)
        return tuple(septets[start:end].replace(ESCAPE, "") for start, end in cuts)
    octets = text.encode("utf-16-be", "surrogatepass")
    cuts = _cuts(len(octets) // 2, 67, lambda end: _is_inside_pair(octets, end))
    return tuple(octets[2 * s : 2 * e].decode("utf-16-be", "surrogatepass") for s, e in cuts)


def _cuts(units: int, limit: int, is_inside_pair: Callable[[int], bool]) -> list[tuple[int, int]]:
    """Give the start and end of each part; a part ends one unit early where it must."""
    cuts = []
    start = 0
    while start < units:
        end = min(start + limit, units)
        if end < units and is_inside_pair(end):
            end -= 1
        cuts.append((start, end))
        start = end
    return cuts


def _is_inside_pair(octets: bytes, end: int) -> bool:
    """Say whether the UTF-16 units before and after place ``end`` are one character."""
    return octets[2 * end - 2] & 0xFC == 0xD8 and octets[2 * end] & 0xFC == 0xDC

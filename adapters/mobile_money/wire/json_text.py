"""Reads JSON of providers: numbers exact, shapes doubted, nothing believed to be there."""

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec

_BESIDE_TEXT: Final = re.compile(r"[^A-Za-z0-9 -]+")
WORD_CHARACTERS_MAX: Final = 200
"""Of an id or a word: what is longer is none."""

_writer: Final = msgspec.json.Encoder(decimal_format="number")


def read_object(text: bytes) -> Mapping[str, Any] | None:
    """Read an object; None for anything else: HTML, a list, a cut answer, NaN, deep nesting."""
    found = _read(text)
    return found if isinstance(found, dict) else None


def read_list(text: bytes) -> Sequence[Any]:
    """Read a list; empty for anything else."""
    found = _read(text)
    return found if isinstance(found, list) else []


def _read(text: bytes) -> Any:
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None


def _refuse(word: str) -> None:
    raise ValueError(word)


def value_at(found: Any, *path: str) -> Any:
    """Give what stands at a path of objects; None where something is missing."""
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def text_at(found: Any, *path: str) -> str | None:
    """Give an id or a word that stands at a path, also one that was written as a number.

    None for what is too long for one, or holds what cannot be seen.
    """
    text = _text(value_at(found, *path))
    return text if text and len(text) <= WORD_CHARACTERS_MAX and text.isprintable() else None


def long_text_at(found: Any, *path: str) -> str | None:
    """Give a token or a key that stands at a path."""
    return _text(value_at(found, *path)) or None


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, Decimal) and value == value.to_integral_value() and value < 10**18:
        return str(int(value))
    return ""


def write_compact(content: object) -> bytes:
    """Write JSON without spaces, a Decimal as a number; what is signed is what is sent."""
    return _writer.encode(content)


def plain_label(label: str, characters_max: int) -> str:
    """Give of a label what every provider takes: letters, digits, dashes and spaces."""
    return " ".join(_BESIDE_TEXT.sub(" ", label).split())[:characters_max].strip()

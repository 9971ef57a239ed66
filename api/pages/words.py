"""The words of pages, one file a language; so far there is English."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

LANGUAGE: Final = "en"
FOLDER: Final = Path(__file__).parent / "languages"


def say(name: str, **values: object) -> str:
    """Give words by their name, ``section.word``, with values in them.

    Raises:
        KeyError: there are none with this name.
    """
    words = _words()[name]
    return words.format(**values) if values else words


def has_words(name: str) -> bool:
    """Whether there are words with this name."""
    return name in _words()


@cache
def _words() -> Mapping[str, str]:
    return _flat(tomllib.loads((FOLDER / f"{LANGUAGE}.toml").read_text("utf-8")))


def _flat(table: Mapping[str, Any], before: str = "") -> dict[str, str]:
    words: dict[str, str] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            words |= _flat(value, f"{before}{name}.")
        else:
            words[before + name] = value
    return words

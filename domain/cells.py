"""Cells of the tables that people download: text stays text wherever it is opened."""

from typing import Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""A cell of text that begins so is worked out by spreadsheets that read it from CSV."""


def as_text(value: str) -> str:
    """Give text that no spreadsheet works out: with an apostrophe before what looks like it."""
    return f"'{value}" if value.startswith(_FORMULA) else value

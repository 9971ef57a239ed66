"""Finds a template's columns in a file: below a preamble, by their headings, never by guess."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from adapters.spreadsheets.cells import Cell, CellRefused, text_of
from adapters.statements.templates import Template
from domain.errors import InvalidRequest

_MARKS: Final = re.compile(r"[^a-z0-9]+")
HEADINGS_SHOWN_MAX: Final = 30


class Columns(NamedTuple):
    """Where a table begins, and at which place each field stands."""

    heading_row: int
    """Counted from 1."""
    places: Mapping[str, int]


def plain(cell: Cell) -> str:
    """Give a heading or label in small letters and digits, with single blanks; "" for no text."""
    try:
        return _plain(text_of(cell))
    except CellRefused:
        return ""


@lru_cache(maxsize=1_024)
def _plain(text: str) -> str:
    return _MARKS.sub(" ", text.lower()).strip()


def find_columns(rows: Iterable[Sequence[Cell]], template: Template) -> Columns | None:
    """Find the row that heads the template's columns; None where there is none.

    Raises:
        InvalidRequest: with field ``file``: a column that is needed stands there twice.
    """
    for number, row in enumerate(rows, start=1):
        headings = [plain(cell) for cell in row]
        places = {field: headings.index(name) for field, name in _names_in(headings, template)}
        has_amount = "amount" in places or {"in", "out"} <= places.keys()
        if {"id", "date"} <= places.keys() and has_amount:
            _refuse_twice(headings, places, number)
            return Columns(number, places)
    return None


def _names_in(headings: Sequence[str], template: Template) -> Iterable[tuple[str, str]]:
    for field, names in template.columns.items():
        found = next((name for name in names if name in headings), None)
        if found:
            yield field, found


def _refuse_twice(headings: Sequence[str], places: Mapping[str, int], row: int) -> None:
    for place in places.values():
        if headings.count(headings[place]) > 1:
            msg = f"Row {row} has two columns named {headings[place]}: which one is meant?"
            raise InvalidRequest(msg, field="file")


def headings_of(rows: Iterable[Sequence[Cell]]) -> tuple[int, Sequence[str]]:
    """Give the row that looks most like headings, and its texts: the first with most of them."""
    best: tuple[int, Sequence[str]] = (0, ())
    for number, row in enumerate(rows, start=1):
        texts = [" ".join(cell.split()) for cell in row if isinstance(cell, str) and plain(cell)]
        if len(texts) > len(best[1]):
            best = number, texts
    return best[0], best[1][:HEADINGS_SHOWN_MAX]

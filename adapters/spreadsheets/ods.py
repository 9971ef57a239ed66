"""Open documents (ODF 1.3, part 3): each row once, whatever it says of how often it stands there.

Read here because libraries refuse the indented documents that some programs write, and show
neither formulas nor the numbers behind what a cell shows.
"""

import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element, ParseError, iterparse

from adapters.spreadsheets.bounds import COLUMNS_MAX, Bounds
from adapters.spreadsheets.cells import Cell, Unreadable
from adapters.spreadsheets.remarks import Remarks

_TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE: Final = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT: Final = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_BLANKS_MAX: Final = 100


class OdsFile:
    """A document to be read from its start again and again."""

    def __init__(self, path: Path, bounds: Bounds, remarks: Remarks) -> None:
        self._path = path
        self._bounds = bounds
        self._remarks = remarks

    def tables_with_data(self) -> Sequence[str]:
        """Name the tables that are shown and hold anything."""
        found: dict[str, None] = {}
        for name, _ in self._rows():
            found.setdefault(name)
        return list(found)

    def rows(self, table: str) -> Iterator[Sequence[Cell]]:
        """Read a table's rows, empty ones in between as well.

        Raises:
            ValueError: it is no open document.
            InvalidRequest: it has too many rows.
        """
        for name, row in self._rows(with_empty=True):
            if name == table:
                yield row

    def _rows(self, *, with_empty: bool = False) -> Iterator[tuple[str, Sequence[Cell]]]:
        """Read the rows of tables that are shown; empty ones only where others follow."""
        hidden: set[str] = set()
        name, is_shown, number, empty = "", True, 0, 0
        with zipfile.ZipFile(self._path) as archive, archive.open("content.xml") as content:
            try:
                events = iterparse(content, events=("start", "end"))  # noqa: S314 - no DOCTYPE
                for event, element in events:
                    if event == "start":
                        if element.tag == f"{_TABLE}table":
                            name = element.get(f"{_TABLE}name", "")
                            is_shown = element.get(f"{_TABLE}style-name", "") not in hidden
                            number = empty = 0
                        continue
                    if element.tag == f"{_STYLE}style":
                        if _hides(element):
                            hidden.add(element.get(f"{_STYLE}name", ""))
                    elif element.tag == f"{_TABLE}table-row" and is_shown:
                        row, times = _row_of(element), _times(element, "rows")
                        if not any(cell is not None for cell in row):
                            empty += times
                            element.clear()
                            continue
                        self._bounds.check_rows(number + empty + times)
                        self._remark(element, range(number + empty + 1, number + empty + times + 1))
                        element.clear()
                        number += empty + times
                        if with_empty:
                            yield from ((name, ()) for _ in range(empty))
                        yield from ((name, row) for _ in range(times))
                        empty = 0
            except ParseError as error:
                raise ValueError from error

    def _remark(self, row: Element, numbers: range) -> None:
        if any(f"{_TABLE}formula" in cell.attrib for cell in row):
            self._remarks.computed.update(numbers)
        if row.get(f"{_TABLE}visibility", "visible") != "visible":
            self._remarks.hidden.update(numbers)


def _hides(style: Element) -> bool:
    properties = style.find(f"{_STYLE}table-properties")
    return properties is not None and properties.get(f"{_TABLE}display") == "false"


def _times(element: Element, what: str) -> int:
    return max(1, int(element.get(f"{_TABLE}number-{what}-repeated", "1")))


def _row_of(element: Element) -> Sequence[Cell]:
    row: list[Cell] = []
    for cell in element:
        if cell.tag in {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}:
            times = min(_times(cell, "columns"), COLUMNS_MAX - len(row))
            row.extend([_cell_of(cell)] * times)
    return row


def _cell_of(cell: Element) -> Cell:
    kind = cell.get(f"{_OFFICE}value-type")
    has_formula = f"{_TABLE}formula" in cell.attrib
    value: Cell
    match kind:
        case "float" | "currency" | "percentage":
            value = float(cell.get(f"{_OFFICE}value", "nan"))
        case "date":
            value = datetime.fromisoformat(cell.get(f"{_OFFICE}date-value", ""))
        case "boolean":
            value = cell.get(f"{_OFFICE}boolean-value") == "true"
        case "time":
            value = Unreadable("holds a time without a day")
        case _:
            value = "\n".join(map(_text_of, cell.findall(f"{_TEXT}p"))) or None
    if has_formula and not value:
        return Unreadable("holds a formula whose result is not in the file")
    return value


def _text_of(paragraph: Element) -> str:
    """Give a paragraph's text; blanks in a row are written as one element."""
    words = [paragraph.text or ""]
    for part in paragraph:
        if part.tag == f"{_TEXT}s":
            words.append(" " * min(int(part.get(f"{_TEXT}c", "1")), _BLANKS_MAX))
        elif part.tag != f"{_OFFICE}annotation":
            words.append(_text_of(part))
        words.append(part.tail or "")
    return "".join(words)

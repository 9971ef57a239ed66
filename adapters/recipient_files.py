"""Lists of recipients: the headings found by name, and numbers as office programs leave them."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NoReturn

from adapters.spreadsheets.bounds import Bounds
from adapters.spreadsheets.cells import Cell, CellRefused, refuse, text_of, unscientific
from adapters.spreadsheets.rows import Rows, rows_of
from application.ports import ListedRow
from domain.errors import InvalidRequest
from domain.upload.bounds import UPLOAD_ROWS_MAX
from domain.upload.template import fold_heading

HEADINGS_SHOWN_MAX: Final = 30
NATIONAL_DIGITS: Final = 9
_EMPTY: Final = ("", None)


def open_recipients(path: Path, *, column: str, names: Sequence[str]) -> "ReadList":
    """Open a list (``application.ports.RecipientFileOpener``).

    Raises:
        InvalidRequest: with field ``file``, ``column`` or ``template``.
    """
    rows = rows_of(path, Bounds(rows=UPLOAD_ROWS_MAX + 1))
    wanted = [fold_heading(column), *names]
    best: tuple[int, Sequence[str]] = (0, ())
    for head in rows.heads():
        for number, row in enumerate(head, start=1):
            headings = [_heading(cell) for cell in row]
            if all(name in headings for name in wanted):
                _refuse_twice(headings, wanted, number)
                return ReadList(rows, number, [headings.index(name) for name in wanted], names)
            shown = [" ".join(cell.split()) for cell in row if isinstance(cell, str)]
            shown = [words for words in shown if words]
            if _fits(headings, wanted) >= _fits([fold_heading(one) for one in best[1]], wanted):
                best = (number, shown) if len(shown) > len(best[1]) else best
    return _refuse_headings(wanted, *best)


def _fits(headings: Sequence[str], wanted: Sequence[str]) -> int:
    return sum(name in headings for name in wanted)


def _heading(cell: Cell) -> str:
    try:
        return fold_heading(text_of(cell))
    except CellRefused:
        return ""


def _refuse_twice(headings: Sequence[str], wanted: Sequence[str], row: int) -> None:
    for name in wanted:
        if headings.count(name) > 1:
            msg = f"Row {row} has two columns named {name}: which one is meant?"
            raise InvalidRequest(msg, field="file")


def _refuse_headings(wanted: Sequence[str], row: int, shown: Sequence[str]) -> NoReturn:
    if not shown:
        raise InvalidRequest("The file holds no table.", field="file")
    folded = [fold_heading(words) for words in shown]
    missing = next((name for name in wanted if name not in folded), wanted[0])
    told = ", ".join(shown[:HEADINGS_SHOWN_MAX])
    msg = f"No column is named {missing}. Row {row} looks like the headings: {told}."
    raise InvalidRequest(msg, field="column" if missing == wanted[0] else "template")


class ReadList:
    """A list whose columns were found."""

    def __init__(
        self, rows: Rows, heading_row: int, places: Sequence[int], names: Sequence[str]
    ) -> None:
        self._rows = rows
        self._heading_row = heading_row
        self._place, *others = places
        self._others = list(zip(names, others, strict=True))
        self._mended = 0

    def rows(self) -> Iterator[ListedRow]:
        """Read its rows.

        Raises:
            InvalidRequest: with field ``file``: it cannot be read on, or is too long.
        """
        count = 0
        for number, row in enumerate(self._rows.rows(), start=1):
            if number <= self._heading_row or all(cell in _EMPTY for cell in row):
                continue
            count += 1
            if count > UPLOAD_ROWS_MAX:
                msg = f"A list has at most {UPLOAD_ROWS_MAX:,} rows."
                raise InvalidRequest(msg, field="file")
            yield self._read(number, row)

    def _read(self, number: int, row: Sequence[Cell]) -> ListedRow:
        what = "recipient"
        try:
            recipient = self._recipient(_at(row, self._place))
            values = []
            for name, place in self._others:
                what = name
                values.append(shown_text(_at(row, place)) or refuse("is empty"))
        except CellRefused as fault:
            return ListedRow(number, "", (), f"The {what} {fault}.")
        return ListedRow(number, recipient, values)

    def _recipient(self, cell: Cell) -> str:
        text = text_of(cell)
        if text.isascii() and text.isdecimal():
            if len(text) == NATIONAL_DIGITS and text[0] in "579":  # a zero that a number lost
                self._mended += 1
                return f"260{text}"
            return text
        return unscientific(text)

    def notes(self) -> Sequence[str]:
        """Say what was mended."""
        mended = f"{self._mended} phone numbers had lost their zero and were given 260."
        return [*([mended] * bool(self._mended)), *self._rows.remarks.told()]


def _at(row: Sequence[Cell], place: int) -> Cell:
    return row[place] if place < len(row) else None


def shown_text(cell: Cell) -> str:
    """Give a cell as it may stand in a message: text, a number in digits, a date as 2026-01-31.

    Raises:
        CellRefused: it holds a formula without its result, an error, or a yes or no.
    """
    match cell:
        case float() if not cell.is_integer():
            return repr(cell) if "e" not in repr(cell) else refuse("holds a number out of bounds")
        case datetime():
            at_midnight = (cell.hour, cell.minute, cell.second) == (0, 0, 0)
            return cell.strftime("%Y-%m-%d" if at_midnight else "%Y-%m-%d %H:%M")
        case timedelta():
            minutes = int(cell.total_seconds()) // 60
            return f"{minutes // 60}:{minutes % 60:02}"
        case _:
            return text_of(cell)

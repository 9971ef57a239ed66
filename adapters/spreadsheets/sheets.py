"""Rows of a spreadsheet: the one visible sheet with data; a result that is not there is not 0."""

import struct
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import ParseError, iterparse
from zipfile import BadZipFile

from adapters.spreadsheets.bounds import COLUMNS_MAX, Bounds
from adapters.spreadsheets.cells import Cell, Unreadable
from adapters.spreadsheets.ods import OdsFile
from adapters.spreadsheets.remarks import Remarks
from domain.errors import InvalidRequest

HEAD_ROWS: Final = 60
NO_RESULT: Final = Unreadable("holds a formula whose result is not in the file")
_ERRORS: Final = (
    *(ValueError, LookupError, TypeError, AttributeError, ArithmeticError, struct.error, OSError),
    *(ParseError, BadZipFile),
)
"""What readers of spreadsheets raise at files that are none."""


class SheetRows:
    """A sheet to be read again and again."""

    def __init__(self, open_rows: Callable[["SheetRows"], Iterator[Sequence[Cell]]]) -> None:
        self._open = open_rows
        self.date_formats: dict[int, set[str]] = defaultdict(set)
        """How the dates of each column are shown."""
        self.remarks = Remarks()

    def heads(self) -> Iterator[Sequence[Sequence[Cell]]]:
        """Give the first rows."""
        yield list(islice(self.rows(), HEAD_ROWS))

    def rows(self) -> Iterator[Sequence[Cell]]:
        """Read all rows.

        Raises:
            InvalidRequest: with field ``file``: it cannot be read, or has too many rows.
        """
        try:
            yield from self._open(self)
        except _ERRORS as error:
            msg = "The spreadsheet cannot be read: save it again as XLSX, or as CSV in UTF-8."
            raise InvalidRequest(msg, field="file") from error


def only_one(sheets: Sequence[str]) -> str:
    """Give the sheet that is meant.

    Raises:
        InvalidRequest: with field ``file``: there is none with data, or there are several.
    """
    if len(sheets) == 1:
        return sheets[0]
    msg = (
        f"{len(sheets)} sheets that are shown hold data: save the one that is meant alone."
        if sheets
        else "No sheet that is shown holds data."
    )
    raise InvalidRequest(msg, field="file")


# -- XLSX ---------------------------------------------------------------------------------------


def xlsx_rows(path: Path, bounds: Bounds) -> SheetRows:
    """Read a workbook twice at the same time: for values, and to see what is a formula."""

    def rows(sheet: SheetRows) -> Iterator[Sequence[Cell]]:
        from openpyxl import load_workbook  # noqa: PLC0415 - slow, and few commands read one

        with (  # files, since of paths the library takes only those with certain endings
            path.open("rb") as one,
            path.open("rb") as other,
            closing(load_workbook(one, read_only=True, data_only=True)) as values,
            closing(load_workbook(other, read_only=True, data_only=False)) as formulas,
        ):
            for book in (values, formulas):
                for each in book.worksheets:
                    each.reset_dimensions()
            shown = [one.title for one in values.worksheets if one.sheet_state == "visible"]
            name = only_one([title for title in shown if _has_data(formulas[title])])
            if not sheet.remarks.hidden:
                sheet.remarks.hidden.update(_hidden_rows(values[name]))
            pairs = zip(values[name].iter_rows(), formulas[name].iter_rows(), strict=True)
            for number, (row, written) in enumerate(pairs, start=1):
                bounds.check_rows(number)
                cells = list(zip(row[:COLUMNS_MAX], written, strict=False))
                if any(formula.data_type == "f" for _, formula in cells):
                    sheet.remarks.computed.add(number)
                yield [_xlsx_cell(cell, formula, sheet) for cell, formula in cells]

    return SheetRows(rows)


def _has_data(sheet: Any) -> bool:
    rows = sheet.iter_rows(values_only=True)
    return any(cell is not None for row in rows for cell in row)


def _hidden_rows(sheet: Any) -> Iterator[int]:
    """Number the rows that are not shown, which the library does not tell of such a reader."""
    number = 0
    with sheet._get_source() as source:
        for _, element in iterparse(source):  # noqa: S314 - no DOCTYPE
            if element.tag.endswith("}row"):
                number = int(element.get("r", number + 1))
                if element.get("hidden") in {"1", "true"}:
                    yield number
                element.clear()


def _xlsx_cell(cell: Any, formula: Any, sheet: SheetRows) -> Cell:
    value = cell.value
    if formula.value is not None and formula.data_type == "f" and not value:
        return NO_RESULT
    if value is None or isinstance(value, str):
        return Unreadable("holds an error") if value and cell.data_type == "e" else value
    if isinstance(value, datetime):
        sheet.date_formats[cell.column - 1].add(cell.number_format)
    return _typed(value)


def _typed(value: object) -> Cell:
    """Give a value as cells are: dates with a time, and no durations."""
    if isinstance(value, bool | int | float | str | datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - the file names no zone
    return Unreadable("holds a time without a day")


# -- XLS ----------------------------------------------------------------------------------------


def xls_rows(path: Path, bounds: Bounds) -> SheetRows:
    """Read a workbook of the old kind; of a formula it shows the result alone."""
    bounds.check_size(path.stat().st_size)

    def rows(_: SheetRows) -> Iterator[Sequence[Cell]]:
        import xlrd  # noqa: PLC0415 - few commands read one

        try:
            with xlrd.open_workbook(path, logfile=_Nowhere(), on_demand=True) as book:
                shown = [one for one in book.sheets() if one.visibility == 0 and one.nrows]
                name = only_one([one.name for one in shown])
                sheet = book.sheet_by_name(name)
                bounds.check_rows(sheet.nrows)
                for number in range(sheet.nrows):
                    row = sheet.row(number)[:COLUMNS_MAX]
                    yield [_xls_cell(cell, book.datemode) for cell in row]
        except (xlrd.XLRDError, xlrd.compdoc.CompDocError, AssertionError) as error:
            raise ValueError from error

    return SheetRows(rows)


class _Nowhere:
    """Where a library's remarks about a file go."""

    def write(self, _: str) -> None:
        """Forget it."""


def _xls_cell(cell: Any, datemode: int) -> Cell:
    import xlrd  # noqa: PLC0415 - imported by its caller already

    if cell.ctype in {xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK}:
        return None
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return Unreadable("holds an error")
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return xlrd.xldate_as_datetime(cell.value, datemode)
        except (ValueError, OverflowError):
            return Unreadable("holds a date that is none")
    return cell.value


# -- ODS ----------------------------------------------------------------------------------------


def ods_rows(path: Path, bounds: Bounds) -> SheetRows:
    """Read an open document."""

    def rows(sheet: SheetRows) -> Iterator[Sequence[Cell]]:
        file = OdsFile(path, bounds, sheet.remarks)
        return file.rows(only_one(file.tables_with_data()))

    return SheetRows(rows)

"""Tables as files: CSV, JSON and XLSX, the same bytes for the same rows."""

import csv
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from domain.cells import as_text
from domain.errors import InvalidRequest
from domain.money import NGWEE_PER_KWACHA, Ngwee, plain_kwacha

ROWS_MAX: Final = 1_048_575
"""Rows below the headings that an XLSX sheet has room for."""
EXACT_MAX: Final = 2**53
"""Beyond it a sheet's numbers are rounded: what is larger is written as text."""
_MADE: Final = datetime(2000, 1, 1)  # noqa: DTZ001 - a sheet knows no zones; always the same


class Kwacha(NamedTuple):
    """An amount of money in a cell."""

    ngwee: int

    def __str__(self) -> str:
        """Give kwacha with two decimals, and no digit groups."""
        return plain_kwacha(Ngwee(self.ngwee))


Cell = int | str | Kwacha | None
Write = Callable[[Path, Sequence[str], Iterable[Sequence[Cell]]], None]


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Write rows below headings, in the form that the file's ending, one of ``ENDINGS``, names.

    JSON has whole ngwee, the others kwacha with two decimals.

    Raises:
        InvalidRequest: a sheet has no room for so many rows.
    """
    _WRITERS[path.suffix.lower()](path, columns, rows)


def _write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(map(_plain, row) for row in rows)


def _plain(cell: Cell) -> str:
    """Give a cell of a CSV; a text that a spreadsheet would take for a formula stays one."""
    if isinstance(cell, str):
        return as_text(cell)
    return "" if cell is None else str(cell)


def _write_json(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        before = "[\n"
        for row in rows:
            plain = [cell.ngwee if isinstance(cell, Kwacha) else cell for cell in row]
            file.write(before + json.dumps(dict(zip(columns, plain, strict=True))))
            before = ",\n"
        file.write("\n]\n" if before != "[\n" else "[]\n")


def _write_xlsx(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    from xlsxwriter import Workbook  # noqa: PLC0415 - only who writes one

    book = Workbook(path, {"constant_memory": True})
    book.set_properties({"created": _MADE})
    bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "0.00"})
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for place, heading in enumerate(columns):
        sheet.write_string(0, place, heading, bold)
    for number, row in enumerate(rows, start=1):
        if number > ROWS_MAX:
            book.close()
            path.unlink(missing_ok=True)
            msg = f"A sheet has room for {ROWS_MAX:,} rows: write .csv, or ask for less."
            raise InvalidRequest(msg, field="out")
        for place, cell in enumerate(row):
            if isinstance(cell, Kwacha) and abs(cell.ngwee) <= EXACT_MAX:
                sheet.write_number(number, place, cell.ngwee / NGWEE_PER_KWACHA, money)
            elif isinstance(cell, int) and abs(cell) <= EXACT_MAX:
                sheet.write_number(number, place, cell)
            elif cell is not None:
                sheet.write_string(number, place, str(cell))
    book.close()


_WRITERS: Final[dict[str, Write]] = {".csv": _write_csv, ".json": _write_json, ".xlsx": _write_xlsx}
ENDINGS: Final = tuple(_WRITERS)

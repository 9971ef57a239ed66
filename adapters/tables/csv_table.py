"""A table as CSV: UTF-8 with its mark, commas, a decimal point, no groups of digits."""

import csv
import io
from typing import BinaryIO, Final

from application.ports.tables import Column, Kind, Table
from domain.cells import as_text
from domain.money import NGWEE_PER_KWACHA

_MARK: Final = b"\xef\xbb\xbf"
"""Without it, Excel reads names in the code page of the machine."""


def write_csv(table: Table, into: BinaryIO) -> int:
    """Write a table; give how many rows there were."""
    into.write(_MARK)
    text = io.TextIOWrapper(into, encoding="utf-8", newline="", write_through=True)
    written = csv.writer(text)
    written.writerow(column.name for column in table.columns)
    rows = 0
    for row in table.rows:
        written.writerow(map(_cell, table.columns, row))
        rows += 1
    text.flush()
    text.detach()
    return rows


def _cell(column: Column, value: str | int | None) -> str:
    if value is None:
        return ""
    if column.kind is Kind.NGWEE:
        kwacha, ngwee = divmod(abs(int(value)), NGWEE_PER_KWACHA)
        return f"{'-' if int(value) < 0 else ''}{kwacha}.{ngwee:02}"
    return as_text(str(value)) if column.kind is Kind.TEXT else str(value)

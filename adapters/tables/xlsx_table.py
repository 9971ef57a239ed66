"""A table as XLSX: text as text, whole numbers, amounts as numbers with two places, no formula."""

from datetime import datetime
from typing import Any, BinaryIO, Final

from xlsxwriter import Workbook

from application.ports.tables import Kind, Table
from domain.errors import InvalidRequest
from domain.money import NGWEE_PER_KWACHA

ROWS_MAX: Final = 1_048_575
"""What a sheet holds below its heading."""
_CREATED: Final = datetime(2000, 1, 1)  # noqa: DTZ001 - the format has no zones
"""Always the same, so that the bytes are."""
_COLUMN_WIDTH: Final = 18


def write_xlsx(table: Table, into: BinaryIO) -> int:
    """Write a table; give how many rows there were.

    Raises:
        InvalidRequest: with field ``format``: a sheet cannot hold them all.
    """
    book: Any = Workbook(into, {"constant_memory": True})  # untyped
    try:
        book.set_properties({"created": _CREATED})
        return _write_rows(book, table)
    finally:
        book.close()  # also what is given up: its rows are in files of their own until then


def _write_rows(book: Any, table: Table) -> int:
    sheet, bold = book.add_worksheet(table.name), book.add_format({"bold": True})
    money = book.add_format({"num_format": "#,##0.00"})
    sheet.set_column(0, len(table.columns) - 1, _COLUMN_WIDTH)
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(table.columns):
        sheet.write_string(0, place, column.name, bold)
    rows = 0
    for row in table.rows:
        rows += 1
        if rows > ROWS_MAX:
            msg = f"A sheet holds {ROWS_MAX:,} rows: ask for less time, or for csv."
            raise InvalidRequest(msg, field="format")
        for place, (column, value) in enumerate(zip(table.columns, row, strict=True)):
            if value is None:
                continue
            if column.kind is Kind.TEXT:
                sheet.write_string(rows, place, str(value))
            elif column.kind is Kind.NGWEE:
                sheet.write_number(rows, place, int(value) / NGWEE_PER_KWACHA, money)
            else:
                sheet.write_number(rows, place, int(value))
    return rows

"""Writes tables that people download, as CSV and as XLSX."""

from typing import BinaryIO

from adapters.tables.csv_table import write_csv
from application.ports.tables import Format, Table


def write_table(table: Table, form: Format, into: BinaryIO) -> int:
    """Implements ``application.ports.tables.TableWriter``."""
    if form is Format.CSV:
        return write_csv(table, into)
    from adapters.tables.xlsx_table import write_xlsx  # noqa: PLC0415 - few ask for it

    return write_xlsx(table, into)

"""Opens a file's rows by its first bytes, whatever it is called."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NoReturn, Protocol

from adapters.spreadsheets.bounds import Bounds, members_of
from adapters.spreadsheets.cells import Cell
from adapters.spreadsheets.csv_rows import CsvRows
from adapters.spreadsheets.remarks import Remarks
from adapters.spreadsheets.sheets import ods_rows, xls_rows, xlsx_rows
from domain.errors import InvalidRequest


class Rows(Protocol):
    """A file's rows, to be read again and again."""

    def heads(self) -> Iterator[Sequence[Sequence[Cell]]]:
        """Give the first rows, in each way that they may be cut; ``rows`` keeps to the last."""

    def rows(self) -> Iterator[Sequence[Cell]]:
        """Read all rows."""

    @property
    def date_formats(self) -> Mapping[int, Collection[str]]:
        """How the dates of each column are shown, as far as ``rows`` has come."""

    @property
    def remarks(self) -> Remarks:
        """What is to be said of rows, as far as ``rows`` has come."""


def rows_of(path: Path, bounds: Bounds) -> Rows:
    """Say by its first bytes what a file is, whatever it is called.

    Raises:
        InvalidRequest: with field ``file``: it is no table, or a damaged one.
    """
    with path.open("rb") as file:
        start = file.read(1_024)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return xls_rows(path, bounds)
    if start.startswith(b"PK\x03\x04"):
        members = members_of(path, bounds)
        if "xl/workbook.xml" in members:
            return xlsx_rows(path, bounds)
        if "content.xml" in members:
            return ods_rows(path, bounds)
        _refuse_kind("a spreadsheet that cannot be read here")
    if start.startswith(b"%PDF"):
        _refuse_kind("a PDF")
    if start.lstrip().lower().startswith((b"<html", b"<!doctype", b"<table", b"<?xml")):
        _refuse_kind("a page, whatever its name says")
    return CsvRows(path)


def _refuse_kind(what: str) -> NoReturn:
    msg = f"The file is {what}: export it as CSV, XLSX, XLS or ODS."
    raise InvalidRequest(msg, field="file")

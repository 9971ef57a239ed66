"""Rows of a CSV file: encoding by rule, delimiter by its template's headings, a line at a time."""

import codecs
import csv
import hashlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Final

from adapters.spreadsheets.remarks import Remarks
from domain.errors import InvalidRequest

DELIMITERS: Final = ",;\t|"
HEAD_ROWS: Final = 60
"""How far down a file's headings are looked for, and its delimiter."""
CSV_ROWS_MAX: Final = 2_000_000
CHUNK_BYTES: Final = 1 << 16

LOSSY: Final = "cp1252"
"""What has not all letters: an export writes a ``?`` for others."""
_LOST: Final = re.compile(r"\?[^\W\d_]")

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def digest_of(path: Path) -> str:
    """Give SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def encoding_of(path: Path) -> str:
    """Say how a file is written: by its mark, else UTF-8 if all of it is, else Windows-1252.

    Raises:
        InvalidRequest: with field ``file``: it is none of these.
    """
    with path.open("rb") as file:
        start = file.read(4)
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name if _is_written_in(path, name) else _refuse_encoding()
    return next((name for name in ("utf-8", LOSSY) if _is_written_in(path, name)), None) or (
        _refuse_encoding()
    )


def _refuse_encoding() -> str:
    msg = "The file is not text in UTF-8 or Windows-1252: export it again as CSV in UTF-8."
    raise InvalidRequest(msg, field="file")


def _is_written_in(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while chunk := file.read(CHUNK_BYTES):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeError:
            return False
    return True


class CsvRows:
    """A file to be read again and again by one delimiter."""

    date_formats: Mapping[int, Collection[str]] = MappingProxyType({})

    def __init__(self, path: Path) -> None:
        self._path = path
        self._encoding = encoding_of(path)
        self.remarks = Remarks()
        self.delimiter = ","
        with path.open(encoding=self._encoding, newline="") as file:
            self._says = file.readline(16).rstrip("\r\n")
        if self._is_named:
            self.delimiter = self._says[4]

    @property
    def _is_named(self) -> bool:
        """Whether its first line is ``sep=;``, as one office program writes for itself."""
        return self._says.lower().startswith("sep=") and len(self._says) == len("sep=;")

    def heads(self) -> Iterator[Sequence[Sequence[object]]]:
        """Give the first rows as each delimiter that may be meant would cut them.

        Raises:
            InvalidRequest: with field ``file``: they are no CSV by one, and not cut by others.
        """
        faults, is_cut = list[InvalidRequest](), False
        for delimiter in self._says[4] if self._is_named else DELIMITERS:
            self.delimiter = delimiter
            try:
                head = list(islice(self.rows(), HEAD_ROWS))
            except InvalidRequest as fault:  # a quoted cell does not end where this one stands
                faults.append(fault)
            else:
                is_cut = is_cut or any(len(row) > 1 for row in head)
                yield head
        if faults and not is_cut:
            raise faults[0]

    def rows(self) -> Iterator[Sequence[object]]:
        """Read all rows.

        Raises:
            InvalidRequest: with field ``file``: a row is no CSV, or there are too many.
        """
        with self._path.open(encoding=self._encoding, newline="") as file:
            number, loses = 0, self._encoding == LOSSY
            if self._is_named:
                file.readline()
                yield []
                number = 1
            try:
                for row in csv.reader(file, delimiter=self.delimiter, strict=True):
                    number += 1
                    if number > CSV_ROWS_MAX:
                        msg = f"The file has more than {CSV_ROWS_MAX} rows."
                        raise InvalidRequest(msg, field="file")
                    if loses and _LOST.search(",".join(row)):
                        self.remarks.damaged.add(number)
                    yield row
            except csv.Error as error:
                msg = f"Row {number + 1} of the file is no CSV ({error})."
                raise InvalidRequest(msg, field="file") from error

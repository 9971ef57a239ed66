"""Tables that people download: typed columns, and rows that are read as they are written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO, NamedTuple, Protocol


class Kind(StrEnum):
    """What the cells of a column hold; None is an empty cell everywhere."""

    TEXT = "text"
    """Also what looks like a number or a formula."""
    WHOLE = "whole"
    NGWEE = "ngwee"
    """An amount in ngwee, written in kwacha."""


class Format(StrEnum):
    """How a table is written."""

    CSV = "csv"
    XLSX = "xlsx"


class Column(NamedTuple):
    """One column; its name never changes once people rely on it."""

    name: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a heading; ``rows`` may be read once."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[str | int | None]]


class TableWriter(Protocol):
    """Writes tables: the same one gives the same bytes."""

    def __call__(self, table: Table, form: Format, into: BinaryIO) -> int:
        """Write it; give how many rows there were.

        Raises:
            InvalidRequest: with field ``format``: it has more rows than the format can hold.
        """

"""Lists on pages: columns, filters that stay in the address, older entries, and the same as CSV."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import urlencode

from api.http.wire import Answer
from domain.cells import as_text

CSV: Final = "csv"
CSV_PAGES_MAX: Final = 100
"""Pages of a list that one download holds."""
CSV_TYPE: Final = b"text/csv; charset=utf-8"

Kind = Literal["text", "number", "credits", "kwacha", "when", "state", "code", "phone"]
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the name of its words (``columns.…``), which is also its field of a row."""

    name: str
    kind: Kind = "text"
    value: Callable[[Row], Any] | None = None
    """What stands in it, where that is not simply the field."""
    link: Callable[[Row], str] | None = None
    """Where it leads."""

    def of(self, row: Row) -> Any:
        """Give what stands in the column of a row."""
        return row.get(self.name) if self.value is None else self.value(row)


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter of a list: a choice, or what is typed (``filters.…``)."""

    name: str
    choices: Sequence[str] = ()
    kind: Literal["search", "date"] = "search"
    label: str = ""
    """Whose words it has instead of those of its name."""

    @property
    def words(self) -> str:
        """The name of the words that it is labelled with."""
        return f"filters.{self.label or self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One page of a list."""

    name: str
    """``tables.<name>`` says what it lists, ``tables.<name>_empty`` that it is empty."""
    path: str
    query: Mapping[str, str]
    columns: Sequence[Column]
    rows: Sequence[Row]
    filters: Sequence[Filter] = ()
    next: str | int | None = None
    """Where the list goes on; None at its end."""
    next_name: Literal["before", "after"] = "before"

    @property
    def filtered(self) -> Mapping[str, str]:
        """The filters that are in force."""
        names = {each.name for each in self.filters}
        return {name: value for name, value in self.query.items() if name in names and value}

    def address(self, **more: str) -> str:
        """Give the list's address with its filters, and something else."""
        query = urlencode({**self.filtered, **more})
        return f"{self.path}?{query}" if query else self.path

    @property
    def next_address(self) -> str | None:
        """Where the next page is; None at the list's end."""
        return None if self.next is None else self.address(**{self.next_name: str(self.next)})

    @property
    def first_address(self) -> str | None:
        """Where the list begins; None there."""
        return self.address() if self.next_name in self.query else None

    @property
    def csv_address(self) -> str:
        """Where it is as CSV."""
        return self.address(format=CSV)


def csv_answer(name: str, columns: Sequence[Column], rows: Sequence[Row]) -> Answer:
    """Give rows as a file of CSV, in which nothing is a formula."""
    written = io.StringIO()
    lines = csv.writer(written)
    lines.writerow(column.name for column in columns)
    lines.writerows([_cell(column.of(row)) for column in columns] for row in rows)
    disposition = f'attachment; filename="{name}.csv"'.encode()
    headers = ((b"content-disposition", disposition), (b"x-content-type-options", b"nosniff"))
    return Answer(200, written.getvalue().encode(), headers, content_type=CSV_TYPE)


def _cell(value: object) -> object:
    if isinstance(value, list | tuple):
        value = " ".join(map(str, value))
    return as_text(value) if isinstance(value, str) else value

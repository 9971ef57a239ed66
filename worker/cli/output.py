"""What commands print: JSON for programs, tables for people."""

import json
import os
import re
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from domain.public_ids import iso_time, iso_time_or_none
from domain.values import Instant

if TYPE_CHECKING:
    from rich.console import Console

PIPED_COLUMNS: Final = 200
"""Width of a table that nobody watches: wide enough that few cells are broken."""
BETWEEN_COLUMNS: Final = 3


DONE: Final[Mapping[str, object]] = {"status": "done", "entry": None}
"""What a command that may have to wait for a second person says in JSON when it did not."""


def waiting(entry: int) -> Mapping[str, object]:
    """Say in JSON that nothing has happened yet: ``entry`` waits for a second person."""
    return {"status": "waiting", "entry": entry}


def print_json(value: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> None:
    """Print a value as one JSON document."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None))


def console(*, to_stderr: bool = False) -> "Console":
    """Give a rich console for tables, panels and progress."""
    from rich.console import Console

    stream = sys.stderr if to_stderr else sys.stdout
    is_known = stream.isatty() or "COLUMNS" in os.environ
    width = None if is_known else PIPED_COLUMNS
    return Console(file=stream, width=width, highlight=False, emoji=False)


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str = "Nothing."
) -> None:
    """Print rows below headings; numbers stand to the right. ``empty`` stands for no rows.

    No word is broken: where there is too little room cells go on over several lines, and where
    even the words have none, each row stands as a list of its cells.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    found = list(rows)
    if not found:
        click.echo(empty)
        return
    cells = [[_cell(value) for value in row] for row in found]
    out = console()
    widths = _widths([*zip(columns, *cells, strict=True)], room=out.width)
    if widths is None:
        _print_lists(columns, cells, room=out.width)
        return
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for place, column in enumerate(columns):
        is_number = all(type(row[place]) in {int, type(None)} for row in found)
        table.add_column(column, justify="right" if is_number else "left", width=widths[place])
    for row in cells:
        table.add_row(*map(Text, row))
    out.print(table)


def _widths(columns: Sequence[Sequence[str]], *, room: int) -> list[int] | None:
    """Give each column's width so that no word is broken; None where the words have no room."""
    from rich.cells import cell_len

    widths = [max(map(cell_len, column)) for column in columns]
    least = [max(cell_len(word) for cell in column for word in _words(cell)) for column in columns]
    room -= BETWEEN_COLUMNS * (len(columns) - 1)
    if sum(least) > room:
        return None
    while sum(widths) > room:
        _, widest = max((width, n) for n, width in enumerate(widths) if width > least[n])
        widths[widest] -= 1
    return widths


def _words(cell: str) -> Sequence[str]:
    """Give what must not be broken: words, and a time with its day."""
    return re.split(r"(?<!\d) | (?!\d)", cell)


def _print_lists(columns: Sequence[str], rows: Sequence[Sequence[str]], *, room: int) -> None:
    """Print each row as lines of heading and cell, with an empty line between rows."""
    margin = max(map(len, columns)) + BETWEEN_COLUMNS
    for number, row in enumerate(rows):
        if number:
            click.echo()
        for column, cell in zip(columns, row, strict=True):
            lines = textwrap.wrap(
                cell, room - margin, break_long_words=False, break_on_hyphens=False
            )
            click.echo(f"{column:{margin}}" + f"\n{' ' * margin}".join(lines))


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return visible(str(value))


def visible(text: str) -> str:
    """Give text as it may be shown on a terminal: what people typed must not steer it."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )


def hint_of_more(shown: int, limit: int, flags: str) -> None:
    """Say on stderr how to see the rest of a list that was cut."""
    if shown == limit:
        click.echo(f"There may be more: {flags}", err=True)


def moment(at: Instant | None) -> str | None:
    """Give a time for JSON, or None."""
    return iso_time_or_none(at)


def clock_time(at: Instant | None) -> str | None:
    """Give a time for people: UTC to the second."""
    return None if at is None else iso_time(at)[:19].replace("T", " ")

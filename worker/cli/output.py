"""What commands print: JSON for programs, tables for people."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from domain.public_ids import iso_time, iso_time_or_none
from domain.values import Instant

if TYPE_CHECKING:
    from rich.console import Console

PIPED_COLUMNS: Final = 200
"""Width of a table that nobody watches: wide enough that no cell is broken."""


DONE: Final[Mapping[str, object]] = {"status": "done", "entry": None}
"""What a command that may have to wait for a second person says in JSON when it did not."""


def waiting(entry: int) -> Mapping[str, object]:
    """Say in JSON that nothing has happened yet: ``entry`` waits for a second person."""
    return {"status": "waiting", "entry": entry}


def counted(credits: int) -> str:
    """Give a number of credits in words."""
    return f"{credits} credit" if credits in {1, -1} else f"{credits} credits"


def print_json(value: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> None:
    """Print a value as one JSON document."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None))


def console(*, to_stderr: bool = False) -> "Console":
    """Give a rich console for tables, panels and progress."""
    from rich.console import Console

    stream = sys.stderr if to_stderr else sys.stdout
    width = None if stream.isatty() else PIPED_COLUMNS
    return Console(file=stream, width=width, highlight=False, emoji=False)


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str = "Nothing."
) -> None:
    """Print rows below headings; numbers stand to the right. ``empty`` stands for no rows."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    found = list(rows)
    if not found:
        click.echo(empty)
        return
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for place, column in enumerate(columns):
        is_number = all(type(row[place]) in {int, type(None)} for row in found)
        table.add_column(column, justify="right" if is_number else "left", overflow="fold")
    for row in found:
        table.add_row(*(Text(_cell(value)) for value in row))
    console().print(table)


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

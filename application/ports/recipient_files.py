"""Lists of recipients that people bring as files, read a row at a time."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol


class ListedRow(NamedTuple):
    """A row of a list: whom it names, and what it says of them; or why it cannot be read."""

    row: int
    """Which row of the file it is, counted from 1 as spreadsheets do."""
    recipient: str
    """The number as it stands there, with a zero that was surely lost put back."""
    values: Sequence[str]
    """What the columns that were asked for hold, in their order."""
    fault: str | None = None


class RecipientFile(Protocol):
    """A list that can be read once, a row at a time."""

    def rows(self) -> Iterator[ListedRow]:
        """Read its rows, below the headings; empty ones are left out.

        Raises:
            InvalidRequest: with field ``file``: it cannot be read on.
        """

    def notes(self) -> Sequence[str]:
        """Say in sentences what was mended and what a person should know, once all were read."""


class RecipientFileOpener(Protocol):
    """Finds the headings of a list."""

    def __call__(self, path: str, *, column: str, names: Sequence[str]) -> RecipientFile:
        """Open it; ``column`` heads the numbers, ``names`` other columns, as ``fold_heading`` has.

        Raises:
            InvalidRequest: it is no table, or has no such columns: with field ``file``,
                ``column`` or ``template``.
        """

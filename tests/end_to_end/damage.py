"""Damage to a database file, made with zeros only; whoever reads it is a process of its own."""

from pathlib import Path
from typing import Final

PAGE_BYTES: Final = 4_096


def empty(path: Path) -> None:
    """Leave nothing of it."""
    with path.open("r+b") as file:
        file.truncate(0)


def halve(path: Path) -> None:
    """Cut it in the middle, between two pages."""
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // PAGE_BYTES // 2 * PAGE_BYTES)


def zero_its_head(path: Path) -> None:
    """Write zeros over the first page, which says what the file is."""
    _zero(path, 0, PAGE_BYTES)


def zero_all_but_its_head(path: Path) -> None:
    """Write zeros over everything that it holds."""
    _zero(path, PAGE_BYTES, path.stat().st_size)


def _zero(path: Path, start: int, end: int) -> None:
    with path.open("r+b") as file:
        file.seek(start)
        file.write(bytes(end - start))

"""Damage to a database file, made with zeros only; whoever reads it is a process of its own."""

import resource
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from tests.support.processes import tree

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


def empty_its_log(path: Path) -> None:
    """Move all of the write-ahead log into the file, so that its pages are what is read."""
    with closing(sqlite3.connect(path, timeout=10)) as connection:
        (is_busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert not is_busy


def zero_a_page_of(table: str, path: Path) -> None:
    """Write zeros over the first page of a table."""
    with closing(sqlite3.connect(path)) as connection:
        asked = "SELECT rootpage FROM sqlite_master WHERE type = 'table' AND name = ?"
        (page,) = connection.execute(asked, (table,)).fetchone()
    _zero(path, (page - 1) * PAGE_BYTES, page * PAGE_BYTES)


def bound_its_files(pid: int, bytes_max: int | None) -> None:
    """Let no file of a process, and of those that it made, grow beyond a bound; None: as it was.

    So it is on a full disk.
    """
    for each in tree(pid):
        _, hard = resource.prlimit(each, resource.RLIMIT_FSIZE)
        bound = hard if bytes_max is None else bytes_max
        resource.prlimit(each, resource.RLIMIT_FSIZE, (bound, hard))


def _zero(path: Path, start: int, end: int) -> None:
    with path.open("r+b") as file:
        file.seek(start)
        file.write(bytes(end - start))

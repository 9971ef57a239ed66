"""A database file that is in use, and whether it still stands where it was opened."""

import os
from enum import Enum, auto
from pathlib import Path


class Place(Enum):
    """What stands where a file was opened."""

    SAME = auto()
    SHORTER = auto()
    """The same file, but shorter than it was: SQLite never makes one of ours shorter."""
    OTHER = auto()
    GONE = auto()


Identity = tuple[int, int]
"""Device and inode: a file has them under every name, and no other has the same."""


class OpenedFile:
    """A database as it was when it was opened, with the write-ahead log that goes with it.

    Looking costs two ``stat``, a microsecond each. What is written into a file in place, as long
    as before, cannot be seen from outside. Callable from any thread.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._wal_path = with_suffix(path, "-wal")
        self._opened: Identity | None = None
        self._wal: Identity | None = None
        self._size = 0

    def forget(self) -> None:
        """Take whatever stands there next for the file that was opened."""
        self._opened, self._wal, self._size = None, None, 0

    def look(self) -> Place:
        """Say what stands there now; the first file that is seen is the one that was opened."""
        size = self._size  # before it is asked for: another thread may see it grow meanwhile
        found = _stat(self.path)
        if found is None:
            return Place.SAME if self._opened is None else Place.GONE
        identity = _identity(found)
        self._opened = self._opened or identity
        if identity != self._opened:
            return Place.OTHER
        if found.st_size < size:
            return Place.SHORTER
        self._size = found.st_size
        wal = _stat(self._wal_path)
        self._wal = wal and _identity(wal)
        return Place.SAME

    def remove_stale_wal(self) -> None:
        """Remove the write-ahead log when it is of the file that was opened, not of the other one.

        SQLite goes by names: it would take what we wrote last for a part of the other file.
        """
        wal = _stat(self._wal_path)
        if wal is not None and _identity(wal) == self._wal:
            for suffix in ("-wal", "-shm"):
                with_suffix(self.path, suffix).unlink(missing_ok=True)


def with_suffix(path: Path, suffix: str) -> Path:
    """Name a file that goes with a database."""
    return path.with_name(path.name + suffix)


def make_private(path: Path) -> None:
    """Create the file readable by its owner only; SQLite gives -wal and -shm the same mode."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _stat(path: Path) -> os.stat_result | None:
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


def _identity(found: os.stat_result) -> Identity:
    return found.st_dev, found.st_ino

"""What SQLite's errors mean: for who waits, whether it may pass; for operators, what to do."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from adapters.store.health import Health
from adapters.store.sqlite.inspection import first_damage
from adapters.store.sqlite.opened import with_suffix
from adapters.store.troubles import REMEDY, Troubles
from application.ports import StoreUnusable
from domain.errors import StoreDown

PRIMARY: Final = 0xFF
"""What an extended error code of SQLite has of its primary one."""
DAMAGE: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
NOT_WRITTEN: Final = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE})
"""Met by COMMIT, these say that the last page of it was not written: it did not happen."""
LOOK_S: Final = 1.0
"""How long whoever meets damage looks for the table that has it."""
WRITE_LOCK_BYTE: Final = 120
"""Of the ``-shm`` file: who writes has it locked (https://www.sqlite.org/walformat.html)."""
LOCKS: Final = Path("/proc/locks")

WORDS: Final = {
    sqlite3.SQLITE_FULL: "there is no room for {name} ({error}): make room where {folder} is",
    sqlite3.SQLITE_IOERR_WRITE: "{name} cannot be written ({error}): its disk is full or failing,"
    " or a quota or a bound on the size of files is reached",
    sqlite3.SQLITE_IOERR: "{name} cannot be read or written ({error}): look at its disk",
    sqlite3.SQLITE_READONLY: "{name} cannot be written ({error}): look at its owner and mode, and"
    " how its disk is mounted",
    sqlite3.SQLITE_CANTOPEN: "{name} cannot be opened ({error}): look at its folder, and at how"
    " many files may be open",
}
"""By SQLite's code, extended or primary (https://www.sqlite.org/rescode.html)."""


class SqliteTroubles(Troubles):
    """What SQLite raises; ``suspect`` looks for the table that is damaged."""

    conflict = (sqlite3.IntegrityError,)
    passing = (sqlite3.DataError, sqlite3.ProgrammingError, sqlite3.NotSupportedError)
    trouble = (sqlite3.DatabaseError, PoolTimeoutError)

    def __init__(self, path: Path, health: Health, must_stand: Callable[[], None]) -> None:
        """``must_stand`` raises when the file is not the one that was opened."""
        super().__init__(health)
        self._path = path
        self._must_stand = must_stand

    def suspect(self) -> str | None:
        """Say whether the store is damaged, now that somebody met damage in it or beside it."""
        if self._health.damage is None:
            self._must_stand()
            where = first_damage(self._path, limit_s=LOOK_S).damage
            if where is not None:
                self._health.damaged(damage_words(self._path, where))
        return self._health.damage

    def _note(self, error: Exception, *, in_writing: bool) -> StoreDown:
        code = getattr(error, "sqlite_errorcode", 0)
        if code & PRIMARY in DAMAGE:
            return StoreUnusable(self.suspect() or self._damaged(str(error)))
        words = words_of(error, self._path)
        self._health.met(words, in_writing=in_writing)
        return StoreUnusable(words) if code in NOT_WRITTEN else StoreDown(words)

    def _damaged(self, error: str) -> str:
        return self._health.damaged(damage_words(self._path, error))


def damage_words(path: Path, where: str) -> str:
    """Say that a store is damaged, and what to do."""
    return f"{path.name} is damaged ({where}): {REMEDY}"


def words_of(error: Exception, path: Path) -> str:
    """Say what an error means that is no damage, and what to do."""
    code = getattr(error, "sqlite_errorcode", 0)
    if code & PRIMARY in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return f"{holder_of(path)} holds the lock of {path.name}: end it, or wait for its end"
    words = WORDS.get(code) or WORDS.get(code & PRIMARY, "{name} cannot be used: {error}")
    return words.format(name=path.name, folder=path.parent, error=error)


def holder_of(path: Path) -> str:
    """Name the process that has a store's write lock, where the system says who has which."""
    try:
        found = os.stat(with_suffix(path, "-shm"))
        lines = LOCKS.read_text(encoding="ascii").splitlines()
    except OSError:
        return "another process"
    place = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
    for line in lines:
        fields = line.split()
        if "->" in fields or fields[5:6] != [place] or fields[3] != "WRITE":
            continue
        number, first, last = int(fields[4]), int(fields[6]), fields[7]
        is_it = first <= WRITE_LOCK_BYTE and (last == "EOF" or int(last) >= WRITE_LOCK_BYTE)
        if is_it and number not in {0, os.getpid()}:
            return f"another process ({number}{_name_of(number)})"
    return "another process"


def _name_of(number: int) -> str:
    try:
        return ", " + Path(f"/proc/{number}/comm").read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return ""

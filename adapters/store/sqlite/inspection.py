"""Looks through a database file for damage that nobody has met yet, table by table.

Each look has a connection of its own: one that is kept would be answered from its memory.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

REST: Final = 100
"""How many times as long as looks at all tables took each is left alone: 1 % of one thread."""
REST_S: Final = 1.0
"""The shortest rest."""
WAITS: Final = 10
"""How many times as long as it works a look is taken to wait for the disk; the rest of its time
it waited for its turn, on a busy machine, and says nothing about the size of its table."""
STEPS: Final = 10_000
"""Instructions of SQLite's machine between two looks at the time."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found in a file."""

    damage: str | None
    is_whole: bool = True
    """Whether the time was enough for all tables."""


class Inspection:
    """Looks at one file for as long as it is used. ``step`` is called by one thread.

    A table is looked at again the sooner the smaller it is: one of a few MB within seconds, those
    of a store of hundreds of MB within a minute, of gigabytes within an hour. All large ones
    together cost no more than one of them may. What is used meanwhile shows its damage by itself.
    """

    def __init__(self, path: Path, *, look: Callable[[], Callable[[str], None] | None]) -> None:
        """``look`` says before each look whom to tell of damage; None: do not look now."""
        self._path = path
        self._look = look
        self._next_s: dict[str, float] = {}
        self._took_s: dict[str, float] = {}
        self._stopping = threading.Event()

    def step(self, *, limit_s: float = float("inf")) -> None:
        """Look at each table whose rest is over, and tell of damage."""
        tell = self._look()
        if tell is None:
            return
        try:
            damage = self._step(time.monotonic() + limit_s)
        except sqlite3.DatabaseError as error:
            damage = _damage_of(error)
        if damage is not None and not self._stopping.is_set():
            tell(damage)

    def stop(self) -> None:
        """End the look under way."""
        self._stopping.set()

    def _step(self, until_s: float) -> str | None:
        def is_over() -> bool:
            return self._stopping.is_set() or time.monotonic() > until_s

        with _opened(self._path) as connection:
            connection.set_progress_handler(is_over, STEPS)
            names = _tables(connection)
            self._next_s = {name: self._next_s.get(name, 0.0) for name in names}
            self._took_s = {name: self._took_s.get(name, 0.0) for name in names}
            for name in names:
                begun_s, worked_s = time.monotonic(), time.thread_time()
                if begun_s < self._next_s[name]:
                    continue
                if (damage := _damage_in(connection, name)) is not None:
                    return damage
                worked_s = time.thread_time() - worked_s
                self._took_s[name] = min(time.monotonic() - begun_s, WAITS * worked_s)
                self._next_s[name] = begun_s + self._rest_s(name)
        return None

    def _rest_s(self, name: str) -> float:
        """Share what all may cost among those that need longer rests than the shortest."""
        large = sum(REST * took_s > REST_S for took_s in self._took_s.values())
        return max(REST_S, REST * self._took_s[name] * large)


def first_damage(path: Path, *, limit_s: float) -> Looked:
    """Look at all tables, for a bounded time.

    SQLite cannot be interrupted within a table (3.40), so a look that takes longer is left to a
    thread that ends by itself, or with the process.
    """
    until_s, found = time.monotonic() + limit_s, list[Looked]()
    looking = threading.Thread(
        target=lambda: found.append(_first_damage(path, until_s)), name="ngoma-look", daemon=True
    )
    looking.start()
    looking.join(limit_s)
    return found[0] if found else Looked(None, is_whole=False)


def _first_damage(path: Path, until_s: float) -> Looked:
    try:
        with _opened(path) as connection:
            connection.set_progress_handler(lambda: time.monotonic() > until_s, STEPS)
            for name in _tables(connection):
                if (damage := _damage_in(connection, name)) is not None:
                    return Looked(damage)
    except sqlite3.DatabaseError as error:
        return Looked(_damage_of(error), is_whole=False)
    return Looked(None)


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=1.0
    )
    try:
        yield connection
    finally:
        connection.close()


def _tables(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return [name for (name,) in rows]


def _damage_in(connection: sqlite3.Connection, table: str) -> str | None:
    """Look at a table and its indexes: every page, and whether each row can be read."""
    try:
        row = connection.execute(f'PRAGMA quick_check("{table}")').fetchone()
    except sqlite3.DatabaseError as error:
        words = _damage_of(error)
        if words is None:
            raise
        return f"table {table}: {words}"
    return None if row is None or row[0] == "ok" else f"table {table}: {_short(row[0])}"


def _short(said: str) -> str:
    """Leave out the heading of SQLite's report, and all lines but the first."""
    lines = [line for line in said.splitlines() if not line.startswith("***")]
    return lines[0] if lines else said


def _damage_of(error: sqlite3.DatabaseError) -> str | None:
    """Say what an error tells about damage; None when it tells nothing about it."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return str(error) if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB} else None

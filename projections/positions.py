"""Where each projection stands in the log: moved by compare-and-set, and waited for."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Engine, Table, Text, delete, select, tuple_, update

from projections.tables import READ, changing, key

POSITIONS: Final = Table(
    "projection_positions",
    READ,
    key("name", Text),
    changing("version"),
    changing("position"),
    changing("generation"),
    changing("error", Text, nullable=True),
)
"""One row a projection, and one named ``<name>__new`` while it is being rebuilt."""


@dataclass(frozen=True, slots=True)
class Position:
    """A projection's row.

    ``version`` is that of the code that made the tables, ``generation`` counts rebuilds, and
    ``error`` says at which event the projection stopped, and why.
    """

    name: str
    version: int
    position: int
    generation: int
    error: str | None


_ALL: Final = select(POSITIONS).order_by(POSITIONS.c.name)


def read(connection: Connection) -> Mapping[str, Position]:
    """Give all rows."""
    return {row.name: Position(**row._mapping) for row in connection.execute(_ALL)}


def lock(connection: Connection, *names: str) -> Mapping[str, Position]:
    """Give the rows of these names, which nobody else moves until the transaction ends."""
    found = connection.execute(_ALL.where(POSITIONS.c.name.in_(names)).with_for_update())
    return {row.name: Position(**row._mapping) for row in found}


def insert(connection: Connection, name: str, *, version: int, generation: int) -> None:
    """Add a projection at the beginning of the log."""
    connection.execute(
        POSITIONS.insert().values(name=name, version=version, position=0, generation=generation)
    )


def remove(connection: Connection, name: str) -> None:
    """Forget a projection."""
    connection.execute(delete(POSITIONS).where(POSITIONS.c.name == name))


def replace(connection: Connection, name: str, *, by: str) -> None:
    """Let the row ``by`` become that of ``name``."""
    remove(connection, name)
    connection.execute(update(POSITIONS).where(POSITIONS.c.name == by).values(name=name))


def move(connection: Connection, versions: Mapping[str, int], *, after: int, to: int) -> bool:
    """Move positions from ``after`` to ``to``: all, or none when somebody else was faster.

    ``versions`` are the projections to move, by name, with the version that folds them. Done
    before the rows are touched: the row lock keeps a second runner out until the commit, and it
    then finds that it has lost. When this is False the caller rolls back.
    """
    moved = connection.execute(
        update(POSITIONS)
        .where(tuple_(POSITIONS.c.name, POSITIONS.c.version).in_(list(versions.items())))
        .where(POSITIONS.c.position == after, POSITIONS.c.error.is_(None))
        .values(position=to)
    )
    return moved.rowcount == len(versions)


def stop(connection: Connection, names: Iterable[str], *, after: int, error: str) -> None:
    """Record that projections cannot go on after a position."""
    connection.execute(
        update(POSITIONS)
        .where(POSITIONS.c.name.in_(names), POSITIONS.c.position == after)
        .values(error=error)
    )


def retry(connection: Connection, names: Iterable[str]) -> None:
    """Let stopped projections try their bad event again."""
    connection.execute(
        update(POSITIONS)
        .where(POSITIONS.c.name.in_(names), POSITIONS.c.error.is_not(None))
        .values(error=None)
    )


class Positions:
    """The positions as this process last saw them, and those who wait for them.

    Whoever moves them in this process says so; what other processes move is seen by polling,
    by one of the waiters for all of them.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        poll_s: float = 0.005,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._poll_s = poll_s
        self._monotonic_s = monotonic_s
        self._changed = threading.Condition()
        self._known: dict[str, int] = {}
        self._stopped: frozenset[str] = frozenset()
        self._is_polling = False

    def read(self) -> Mapping[str, Position]:
        """Read all rows."""
        with self._engine.connect() as connection:
            rows = read(connection)
        with self._changed:
            self._stopped = frozenset(row.name for row in rows.values() if row.error)
            known = {row.name: row.position for row in rows.values()}
            if known != self._known:  # lower than before, too, when a crash lost the last commits
                self._known = known
                self._changed.notify_all()
        return rows

    def moved(self, names: Sequence[str], position: int) -> None:
        """Wake whoever waits for these projections to reach ``position``, which they have."""
        with self._changed:
            self._known.update(dict.fromkeys(names, position))
            self._changed.notify_all()

    def reached(self, position: int, *, timeout_s: float, projection: str) -> bool:
        """Wait until ``projection`` has handled log position ``position``.

        False when the time is up, and at once when the projection has stopped. It looks at
        least once, also with no time at all.
        """
        deadline_s = self._monotonic_s() + timeout_s
        with self._changed:
            while self._known.get(projection, 0) < position:
                if self._is_polling and (left_s := deadline_s - self._monotonic_s()) > 0:
                    self._changed.wait(left_s)
                    continue
                return self._poll_until(projection, position, deadline_s)
            return True

    def _poll_until(self, projection: str, position: int, deadline_s: float) -> bool:
        """Poll on behalf of all waiters, who take over when this one's time is up."""
        self._is_polling = True
        try:
            while True:
                self._changed.release()
                try:
                    self.read()
                finally:
                    self._changed.acquire()
                if self._known.get(projection, 0) >= position:
                    return True
                left_s = deadline_s - self._monotonic_s()
                if left_s <= 0 or projection in self._stopped:
                    return False
                self._changed.wait(min(self._poll_s, left_s))
        finally:
            self._is_polling = False
            self._changed.notify_all()

"""Where each projection stands in the log, and in which log: moved by compare-and-set."""

from collections.abc import Iterable, Mapping
from functools import cache
from itertools import chain
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    Connection,
    Table,
    Text,
    delete,
    inspect,
    select,
    update,
)

from projections.driver import Driver
from projections.log import BEGINNING, Origin, Point
from projections.tables import READ, changing, key

POSITIONS: Final = Table(
    "projection_positions",
    READ,
    key("name", Text),
    changing("version"),
    changing("store", Text),
    changing("generation"),
    changing("position"),
    changing("mark", Text),
    changing("answers_from"),
    changing("rebuilds"),
    changing("error", Text, nullable=True),
)
"""One row a projection, and one named ``<name>__new`` while it is being rebuilt."""


class Position(NamedTuple):
    """A projection's row.

    ``version`` is that of the code that made the tables, ``store`` and ``generation`` say whose
    log was folded into them, ``position`` and ``mark`` up to where. Below ``answers_from`` it is
    being built anew and answers nobody. ``rebuilds`` counts what its tables were swapped for, and
    ``error`` says at which event the projection stopped, and why.
    """

    name: str
    version: int
    store: str
    generation: int
    position: int
    mark: str
    answers_from: int
    rebuilds: int
    error: str | None

    @property
    def origin(self) -> Origin:
        """Whose log it follows."""
        return Origin(self.store, self.generation)

    @property
    def point(self) -> Point:
        """How far it is."""
        return Point(self.position, self.mark)

    @property
    def is_rebuilding(self) -> bool:
        """Whether it is still on the way to where it answers; a stopped one gets no further."""
        return self.error is None and self.position < self.answers_from


_ALL: Final = select(POSITIONS).order_by(POSITIONS.c.name)


def are_made(bind: Any) -> bool:
    """Whether the table is there, in this form."""
    inspector = inspect(bind)
    if not inspector.has_table(POSITIONS.name):
        return False
    found = {column["name"] for column in inspector.get_columns(POSITIONS.name)}
    return found == set(POSITIONS.c.keys())


def make(connection: Connection) -> None:
    """Make the table unless it is there; one in an earlier form goes, and what it said with it."""
    if not are_made(connection):
        POSITIONS.drop(connection, checkfirst=True)
        POSITIONS.create(connection)


def read(connection: Connection) -> Mapping[str, Position]:
    """Give all rows."""
    return {row.name: Position(**row._mapping) for row in connection.execute(_ALL)}


def lock(connection: Connection, *names: str) -> Mapping[str, Position]:
    """Give the rows of these names, which nobody else moves until the transaction ends."""
    found = connection.execute(_ALL.where(POSITIONS.c.name.in_(names)).with_for_update())
    return {row.name: Position(**row._mapping) for row in found}


def insert(
    connection: Connection,
    name: str,
    *,
    version: int,
    origin: Origin,
    answers_from: int = 0,
    rebuilds: int = 0,
) -> None:
    """Add a projection at the beginning of a log."""
    connection.execute(
        POSITIONS.insert().values(
            name=name,
            version=version,
            store=origin.store,
            generation=origin.generation,
            position=BEGINNING.position,
            mark=BEGINNING.mark,
            answers_from=answers_from,
            rebuilds=rebuilds,
        )
    )


def remove(connection: Connection, name: str) -> None:
    """Forget a projection."""
    connection.execute(delete(POSITIONS).where(POSITIONS.c.name == name))


def replace(connection: Connection, name: str, *, by: str) -> None:
    """Let the row ``by`` become that of ``name``."""
    remove(connection, name)
    connection.execute(update(POSITIONS).where(POSITIONS.c.name == by).values(name=name))


def move(driver: Driver, versions: Mapping[str, int], *, after: Point, to: Point) -> bool:
    """Move positions from ``after`` to ``to``: all, or none when somebody else was faster.

    ``versions`` are the projections to move, by name, with the version that folds them. Done
    before the rows are touched: the row lock keeps a second runner out until the commit, and it
    then finds that it has lost. When this is False the caller rolls back.
    """
    moved = driver.execute(
        _move(len(versions), is_postgresql=driver.is_postgresql),
        (to.position, to.mark, after.position, after.mark, *chain(*versions.items())),
    )
    return bool(moved.rowcount == len(versions))


@cache
def _move(count: int, *, is_postgresql: bool) -> str:
    """Write out the statement that moves so many."""
    place = "%s" if is_postgresql else "?"
    pairs = ", ".join([f"({place}, {place})"] * count)
    return (
        f"UPDATE {POSITIONS.name} SET position = {place}, mark = {place}"  # noqa: S608 - our names
        f" WHERE position = {place} AND mark = {place} AND error IS NULL"
        f" AND (name, version) IN ({'' if is_postgresql else 'VALUES '}{pairs})"
    )


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

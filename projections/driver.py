"""The database's driver below SQLAlchemy: for who says many small statements again and again.

What SQLAlchemy does around a statement costs more than what SQLite does in it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

BLOCKS: Final = (50, 10, 1)
"""How many rows an INSERT has in SQLite, as long as there are so many left. One row alone looks for
its place in the table, and in each index, from the root on; of 50 it takes two thirds of that."""


@dataclass(frozen=True, slots=True)
class Driver:
    """The driver's own connection; transactions are SQLAlchemy's.

    Statements have the driver's places: ``?`` in SQLite, ``%s`` in PostgreSQL.
    """

    raw: Any
    is_postgresql: bool

    def execute(self, sql: str, values: Sequence[Any]) -> Any:
        """Carry out a statement; give its cursor."""
        return self.raw.execute(sql, values)

    def execute_each(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Carry out a statement for each of some rows; SQLite only."""
        self.raw.executemany(sql, rows)

    def insert(self, into: str, row: str, rows: Sequence[Sequence[Any]]) -> None:
        """Carry out ``INSERT INTO … VALUES`` of rows, each of the form ``row``; SQLite only."""
        done = 0
        for size in BLOCKS:
            sql = into + ", ".join([row] * size)
            while done + size <= len(rows):
                self.execute(sql, list(chain.from_iterable(rows[done : done + size])))
                done += size


@contextmanager
def driver_of(connection: Connection) -> Iterator[Driver]:
    """Lend the driver below a connection.

    Raises:
        sqlalchemy.exc.DBAPIError: what the driver met inside the block, of SQLAlchemy's kind.
    """
    dialect, errors = connection.dialect, connection.dialect.loaded_dbapi.Error
    try:
        yield Driver(connection.connection.driver_connection, dialect.name == "postgresql")
    except errors as error:
        raise DBAPIError.instance(
            None, None, error, errors, hide_parameters=True, dialect=dialect
        ) from error

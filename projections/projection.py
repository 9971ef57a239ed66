"""What a projection is: its tables, the events it wants, and how a batch of them is folded."""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import Connection, MetaData, Table, quoted_name

from domain.events import Event
from projections import positions
from projections.driver import Driver
from projections.log import Origin
from projections.rows import Rows
from projections.tables import READ

NEW = "__new"
"""What the names of tables end in while they are being rebuilt."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some events of the log with their positions, and the transaction they are folded in."""

    driver: Driver
    events: Sequence[tuple[int, Any]]
    """Only of the kinds that the projection asked for, hence typed loosely."""
    suffix: str
    touched: list[Rows]
    """Collects, for the whole transaction, what is to be written at its end."""

    def rows(self, table: Table) -> Rows:
        """Give the rows of ``table`` to fold into; tables are written in the order of asking."""
        rows = Rows(self.driver, table, self.suffix)
        self.touched.append(rows)
        return rows


class Projection(ABC):
    """A read model: what remains when the log is folded from its beginning.

    The fold depends on the log alone: not on how it was cut into batches, not on a clock, not
    on another projection's tables.
    """

    name: ClassVar[str]
    version: ClassVar[int]
    """Raise it when the tables or the fold change: the read model is then rebuilt."""
    tables: ClassVar[Sequence[Table]]
    events: ClassVar[frozenset[type[Event]]]
    """The events that matter to it; the follower hands it no others."""

    @abstractmethod
    def apply(self, batch: Batch) -> None:
        """Fold the events into the tables.

        Raises:
            WrongHistory: an event cannot follow from what was folded before.
        """

    # -- its tables ---------------------------------------------------------------------------

    def create(self, connection: Connection, origin: Origin, *, answers_from: int) -> None:
        """Make empty tables and the position, at the beginning of a log; what was there goes.

        Nobody is answered below ``answers_from``, where the log ends now.
        """
        self.drop_new(connection)
        positions.remove(connection, self.name)
        for table in self.tables:
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table.name}")
        READ.create_all(connection, tables=self.tables, checkfirst=False)
        positions.insert(
            connection,
            self.name,
            version=self.version,
            origin=origin,
            answers_from=answers_from,
        )

    def create_new(self, connection: Connection, origin: Origin) -> None:
        """Make empty tables beside the live ones, dropping what an earlier rebuild left."""
        self.drop_new(connection)
        rebuilds = positions.read(connection)[self.name].rebuilds + 1
        copies = MetaData()
        for table in self.tables:
            copy = table.to_metadata(copies, name=table.name + NEW)
            for index in copy.indexes:  # an index keeps its name when its table is renamed
                index.name = quoted_name(f"{index.name}_{rebuilds}", quote=None)
        copies.create_all(connection)
        positions.insert(
            connection,
            self.name + NEW,
            version=self.version,
            origin=origin,
            rebuilds=rebuilds,
        )

    def drop_new(self, connection: Connection) -> None:
        """Drop the tables of a rebuild that is not wanted any more.

        The position goes first: whoever folds into the tables locks it first, too.
        """
        positions.remove(connection, self.name + NEW)
        for table in self.tables:
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table.name}{NEW}")

    def swap(self, connection: Connection) -> None:
        """Put the new tables, with their position, in the place of the live ones."""
        for table in self.tables:
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table.name}")
            connection.exec_driver_sql(f"ALTER TABLE {table.name}{NEW} RENAME TO {table.name}")
        positions.replace(connection, self.name, by=self.name + NEW)

    def fingerprint(self, connection: Connection, suffix: str = "") -> str:
        """Give a digest over all rows in order; equal rows give equal digests on every store."""
        digest = hashlib.sha256()
        for table in self.tables:
            digest.update(table.name.encode() + b"\n")
            for row in _ordered_rows(connection, table, suffix):
                digest.update(json.dumps(row).encode() + b"\n")
        return digest.hexdigest()


def _ordered_rows(connection: Connection, table: Table, suffix: str) -> Iterator[Sequence[Any]]:
    key = list(table.primary_key.columns)
    columns = ", ".join(column.name for column in table.columns)
    order = ", ".join(column.name for column in key)
    rows = connection.exec_driver_sql(
        f"SELECT {columns} FROM {table.name}{suffix} ORDER BY {order}",  # noqa: S608 - our names
        execution_options={"stream_results": True},
    )
    for row in rows:  # SQLite has no booleans
        yield [int(value) if isinstance(value, bool) else value for value in row]

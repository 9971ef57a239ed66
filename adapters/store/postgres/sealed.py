"""The tiles of the sealed tree beside the log, in a database."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg.rows import tuple_row

from adapters.store.sealed import SqliteSealedLog
from adapters.store.tagged import PostgresTaggedLog


class PostgresSealedLog(PostgresTaggedLog, SqliteSealedLog):
    """The same over PostgreSQL; rows come as tuples and bytes, since many are read."""

    def _key(self, aggregate: UUID) -> object:
        return aggregate

    def _read(self, statement: str, *values: object) -> Sequence[Any]:
        with self._reading() as cursor:
            cursor.row_factory = tuple_row
            cursor.execute(statement.replace("?", "%s"), values, binary=True)
            rows: Sequence[Any] = cursor.fetchall()
            return rows

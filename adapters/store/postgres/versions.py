"""Of which version the tables of a database are, and what brings them up to this one."""

from typing import Any, Final, cast

from psycopg import Cursor
from psycopg.rows import DictRow

from adapters.store.guarding import POSTGRES_COLUMNS, POSTGRES_GUARD
from adapters.store.postgres.scrubbing import UNSAMPLED
from adapters.store.schema import TABLES

MADE: Final = (
    *(statement.format(blob="BYTEA", big="BIGINT") for statement in TABLES),
    *POSTGRES_COLUMNS,
    *POSTGRES_GUARD,
    *UNSAMPLED,
)
"""Statements that make what is missing beside the log, whichever version was there."""


def version_of(cursor: Cursor[Any]) -> int | None:
    """Give the version of the tables: None without any, 0 when they are half restored."""
    cursor.execute("SELECT to_regclass('schema_version') AS found")
    if cast("DictRow", cursor.fetchone())["found"] is None:
        return None
    cursor.execute("SELECT version FROM schema_version")
    row = cursor.fetchone()
    return 0 if row is None else int(row["version"])

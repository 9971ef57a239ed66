"""The guard of the log: the database itself refuses to change or remove an event.

It keeps slips and tools away, not whoever owns the database: what they do the tags show. A
migration that must change events carries ``LIFT`` out first; the end of each makes the guard anew.
"""

import sqlite3
from functools import partial
from typing import Any, Final, LiteralString

from adapters.store.schema import ADDED_COLUMNS

REFUSAL: Final = "events are never changed or removed"

SQLITE_GUARD: Final = tuple(
    f"CREATE TRIGGER IF NOT EXISTS events_stay_{verb.lower()} BEFORE {verb} ON stored_events"
    f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    for verb in ("UPDATE", "DELETE")
)
SQLITE_LIFT: Final = (
    "DROP TRIGGER IF EXISTS events_stay_update",
    "DROP TRIGGER IF EXISTS events_stay_delete",
)

POSTGRES_FUNCTION: Final[LiteralString] = f"""CREATE OR REPLACE FUNCTION ngoma_events_stay()
    RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$"""
"""A dump of tables is without it, and needs it to be brought back."""
POSTGRES_LIFT: Final[tuple[LiteralString, ...]] = (
    "DROP TRIGGER IF EXISTS events_stay ON stored_events",
)
POSTGRES_GUARD: Final[tuple[LiteralString, ...]] = (
    POSTGRES_FUNCTION,
    *POSTGRES_LIFT,
    "CREATE TRIGGER events_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON stored_events"
    " FOR EACH STATEMENT EXECUTE FUNCTION ngoma_events_stay()",
)

POSTGRES_COLUMNS: Final = tuple(
    f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {column} {kind}"
    for table, column, kind in ADDED_COLUMNS
)


def bring_up(cursor: sqlite3.Cursor) -> None:
    """Give SQLite's tables the columns that an older version made them without, and the guard."""
    for table, column, kind in ADDED_COLUMNS:
        if column not in {row[1] for row in cursor.execute(f"PRAGMA table_info({table})")}:
            cursor.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
    for statement in SQLITE_GUARD:
        cursor.execute(statement)


_SQLITE_COLUMN: Final = "SELECT name FROM pragma_table_info('secrets') WHERE name = '{}'"
_POSTGRES_COLUMN: Final = (
    "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass('secrets')"
    " AND NOT attisdropped AND attname = '{}'"
)


def has_older_rows(cursor: Any, *, column: str = _SQLITE_COLUMN) -> bool:
    """Whether there are secrets of people in a table that has no column for their tags."""

    def is_found(query: str) -> bool:
        cursor.execute(query)
        return cursor.fetchone() is not None

    if not is_found(column.format("key")) or is_found(column.format("tag")):
        return False
    return is_found("SELECT 1 FROM secrets LIMIT 1")


has_older_rows_in_postgres = partial(has_older_rows, column=_POSTGRES_COLUMN)

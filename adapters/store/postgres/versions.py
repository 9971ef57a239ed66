"""Of which version the tables of a database are."""

from typing import Any, cast

from psycopg import Cursor
from psycopg.rows import DictRow


def version_of(cursor: Cursor[Any]) -> int | None:
    """Give the version of the tables: None without any, 0 when they are half restored."""
    cursor.execute("SELECT to_regclass('schema_version') AS found")
    if cast("DictRow", cursor.fetchone())["found"] is None:
        return None
    cursor.execute("SELECT version FROM schema_version")
    row = cursor.fetchone()
    return 0 if row is None else int(row["version"])

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


def has_untagged_secrets(cursor: Cursor[Any]) -> bool:
    """Whether there are secrets of a version that had no tags of them."""
    cursor.execute(
        "SELECT attname FROM pg_attribute"
        " WHERE attrelid = to_regclass('secrets') AND attnum > 0 AND NOT attisdropped"
    )
    columns = {row["attname"] for row in cursor.fetchall()}
    if not columns or "tag" in columns:
        return False
    cursor.execute("SELECT 1 FROM secrets LIMIT 1")
    return cursor.fetchone() is not None

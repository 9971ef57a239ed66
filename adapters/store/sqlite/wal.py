"""A write-ahead log is kept short: readers of which one is always there would let it grow."""

import os
import sqlite3
from typing import Final

LONG_BYTES: Final = 64 * 2**20
"""From here on the log is emptied into its database; SQLite itself begins it anew long before."""
WAIT_MS: Final = 50
"""How long writers are kept waiting for readers to end; then it is tried again another time."""


def shorten(connection: sqlite3.Connection) -> bool:
    """Empty the log of a connection's database when it is long; False when it stays in use.

    While this waits, nobody writes, and who begins to read does not hold it up: only reads that
    are under way have to end.
    """
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    try:
        is_long = os.stat(f"{path}-wal").st_size > LONG_BYTES
    except FileNotFoundError:
        return True
    if not is_long:
        return True
    waited_ms = connection.execute("PRAGMA busy_timeout").fetchone()[0]
    connection.execute(f"PRAGMA busy_timeout = {WAIT_MS}")
    try:
        is_busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError:  # somebody writes, or checkpoints
        return False
    else:
        return not is_busy
    finally:
        connection.execute(f"PRAGMA busy_timeout = {waited_ms}")

"""What erasing leaves behind in the files, and how it goes.

``secure_delete`` zeroes what is deleted where it stands. But when a page was split or put in
order earlier, a copy of a row may be left in the page's unused middle, where no deletion finds it
(measured: two rows in a thousand). Writing the table anew frees, and so zeroes, all old pages.
``VACUUM`` is no way: it may number the rows of the log anew, and the row is the log's position.
"""

import re
import sqlite3
import time
from collections.abc import Sequence
from typing import Final

from adapters.store.schema import TABLES
from adapters.store.sqlite.connections import Datastore

REWRITTEN: Final = ("contents", "credentials", "secrets", "repeatables")
CHECKPOINT_WAIT_S: Final = 15.0
"""How long to wait for readers that still use the write-ahead log."""
PAUSE_S: Final = 0.05


def scrub(datastore: Datastore, *, rewrite: bool) -> Sequence[str]:
    """Leave nothing of what was erased in ``store.db`` and its ``-wal``; say what was done.

    Raises:
        sqlite3.OperationalError: somebody else writes, and does not end.
    """
    done = []
    with datastore.bare() as connection:
        if rewrite:
            _rewrite(connection)
            done.append(f"Written anew: {', '.join(REWRITTEN)}.")
        if emptied(connection):
            done.append("The write-ahead log of store.db was emptied.")
        else:
            done.append("The write-ahead log of store.db is in use and was not emptied: try again.")
    return done


def emptied(connection: sqlite3.Connection) -> bool:
    """Move the write-ahead log into its database and truncate it; False when it stays in use."""
    limit_s = time.monotonic() + CHECKPOINT_WAIT_S
    while True:
        try:
            is_busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except sqlite3.OperationalError:  # another checkpoint runs
            is_busy = 1
        if not is_busy or time.monotonic() > limit_s:
            return not is_busy
        time.sleep(PAUSE_S)  # SQLite tells nobody when a reader has gone; a job may block here


def _rewrite(connection: sqlite3.Connection) -> None:
    said = [sql.format(blob="BLOB", big="INTEGER") for sql in TABLES]
    connection.execute("BEGIN IMMEDIATE")
    for table in REWRITTEN:
        (made,) = (sql for sql in said if f"EXISTS {table} (" in sql)
        (key,) = re.findall(r"PRIMARY KEY \(([\w, ]+)\)|(\w+) TEXT PRIMARY KEY", made)
        connection.execute(made.replace(f" {table} ", f" {table}_anew ", 1))
        named = connection.execute(f"PRAGMA table_info({table}_anew)")
        columns = ", ".join(row[1] for row in named)
        connection.execute(
            f"INSERT INTO {table}_anew SELECT {columns} FROM {table} ORDER BY {''.join(key)}"
        )
        connection.execute(f"DROP TABLE {table}")
        connection.execute(f"ALTER TABLE {table}_anew RENAME TO {table}")
        for sql in said:
            if f" ON {table} (" in sql:
                connection.execute(sql)
    connection.execute("COMMIT")

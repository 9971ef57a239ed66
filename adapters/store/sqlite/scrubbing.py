"""What erasing leaves behind in the files, and how it goes.

``secure_delete`` zeroes what is deleted where it stands. But when a page was split or put in
order earlier, a copy of a row may be left in the page's unused middle, where no deletion finds it
(measured: two rows in a thousand). Writing the table anew frees, and so zeroes, all old pages.
``VACUUM`` is no way: it may number the rows of the log anew, and the row is the log's position.
"""

import sqlite3
import time
from collections.abc import Sequence
from typing import Final

from adapters.store.schema import TABLES
from adapters.store.sqlite.connections import Datastore

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
            _rewrite_contents(connection)
            done.append("The table of contents was written anew.")
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
        time.sleep(PAUSE_S)


def _rewrite_contents(connection: sqlite3.Connection) -> None:
    said = [sql.format(blob="BLOB", big="INTEGER") for sql in TABLES]
    (table,) = (sql for sql in said if "EXISTS contents (" in sql)
    indexes = [sql for sql in said if "ON contents (" in sql]
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(table.replace(" contents ", " contents_anew ", 1))
    connection.execute("INSERT INTO contents_anew SELECT * FROM contents ORDER BY kind, number")
    connection.execute("DROP TABLE contents")
    connection.execute("ALTER TABLE contents_anew RENAME TO contents")
    for index in indexes:
        connection.execute(index)
    connection.execute("COMMIT")

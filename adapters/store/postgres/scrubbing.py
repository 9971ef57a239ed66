"""What erasing leaves behind in PostgreSQL's files, and how it goes.

An erased row stays in the table's file as a dead version, and after a plain VACUUM as bytes in
free space: only VACUUM FULL writes a new file. The write-ahead log holds it until its segments
are removed or written over.
"""

from collections.abc import Sequence
from typing import Final

import psycopg

REWRITTEN: Final = ("contents", "secrets", "credentials", "repeatables")
LOCK_WAIT_S: Final = 10
"""How long to wait for the tables."""
WORK_S: Final = 3_600
"""How long writing a table anew may take."""
PERSONAL_COLUMNS: Final = ("msisdn", "body", "sender", "folded")
UNSAMPLED: Final = tuple(
    f"ALTER TABLE contents ALTER COLUMN {column} SET STATISTICS 0" for column in PERSONAL_COLUMNS
)
"""ANALYZE would copy the commonest numbers and texts into pg_statistic."""


def scrub(url: str) -> Sequence[str]:
    """Write anew what held personal data, checkpoint, go on in a new segment of the log.

    Give sentences: what was done, and what this role may not do.

    Raises:
        psycopg.OperationalError: the tables cannot be had in time, or the server is away.
    """
    options = f"-c lock_timeout={LOCK_WAIT_S}s -c statement_timeout={WORK_S}s"
    done = []
    with psycopg.connect(url, autocommit=True, connect_timeout=5, options=options) as connection:
        for table in REWRITTEN:
            connection.execute(f"VACUUM FULL {table}")
        done.append(f"Written anew: {', '.join(REWRITTEN)}.")
        for statement, what in (
            ("SELECT pg_switch_wal()", "The write-ahead log went on to a new segment"),
            ("CHECKPOINT", "A checkpoint was made"),
        ):
            try:
                connection.execute(statement)
            except psycopg.errors.InsufficientPrivilege:
                done.append(f"Not permitted to this role, do it as a superuser: {statement}.")
            else:
                done.append(f"{what}.")
    return done

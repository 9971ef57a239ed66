"""Reading the log of the store in a file, without a lock."""

import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from typing import Final
from uuid import UUID

from adapters.store.sqlite.saving import marks
from application.ports import LogRow

_id: Final = lru_cache(4_096)(UUID)
"""Events of one message stand close together, and a wallet has one for each send."""


def rows_after(
    cursor: sqlite3.Cursor, position: int, *, limit: int, topics: Sequence[str]
) -> Sequence[LogRow]:
    """Read rows of the log after a position."""
    columns = "rowid, originator_id, originator_version, topic, state"
    _select(cursor, columns, position, limit, topics)
    return [
        (at, _id(aggregate), version, topic, state)
        for at, aggregate, version, topic, state in cursor.fetchall()
    ]


def states_after(
    cursor: sqlite3.Cursor, position: int, *, limit: int, topics: Sequence[str], until: int | None
) -> Sequence[tuple[int, str, bytes]]:
    """Read positions, topics and stored bytes after a position, up to another."""
    _select(cursor, "rowid, topic, state", position, limit, topics, until=until)
    return cursor.fetchall()


def _select(
    cursor: sqlite3.Cursor,
    columns: str,
    position: int,
    limit: int,
    topics: Sequence[str],
    *,
    until: int | None = None,
) -> None:
    wanted = f" AND topic IN ({marks(len(topics))})" if topics else ""
    bound = "" if until is None else " AND rowid <= ?"
    cursor.execute(
        f"SELECT {columns} FROM stored_events WHERE rowid > ?{wanted}{bound}"
        " ORDER BY rowid LIMIT ?",
        (position, *topics, *([] if until is None else [until]), limit),
    )

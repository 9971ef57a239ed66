"""Reading the log of the store in a file, without a lock."""

import sqlite3
from collections.abc import Sequence
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from adapters.store.sqlite.saving import marks


def events_after(
    cursor: sqlite3.Cursor, position: int, *, limit: int, topics: Sequence[str]
) -> Sequence[tuple[int, StoredEvent]]:
    """Read whole events after a position."""
    columns = "rowid, originator_id, originator_version, topic, state"
    _select(cursor, columns, position, limit, topics)
    return [(row[0], StoredEvent(UUID(row[1]), *row[2:])) for row in cursor]


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

"""Reading the log of the store in a database, without a lock."""

from collections.abc import Sequence
from typing import Any

from psycopg import Cursor
from psycopg.rows import DictRow, tuple_row

from application.ports import LogRow


def rows_after(
    cursor: Cursor[DictRow], position: int, *, limit: int, topics: Sequence[str]
) -> Sequence[LogRow]:
    """Read rows of the log after a position."""
    columns = "notification_id, originator_id, originator_version, topic, state"
    return _rows(cursor, columns, position, limit, topics)


def states_after(
    cursor: Cursor[DictRow],
    position: int,
    *,
    limit: int,
    topics: Sequence[str],
    until: int | None,
) -> Sequence[tuple[int, str, bytes]]:
    """Read positions, topics and stored bytes after a position, up to another."""
    return _rows(cursor, "notification_id, topic, state", position, limit, topics, until=until)


def _rows(
    cursor: Cursor[DictRow],
    columns: str,
    position: int,
    limit: int,
    topics: Sequence[str],
    *,
    until: int | None = None,
) -> list[Any]:
    """Ask for plain rows in binary: stored bytes as text would cost twice as much to read."""
    wanted = " AND topic = ANY(%s)" if topics else ""
    bound = "" if until is None else " AND notification_id <= %s"
    reading = cursor.connection.cursor(row_factory=tuple_row, binary=True)
    reading.execute(
        f"SELECT {columns} FROM stored_events WHERE notification_id > %s{wanted}{bound}"
        " ORDER BY notification_id LIMIT %s",
        (
            position,
            *([list(topics)] if topics else []),
            *([] if until is None else [until]),
            limit,
        ),
        prepare=True,
    )
    return reading.fetchall()

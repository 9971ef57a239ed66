"""Drops what nobody asks for any more: ids of old saves, secrets that have ended."""

import sqlite3

from adapters.store.schema import SAVES_KEPT_S
from domain.values import SECOND, Instant


def drop_old_saves(cursor: sqlite3.Cursor, now: Instant, *, limit: int) -> int:
    """Drop at most ``limit`` of each; give how many went."""
    cursor.execute(
        "DELETE FROM saves WHERE rowid IN"
        " (SELECT rowid FROM saves WHERE at < ? ORDER BY at LIMIT ?)",
        (now - SAVES_KEPT_S * SECOND, limit),
    )
    saves = cursor.rowcount
    cursor.execute(
        "DELETE FROM secrets WHERE rowid IN"
        " (SELECT rowid FROM secrets WHERE ends_at < ? ORDER BY ends_at LIMIT ?)",
        (now, limit),
    )
    return saves + cursor.rowcount

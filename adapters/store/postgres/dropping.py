"""Drops what nobody asks for any more: ids of old saves, secrets that have ended."""

from psycopg import Cursor
from psycopg.rows import DictRow

from adapters.store.schema import SAVES_KEPT_S
from domain.values import SECOND, Instant


def drop_old_saves(cursor: Cursor[DictRow], now: Instant, *, limit: int) -> int:
    """Drop at most ``limit`` of each; give how many went."""
    cursor.execute(
        "DELETE FROM saves WHERE save_id IN (SELECT save_id FROM saves WHERE at < %s"
        " ORDER BY at LIMIT %s FOR UPDATE SKIP LOCKED)",
        (now - SAVES_KEPT_S * SECOND, limit),
    )
    saves = cursor.rowcount
    cursor.execute(
        "DELETE FROM secrets WHERE (kind, key) IN (SELECT kind, key FROM secrets"
        " WHERE ends_at < %s ORDER BY ends_at LIMIT %s FOR UPDATE SKIP LOCKED)",
        (now, limit),
    )
    return saves + cursor.rowcount

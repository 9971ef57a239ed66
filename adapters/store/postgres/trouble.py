"""What PostgreSQL's errors mean: for who waits, whether it may pass; for operators, what to do."""

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Final

import psycopg
from eventsourcing import persistence
from psycopg import Cursor
from psycopg.rows import DictRow

from adapters.store.troubles import REMEDY, Troubles
from application.ports import StoreUnusable, VersionConflict
from domain.errors import StoreDown

Cursors = Callable[[], AbstractContextManager[Cursor[DictRow]]]

DAMAGE: Final = frozenset({"XX001", "XX002"})
FULL: Final = "53100"
AWAY: Final = "the database does not answer"
POOLED: Final = "unsupported startup parameter"
"""What PgBouncer says to limits that it was not told to drop; such errors have no SQLSTATE."""
POOLER: Final = (
    "a pooler refuses the limits that are asked for at connecting: connect to PostgreSQL itself"
)
WORDS: Final = {
    FULL: "there is no room for the database: make room on its disk",
    "53300": "the database takes no more connections: raise max_connections",
    "55P03": "somebody holds a lock on the store's tables: pg_stat_activity shows who",
    "57014": "the database took too long to answer: pg_stat_activity shows what it does",
    "25006": "the database cannot be written: it is read-only, perhaps a standby",
}
"""By SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""
LOCK_HOLDER: Final = """
    SELECT held.pid, holder.application_name AS name
    FROM pg_locks held JOIN pg_stat_activity holder USING (pid)
    WHERE held.relation = 'stored_events'::regclass AND held.granted
    AND held.mode <> 'AccessShareLock' AND holder.xact_start < now() - interval '2 seconds'
    ORDER BY holder.xact_start LIMIT 1"""
"""Who keeps writers off the log for longer than any save of ours does."""


class PostgresTroubles(Troubles):
    """What the event store's library raises over psycopg's errors."""

    conflict = (persistence.IntegrityError,)
    trouble = (persistence.OperationalError,)

    def try_out(self, reading: Cursors, writing: Cursors) -> None:
        """Look whether somebody holds the log's lock, else write when the last one could not."""
        health = self._health
        if not (health.keeps_writers_out or health.is_idle):
            return
        with suppress(StoreDown, VersionConflict):
            with reading() as cursor:
                holder = cursor.execute(LOCK_HOLDER).fetchone()
            if holder is not None:
                who = ", ".join(str(value) for value in holder.values() if value)
                words = f"another session ({who}) holds a lock on the store's tables"
                health.met(f"{words}: end it, or wait for its end", in_writing=True)
            elif health.keeps_writers_out:
                with writing() as cursor:
                    cursor.execute("UPDATE store_identity SET generation = generation")

    def _note(self, error: Exception, *, in_writing: bool) -> StoreDown:
        cause = error.__cause__
        state = (cause.sqlstate if isinstance(cause, psycopg.Error) else None) or ""
        if state in DAMAGE and isinstance(cause, psycopg.Error):
            where = cause.diag.message_primary
            words = f"the database is damaged ({where}): {REMEDY}"
            return StoreUnusable(self._health.damaged(words))
        words = WORDS.get(state, POOLER if POOLED in str(cause) else AWAY)
        self._health.met(words, in_writing=in_writing)
        return StoreUnusable(words) if state == FULL else StoreDown(words)

"""What PostgreSQL's errors mean: for who waits, whether it may pass; for operators, what to do."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Final

import psycopg
from eventsourcing import persistence
from psycopg import Cursor
from psycopg.rows import DictRow

from adapters.store.health import Health
from application.ports import AnswerLost, StoreUnusable, VersionConflict
from domain.errors import StoreDown

Cursors = Callable[[], AbstractContextManager[Cursor[DictRow]]]

REMEDY: Final = "stop the gateway and bring a backup back with `ngoma restore`"
DAMAGE: Final = frozenset({"XX001", "XX002"})
FULL: Final = "53100"
AWAY: Final = "the database does not answer"
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


class Troubles:
    """Turns the library's errors into the port's, and keeps in mind what was met."""

    def __init__(self, health: Health) -> None:
        self._health = health

    @contextmanager
    def met(
        self, *, in_writing: bool = False, was_sent: Callable[[], bool] = lambda: False
    ) -> Iterator[None]:
        """Translate what is raised inside; faults of what was asked pass through.

        Raises:
            VersionConflict: as the port says.
            AnswerLost: it failed after ``was_sent``, and it cannot be told what became of it.
            StoreUnusable: the database is damaged or full; waiting would not help.
            StoreDown: any other trouble.
        """
        if self._health.damage is not None:
            raise StoreUnusable(self._health.damage)
        try:
            yield
        except persistence.IntegrityError as error:
            raise VersionConflict(str(error)) from None
        except persistence.OperationalError as error:
            trouble = self._note(error.__cause__, in_writing=in_writing)
            if was_sent() and not isinstance(trouble, StoreUnusable):
                raise AnswerLost(str(error)) from error
            raise trouble from error
        self._health.went_well(in_writing=in_writing)

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

    def _note(self, error: BaseException | None, *, in_writing: bool) -> StoreDown:
        state = (error.sqlstate if isinstance(error, psycopg.Error) else None) or ""
        if state in DAMAGE and isinstance(error, psycopg.Error):
            where = error.diag.message_primary
            words = f"the database is damaged ({where}): {REMEDY}"
            return StoreUnusable(self._health.damaged(words))
        words = WORDS.get(state, AWAY)
        self._health.met(words, in_writing=in_writing)
        return StoreUnusable(words) if state == FULL else StoreDown(words)

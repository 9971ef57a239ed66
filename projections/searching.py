"""A search of an account's messages, in slices that hold no moment of the database for long.

One long read would keep the write-ahead log from being emptied for as long as it lasts, and the
searches of a few accounts, one after the other, for good.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Select, select

from application.ports.queries import LogEntry, LogFilter, LogPage
from domain.contents import ContentKind
from domain.errors import InvalidRequest
from projections import message_log
from projections.message_log import MESSAGES
from projections.tables import is_content

SLICE: Final = 10_000
"""Messages that one look goes through: some tens of milliseconds, nearly all in the database. Each
return from there waits for the interpreter, and whoever has it must hand it over."""
RESTS: Final = 9
"""How many times as long as others were at work meanwhile a search rests after a look."""
REST_MAX_S: Final = 0.2
SEARCH_S: Final = 10.0
"""How long one search may look, rests apart; some millions of messages on a machine that has
nothing else."""
BY_INDEX: Final = (
    "SELECT set_config('enable_bitmapscan', 'off', true), set_config('enable_sort', 'off', true), "
    "set_config('enable_seqscan', 'off', true)"
)
"""PostgreSQL would rather read and sort all that is left for each slice than follow the index."""
TOO_LONG: Final = (
    "There are too many messages to search all of them: give a status, whose messages are fewer, "
    "or page through the log with before."
)
HUNG_UP: Final = (
    "The client closed its side of the connection; a search goes on only while both are open."
)


@contextmanager
def giving_way() -> Iterator[None]:
    """Rest after a look for a time that grows with what the rest of this process did meanwhile.

    A search by itself has all of a processor, one beside sends a tenth. A thread of low priority
    would be no kinder: kept from the processor while it holds the interpreter, it stops everybody.
    """
    before_s = _others_s()
    yield
    others_s = max(0.0, _others_s() - before_s)  # two clocks, which are not read at one moment
    time.sleep(min(RESTS * others_s, REST_MAX_S))


def _others_s() -> float:
    """Give the processor time that all threads but this one have had."""
    return time.process_time() - time.thread_time()


class Search:
    """One search on its way from the newest message to the oldest.

    ``total`` counts what matches status and search, not what ``before`` leaves of it.
    """

    def __init__(
        self, account: int, wanted: LogFilter, *, gives_up: Callable[[], bool] | None = None
    ) -> None:
        self._account = account
        self._gives_up = gives_up
        self._wanted = wanted
        self._looked_s = 0.0
        self._above: int | None = None
        """The position that the last slice ended at; None before the first."""
        self._before: int | None = None
        self._matching = 0
        self._passed = 0
        """Matches that come before the page, as far as they were counted."""
        self._page: list[int] = []
        self.is_over = not message_log.is_searchable(wanted.search or "")

    def look(self, connection: Connection) -> None:
        """Go through the next slice; the first, whoever waits for it.

        Raises:
            InvalidRequest: the search has taken too long, or nobody waits for it.
        """
        if self._looked_s > SEARCH_S:
            raise InvalidRequest(TOO_LONG, field="search")
        if self._above is not None and self._gives_up is not None and self._gives_up():
            raise InvalidRequest(HUNG_UP, field="search")
        started_s = time.monotonic()
        if self._above is None and self._wanted.before is not None:
            place = message_log.place_of(self._account, self._wanted.before)
            self._before = connection.scalar(select(place)) or 0
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(BY_INDEX)
        below = connection.scalar(self._slice(MESSAGES.c.position).offset(SLICE - 1).limit(1))
        self._count(connection, below)
        self._above, self.is_over = below, below is None
        self._looked_s += time.monotonic() - started_s

    def found(self, connection: Connection) -> LogPage:
        """Give the page, once it is over."""
        entries: tuple[LogEntry, ...] = ()
        if self._page:
            entries = message_log.entries_of(connection, self._page)
        return LogPage(entries=entries, total=self._matching)

    def _slice(self, *columns: Any) -> Select[Any]:
        """Select from what was not looked through yet, newest first."""
        rows = select(*columns).where(MESSAGES.c.account == self._account)
        if self._wanted.status is not None:
            rows = rows.where(MESSAGES.c.status == self._wanted.status)
        if self._above is not None:
            rows = rows.where(MESSAGES.c.position < self._above)
        return rows.order_by(MESSAGES.c.position.desc())

    def _count(self, connection: Connection, below: int | None) -> None:
        matches = message_log.contains(
            self._wanted.search or "", is_postgresql=connection.dialect.name == "postgresql"
        )
        # Not a join: the contents are to be looked up by the slice, and never the other way round.
        matching = (
            select(matches)
            .where(is_content(ContentKind.MESSAGE, MESSAGES.c.number))
            .correlate(MESSAGES)
            .scalar_subquery()
        )
        rows = self._slice(MESSAGES.c.position, MESSAGES.c.number).where(matching)
        if below is not None:
            rows = rows.where(MESSAGES.c.position >= below)
        for position, number in connection.execute(rows):
            self._matching += 1
            if self._before is not None and position >= self._before:
                continue
            self._passed += 1
            is_reached = self._passed > self._wanted.offset
            if is_reached and len(self._page) < self._wanted.limit:
                self._page.append(number)

"""The one runner of all projections of a process: follows the log, and says how far it is."""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Final, TypeVar

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError

from application.ports.queries import ProjectionStatus
from projections import positions
from projections.fold import BATCH_EVENTS, Astray, Fold, Overtaken
from projections.keeping import Keeper, Rebuilding, Unlosable
from projections.known import FRESH_S, Positions, statuses, strays
from projections.log import Log, Point
from projections.positions import Position
from projections.projection import Projection
from projections.rebuild import Pace, Rebuild, half_speed, lock_ddl

__all__ = ["BATCH_EVENTS", "Follower"]

LEADER_LOCK: Final = 0x6E676F6D610002
"""Key of the PostgreSQL advisory lock of the one active runner."""

_IDLE_S: Final = 0.005

R = TypeVar("R")

_log = logging.getLogger("ngoma.projections")


class Follower:
    """Steps all ``projections`` through ``log``; starts no thread of its own.

    On PostgreSQL one follower is active, by an advisory lock that ends with its connection;
    the others stand by and take over at a later ``step``. Everywhere, compare-and-set on the
    positions makes a second runner harmless. Its methods may be called from several threads.
    """

    def __init__(
        self,
        engine: Engine,
        log: Log,
        projections: Sequence[Projection],
        known: Positions,
        *,
        keeper: Keeper | None = None,
        batch_events: int = BATCH_EVENTS,
    ) -> None:
        self._engine = engine
        self._log = log
        self._projections = projections
        self._known = known
        self._keeper = keeper or Unlosable()
        self._batch_events = batch_events
        self._fold = Fold(log, projections, batch_events=batch_events, moved=self._moved)
        self._turn = threading.Lock()
        self._connection: Connection | None = None
        self._is_leader = False
        self._has_retried = False
        self._at: dict[str, Position] = {}
        self._looked_s = 0.0
        self._callbacks: list[Callable[[int], None]] = []
        self._told: list[Callable[[Sequence[str], int], None]] = []

    def on_progress(self, callback: Callable[[int], None]) -> None:
        """Have ``callback`` called with the position after each commit, in the runner's thread."""
        self._callbacks.append(callback)

    def on_moved(self, callback: Callable[[Sequence[str], int], None]) -> None:
        """Have ``callback`` called likewise, with the names of those that moved before it."""
        self._told.append(callback)

    def heard(self, moved: Mapping[str, int]) -> None:
        """Take up what a follower in another process has come to, as if it were done here."""
        for name, position in moved.items():
            self._known.moved([name], position)
        if moved:
            for callback in self._callbacks:
                callback(max(moved.values()))

    # -- following ----------------------------------------------------------------------------

    def step(self) -> int:
        """Fold the next batch; give how many events were handled, 0 at the end or standing by.

        The first step of a process tries again what had stopped at a bad event.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the read store does not answer; step again later.
                What the log raises when the event store does not answer comes through as well.
        """
        with self._turn:
            try:
                self._mend()
                with self._keeper.watch():
                    return self._step()
            except Overtaken:
                self._at = {}
                return 0
            except Rebuilding:
                self._let_go()
                return 0
            except DBAPIError:
                self._let_go()
                raise

    def _step(self) -> int:
        connection = self._lead()
        if connection is None:
            return 0
        try:
            handled = self._fold.step(connection, self._at)
        except Astray:
            self._begin_anew(connection, strays(self._at, self._log))
            return 0
        rows = [row for each in self._projections if (row := self._at.get(each.name))]
        if len({row.position for row in rows}) > 1:  # lagging or stopped
            self._at = {}
        return handled

    def mend(self) -> None:
        """Make the read models anew when their database is lost; ``step`` does so by itself.

        Raises:
            sqlalchemy.exc.DBAPIError, StoreDown: it cannot be done now.
        """
        with self._turn:
            self._mend()

    def _mend(self) -> None:
        """Make the read models anew when their database is lost."""
        if self._keeper.is_lost():
            self._let_go()
            self._keeper.begin_anew()
            self.migrate()

    def catch_up(
        self, *, timeout_s: float, on_way: Callable[[int, int], None] = lambda _at, _end: None
    ) -> bool:
        """Step, or wait for whoever leads, up to the present end of the log.

        False when none of them comes on for ``timeout_s``, or when one has stopped on the way.
        ``on_way`` is told how far the last one is, and where the log ends.
        """
        head = self._log.head()
        seen, deadline_s = -1, time.monotonic() + timeout_s
        while True:
            handled = self.step()
            at = self._known.read()
            rows = [row for each in self._projections if (row := at.get(each.name)) is not None]
            strange = self._known.strays()
            behind = [row for row in rows if row.position < head or row.name in strange]
            if not behind and len(rows) == len(self._projections):
                return True
            come = sum(row.position for row in rows)
            if come > seen:
                deadline_s = time.monotonic() + timeout_s
                on_way(min((row.position for row in behind), default=head), head)
            seen = come  # less, when one was begun anew
            if all(row.error for row in behind) or time.monotonic() > deadline_s:
                return False
            if not handled:
                time.sleep(_IDLE_S)

    def close(self) -> None:
        """Give up leading, so that another may at once, and the connection."""
        with self._turn:
            if self._connection is not None and self._is_leader:
                with suppress(DBAPIError), self._connection.begin():  # gone, then so is the lock
                    self._connection.execute(select(func.pg_advisory_unlock(LEADER_LOCK)))
            self._let_go()

    # -- making and rebuilding ----------------------------------------------------------------

    def are_made(self) -> bool:
        """Whether the read models were made at all."""
        return self._watched(lambda: positions.are_made(self._engine))

    def outdated(self) -> list[str]:
        """Name the read models that ``migrate`` would make or rebuild."""
        if not self.are_made():
            return [projection.name for projection in self._projections]
        at = self._watched(self._known.read)
        return [
            projection.name
            for projection in self._projections
            if (row := at.get(projection.name)) is None or row.version != projection.version
        ]

    def migrate(self, progress: Callable[[int, int], None] | None = None) -> list[str]:
        """Make the read models that are missing, rebuild those of other versions; name them."""
        outdated = self.outdated()
        missing = self._watched(self._make_missing)
        old = set(outdated).difference(missing)
        if old:
            self.rebuild(sorted(old), progress)
        return outdated

    def _make_missing(self) -> list[str]:
        origin, head = self._log.origin(), self._log.head()
        with self._engine.begin() as connection:
            lock_ddl(connection)
            positions.make(connection)
            at = positions.read(connection)
            missing = [each for each in self._projections if each.name not in at]
            for projection in missing:
                projection.create(connection, origin, answers_from=head)
        names = [projection.name for projection in missing]
        if names and head:
            _say_begun(names, "were not there")
        return names

    def _watched(self, do: Callable[[], R]) -> R:
        """Do something with the database, and once more with another when it turns out lost."""
        try:
            with self._keeper.watch():
                return do()
        except Rebuilding:
            self._keeper.begin_anew()
            with self._keeper.watch():
                return do()

    def rebuild(
        self,
        names: Sequence[str],
        progress: Callable[[int, int], None] | None = None,
        *,
        pace: Pace = half_speed,
    ) -> None:
        """Build read models anew beside the live ones, then swap them in.

        ``progress`` gets the position and the end of the log. ``pace`` is called between
        batches: it may rest, or block for as long as the rebuild is to pause.

        Raises:
            KeyError: there is no such projection.
            RebuildFailed: the log has an event that cannot be folded; the live ones serve on.
        """
        by_name = {projection.name: projection for projection in self._projections}
        rebuild = Rebuild(
            self._engine,
            self._log,
            [by_name[name] for name in names],
            self._known,
            batch_events=self._batch_events,
        )
        with self._keeper.watch():
            rebuild.run(progress or (lambda _position, _head: None), pace)

    def status(self) -> Sequence[ProjectionStatus]:
        """Say where each projection stands."""
        return statuses(self._projections, self._known, self._log)

    # -- leading ------------------------------------------------------------------------------

    def _lead(self) -> Connection | None:
        """Give the connection to work on, or None while another process leads.

        For a second the positions in memory are trusted, since compare-and-set guards them. Then
        they are read again, and compared with the log, and on PostgreSQL the lock is asked for:
        it lives and dies with its session, which the server ends when it was idle for too long,
        so that a frozen process does not lead.
        """
        is_fresh = time.monotonic() - self._looked_s < FRESH_S
        if self._connection is not None and self._at and is_fresh:
            return self._connection
        connection = self._locked_connection()
        if connection is None:
            return None
        if not self._has_retried:
            with connection.begin():
                positions.retry(connection, [each.name for each in self._projections])
            self._has_retried = True
        self._at = dict(self._known.read())
        if strange := self._known.strays():
            self._begin_anew(connection, strange)
            self._at = dict(self._known.read())
        self._looked_s = time.monotonic()
        return connection

    def _begin_anew(self, connection: Connection, strange: Mapping[str, str]) -> None:
        """Make the read models of another log anew, to be followed from this one's beginning.

        Unlike those of a rebuild their tables serve nobody meanwhile: what they say is wrong.
        """
        origin, head = self._log.origin(), self._log.head()
        begun = []
        with connection.begin():
            lock_ddl(connection)
            at = positions.lock(connection, *strange)
            for projection in self._projections:
                row = at.get(projection.name)
                is_ours = row is not None and row.version == projection.version
                if is_ours and row == self._at.get(projection.name):  # nobody was faster
                    projection.create(connection, origin, answers_from=head)
                    begun.append(projection.name)
        self._at = {}
        for why in dict.fromkeys(strange[name] for name in begun):
            _say_begun([name for name in begun if strange[name] == why], why)

    def _locked_connection(self) -> Connection | None:
        """Give a connection that works and holds the lock, reconnecting once if need be."""
        if self._connection is not None:
            try:
                return self._connection if self._holds_lock(self._connection) else None
            except DBAPIError:
                self._let_go()
        self._connection = self._engine.connect()
        return self._connection if self._holds_lock(self._connection) else None

    def _holds_lock(self, connection: Connection) -> bool:
        """Take the lock if it is free; once held, make sure that the session still lives."""
        if connection.dialect.name != "postgresql":
            return True
        with connection.begin():
            if self._is_leader:
                connection.exec_driver_sql("SELECT 1")
            else:
                lock = select(func.pg_try_advisory_lock(LEADER_LOCK))
                self._is_leader = bool(connection.scalar(lock))
        return self._is_leader

    def _let_go(self) -> None:
        """Close the connection for good: back in the pool it would keep the lock."""
        self._is_leader = False
        self._at = {}
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.invalidate()
            connection.close()

    def _moved(self, names: Sequence[str], point: Point) -> None:
        self._known.moved(names, point.position)
        for name in names:
            self._at[name] = self._at[name]._replace(position=point.position, mark=point.mark)
        for callback in self._callbacks:
            callback(point.position)
        for tell in self._told:
            tell(names, point.position)


def _say_begun(names: Sequence[str], why: str) -> None:
    _log.warning("built anew, from the beginning of the log: %s, which %s", ", ".join(names), why)

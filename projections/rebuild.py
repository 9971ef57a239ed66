"""Builds read models anew beside the live ones, and puts them in their place."""

import time
from collections.abc import Callable, Sequence
from typing import Final

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import OperationalError

from projections import positions
from projections.fold import BATCH_EVENTS, Astray, Fold, Overtaken
from projections.known import Positions
from projections.log import Log
from projections.projection import NEW, Projection

DDL_LOCK: Final = 0x6E676F6D610001
"""Key of the PostgreSQL advisory lock under which read models are made and swapped."""

MAX_REFUSALS: Final = 50
"""How often others may keep a rebuild out, for a lock timeout each, before it gives up."""


class RebuildFailed(Exception):
    """Some read models could not be rebuilt; the live ones serve on as before."""


Pace = Callable[[int, float], None]
"""Called between two batches with the events of the last one and the seconds that it took."""


def half_speed(events: int, seconds: float) -> None:
    """Rest as long as the work took: SQLite does not queue writers, so others need their chance."""
    del events
    time.sleep(seconds)


class Rebuild:
    """One rebuild of some projections, in one pass over the log.

    The live tables serve reads, and are followed, meanwhile. Positions move by compare-and-set
    as everywhere, so a second rebuild of the same projection only shares the work.
    """

    def __init__(
        self,
        engine: Engine,
        log: Log,
        projections: Sequence[Projection],
        known: Positions,
        *,
        batch_events: int = BATCH_EVENTS,
    ) -> None:
        self._engine = engine
        self._log = log
        self._projections = projections
        self._known = known
        self._batch_events = batch_events
        self._fold = Fold(log, projections, suffix=NEW, batch_events=batch_events)
        self._refusals = 0

    def run(self, progress: Callable[[int, int], None], pace: Pace) -> None:
        """Rebuild and swap; ``progress`` gets the position and the end of the log.

        Raises:
            RebuildFailed: an event could not be folded, and that read model's new tables are
                gone; or the log was replaced meanwhile.
        """
        origin = self._log.origin()
        with self._engine.begin() as connection:
            lock_ddl(connection)
            for projection in self._projections:
                projection.create_new(connection, origin)
        left = list(self._projections)
        failures: list[str] = []
        while left:
            started_s = time.monotonic()
            handled = self._step()
            taken_s = time.monotonic() - started_s
            at = self._known.read()
            ours = [row for p in left if (row := at.get(p.name + NEW)) is not None]
            progress(min((row.position for row in ours), default=0), self._log.head())
            for projection in tuple(left):
                if self._settle(projection, failures, is_near_the_end=handled < self._batch_events):
                    left.remove(projection)
            pace(handled, taken_s)
        if failures:
            raise RebuildFailed("; ".join(failures))

    def _step(self) -> int:
        try:
            with self._engine.connect() as connection:
                return self._fold.step(connection, self._known.read())
        except Overtaken:  # by another rebuild, which shares the work
            return 0
        except Astray as error:
            msg = f"the log is not the one that it was when {error} began anew"
            raise RebuildFailed(msg) from error
        except OperationalError as error:
            self._refused(error)
            return 0

    def _settle(
        self, projection: Projection, failures: list[str], *, is_near_the_end: bool
    ) -> bool:
        """Swap the new tables in, or give them up; False while there is more to fold."""
        row = self._known.read().get(projection.name + NEW)
        is_stray = projection.name in self._known.strays()
        if row is None or row.version != projection.version:
            return True  # another process swapped them in, or is rebuilding with other code
        if row.error is not None:
            failures.append(f"{projection.name} {row.error}")
            with self._engine.begin() as connection:
                projection.drop_new(connection)
            return True
        return is_near_the_end and self._swap(projection, is_stray=is_stray)

    def _swap(self, projection: Projection, *, is_stray: bool) -> bool:
        """Swap unless the live tables are further; readers may keep us out for a while.

        Where a stray stands, in another log, says nothing about this one.
        """
        try:
            with self._engine.begin() as connection:
                lock_ddl(connection)
                at = positions.lock(connection, projection.name, projection.name + NEW)
                new, live = at.get(projection.name + NEW), at[projection.name]
                if new is None or new.version != projection.version:
                    return True
                is_behind = new.position < live.position and not is_stray
                if new.error is not None or is_behind:
                    return False
                projection.swap(connection)
        except OperationalError as error:
            self._refused(error)
            return False
        return True

    def _refused(self, error: OperationalError) -> None:
        """Count a lock that was not to be had; the last one is one too many."""
        self._refusals += 1
        if self._refusals == MAX_REFUSALS:
            raise error


def lock_ddl(connection: Connection) -> None:
    """Let one process at a time make or swap read models (on SQLite only one can write).

    What it commits is on disk, although the follower's own commits may be lost in a crash.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(DDL_LOCK)))
        setting = func.set_config("synchronous_commit", "on", True)  # noqa: FBT003
        connection.execute(select(setting))

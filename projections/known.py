"""What a process knows of the positions: whether they are of its log, and who waits for them."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

from sqlalchemy import Engine

from application.ports.queries import ProjectionStatus
from projections import positions
from projections.keeping import Rebuilding
from projections.log import BEGINNING, Log
from projections.positions import Position

FRESH_S: Final = 1.0
"""For how long what was read is trusted: other processes move positions, and begin them anew."""


class Known(Protocol):
    """What names a read model, and the version of it that this code knows."""

    @property
    def name(self) -> str:
        """What it is called in ``projection_positions``."""

    @property
    def version(self) -> int:
        """Which version of it the code makes."""


def strays(rows: Mapping[str, Position], log: Log) -> Mapping[str, str]:
    """Say of the positions that are not of ``log`` why, by name.

    Raises:
        StoreDown: the log cannot be read.
    """
    origin, head = log.origin(), log.head()  # once: the words are the same for all of them
    marks = {BEGINNING.position: BEGINNING.mark}
    found = {}
    for name, row in rows.items():
        if row.store != origin.store:
            found[name] = "is of another store"
        elif row.generation != origin.generation:
            found[name] = f"is of generation {row.generation} of the store, not {origin.generation}"
        else:
            if row.position not in marks:
                marks[row.position] = log.mark(row.position)
            if not marks[row.position] and row.position:
                found[name] = f"is ahead of the log, at {row.position} of {head}"
            elif marks[row.position] != row.mark:
                found[name] = f"is of another history of the log, at {row.position}"
    return found


class Positions:
    """The positions as this process last saw them, and those who wait for them.

    Whoever moves them in this process says so; what other processes do with them is seen by
    polling, by one of the waiters for all of them, and otherwise within ``FRESH_S``.
    """

    def __init__(
        self,
        engine: Engine,
        log: Log,
        *,
        poll_s: float = 0.005,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._log = log
        self._poll_s = poll_s
        self._monotonic_s = monotonic_s
        self._changed = threading.Condition()
        self._rows: Mapping[str, Position] = {}
        self._known: dict[str, int] = {}
        self._strays: Mapping[str, tuple[Position, str]] = {}
        self._read_at_s = float("-inf")
        self._compared_at_s = float("-inf")
        self._is_polling = False

    def read(self) -> Mapping[str, Position]:
        """Read all rows.

        Raises:
            sqlalchemy.exc.DBAPIError, StoreDown: they, or the log, cannot be read.
        """
        read_at_s = self._monotonic_s()
        with self._engine.connect() as connection:
            rows = positions.read(connection)
        found = self._compared(rows, read_at_s)
        with self._changed:
            known = {row.name: row.position for row in rows.values() if row.name not in found}
            if known != self._known:  # lower than before, too, when a crash lost the last commits
                self._changed.notify_all()
            self._rows, self._known, self._strays = rows, known, found
            self._read_at_s = read_at_s
        return rows

    def strays(self) -> Mapping[str, str]:
        """Say of the positions that are not of this log why, by name, as of the last reading."""
        return {name: why for name, (_, why) in self._strays.items()}

    def moved(self, names: Sequence[str], position: int) -> None:
        """Wake whoever waits for these projections to reach ``position``, which they have."""
        with self._changed:
            self._known.update(dict.fromkeys(names, position))
            self._changed.notify_all()

    def must_answer(self, projection: str) -> None:
        """Make sure that what a read model says is about this log, and is all of it.

        Raises:
            Rebuilding: not yet.
        """
        self._refresh()
        with self._changed:
            row = self._rows.get(projection)
            known = self._known.get(projection, -1)  # that of a stray is not known
        if row is None or known >= row.answers_from or (row.error and known >= 0):
            return
        msg = f"The read model {projection} is being built anew; try again."
        raise Rebuilding(msg)

    def reached(self, position: int, *, timeout_s: float, projection: str) -> bool:
        """Wait until ``projection`` has handled log position ``position``.

        False when the time is up, and at once when the projection has stopped. It looks at
        least once, also with no time at all.
        """
        self._refresh()
        deadline_s = self._monotonic_s() + timeout_s
        with self._changed:
            while self._known.get(projection, 0) < position:
                if self._is_polling and (left_s := deadline_s - self._monotonic_s()) > 0:
                    self._changed.wait(left_s)
                    continue
                return self._poll_until(projection, position, deadline_s)
            return True

    def _refresh(self) -> None:
        """Read when it was too long ago; one does it for all, unless nobody ever did."""
        now_s = self._monotonic_s()
        with self._changed:
            if now_s - self._read_at_s < FRESH_S:
                return
            if self._rows:
                self._read_at_s = now_s
        self.read()

    def _compared(
        self, rows: Mapping[str, Position], now_s: float
    ) -> Mapping[str, tuple[Position, str]]:
        """Compare with the log once in ``FRESH_S``; between, a row that was a stray stays one."""
        if now_s - self._compared_at_s < FRESH_S:
            known = self._strays.items()
            return {name: found for name, found in known if rows.get(name) == found[0]}
        found = strays(rows, self._log)
        self._compared_at_s = now_s
        return {name: (rows[name], why) for name, why in found.items()}

    def _poll_until(self, projection: str, position: int, deadline_s: float) -> bool:
        """Poll on behalf of all waiters, who take over when this one's time is up."""
        self._is_polling = True
        try:
            while True:
                self._changed.release()
                try:
                    self.read()
                finally:
                    self._changed.acquire()
                if self._known.get(projection, 0) >= position:
                    return True
                left_s = deadline_s - self._monotonic_s()
                row = self._rows.get(projection)
                if left_s <= 0 or (row is not None and row.error):
                    return False
                self._changed.wait(min(self._poll_s, left_s))
        finally:
            self._is_polling = False
            self._changed.notify_all()


def statuses(models: Sequence[Known], known: Positions, log: Log) -> Sequence[ProjectionStatus]:
    """Say where each read model stands, and why it does not go on."""
    at = known.read()
    strange = known.strays()
    head = log.head()  # after the rows: those are never further than what is in the log by now
    found = []
    for model in models:
        name, row = model.name, at.get(model.name)
        if row is None:
            found.append(ProjectionStatus(name, 0, head, "is not made yet: migrate"))
            continue
        error = row.error or strange.get(name)
        if row.version != model.version:
            error = f"is of version {row.version}, not {model.version}: migrate"
        is_rebuilding = row.is_rebuilding or name in strange
        found.append(ProjectionStatus(name, row.position, head, error, is_rebuilding))
    return found

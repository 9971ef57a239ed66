"""How far whoever follows the log is behind, in time: the age of what it has not seen."""

import threading
from collections.abc import Sequence
from typing import Final

import orjson

from application.ports import Clock, Store
from application.ports.queries import ProjectionStatus, Queries
from domain.errors import StoreDown
from domain.values import SECOND, Instant

STILL_S: Final = 3.0
"""Nobody follows a log of which something is left, when no position has moved for this long."""
LONG_S: Final = 10.0
"""From here on nothing is accepted any more that would only wait."""
LATE_S: Final = 30.0
"""Who is so far behind is too slow, although it moves."""


def unseen_since(store: Store, statuses: Sequence[ProjectionStatus]) -> Instant | None:
    """Give the time of the oldest event that one of the read models has not seen; None: no such.

    Raises:
        StoreDown: the log cannot be read.
    """
    behind = [status.position for status in statuses if status.position < status.head]
    events = store.events_after(min(behind), limit=1) if behind else ()
    return next((Instant(orjson.loads(stored.state)["timestamp"]) for _, stored in events), None)


class Following:
    """Whether somebody follows the log, seen by asking now and then. Callable from any thread.

    Read models that have stopped or are built anew have words of their own.
    """

    def __init__(self, *, store: Store, queries: Queries, clock: Clock) -> None:
        self._store = store
        self._queries = queries
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[str, int] = {}
        self._moved_at_s = self._level_at_s = clock.monotonic_s()
        self._lag_s = 0.0

    @property
    def lag_s(self) -> float:
        """How old the oldest event is that a read model has not seen, as of the last look."""
        return self._lag_s

    @property
    def is_long(self) -> bool:
        """Whether the log has not been followed for long, as of the last look."""
        return self._clock.monotonic_s() - self._moved_at_s >= LONG_S

    def words(self) -> str:
        """Look, and say how it is: "ok", or who is behind and for how long."""
        try:
            going = [each for each in self._queries.projections() if not each.error]
            since = unseen_since(self._store, going)
        except StoreDown:
            return "ok"  # said by the check of what cannot be read
        now_s = self._clock.monotonic_s()
        with self._lock:
            self._look(going, since, now_s)
            still_s, late_s = now_s - self._moved_at_s, now_s - self._level_at_s
            lag_s = min(self._lag_s, late_s)  # the clock may have been set
        if still_s < STILL_S and lag_s < LATE_S:
            return "ok"
        last = min(going, key=lambda each: each.position)
        where = f"{last.name} stands at {last.position} of {last.head}"
        if still_s < STILL_S:
            return f"the read models are {lag_s:.0f} s behind the log: {where}"
        return (
            f"nobody follows the log, for {still_s:.0f} s: {where};"
            " `ngoma project`, or `ngoma serve` without a role, has to run"
        )

    def _look(self, going: Sequence[ProjectionStatus], since: Instant | None, now_s: float) -> None:
        seen = {each.name: each.position for each in going}
        if since is None:
            self._level_at_s = now_s
        if since is None or seen != self._seen:
            self._moved_at_s = now_s
        self._seen = seen
        self._lag_s = 0.0 if since is None else max(0.0, (self._clock.now() - since) / SECOND)

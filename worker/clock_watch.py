"""Whether this host's clock can be believed: while it cannot, nothing expires (design 6.7)."""

import threading
from typing import Final

import orjson

from application.books.alarms import Alarms
from application.ports import Clock, Store
from domain.values import SECOND

JUMP_S: Final = 300
"""A step of the wall clock against the monotonic one that is too large to be a correction."""
SKEW_S: Final = 1
"""How far another host's clock may be ahead when it writes an event."""
LOOK_S: Final = 1.0
"""How old the knowledge of the newest event may be."""
ALARM: Final = "clock"


class ClockWatch:
    """One for each process. Callable from any thread.

    A jump is remembered until the clock is back where it was, or the process is started anew:
    that is how an operator says that the new time is right.
    """

    def __init__(self, *, clock: Clock, store: Store, alarms: Alarms) -> None:
        self._clock = clock
        self._store = store
        self._alarms = alarms
        self._lock = threading.Lock()
        self._offset_s = self._read_offset_s()
        self._looked_at_s = float("-inf")
        self._fault: str | None = None

    def fault(self) -> str | None:
        """Say what is wrong with the clock, None when it can be believed.

        Raises:
            StoreDown: the newest event cannot be read.
        """
        with self._lock:
            jump = self._jump()
            now_s = self._clock.monotonic_s()
            if jump is None and now_s - self._looked_at_s < LOOK_S:
                return self._fault
            self._fault = jump or self._behind_the_log()
            self._looked_at_s = now_s
        if self._fault is None:
            self._alarms.clear(ALARM)
        else:
            self._alarms.set(ALARM, f"{self._fault}; nothing expires")
        return self._fault

    def _jump(self) -> str | None:
        offset_s = self._read_offset_s()
        if abs(offset_s - self._offset_s) > JUMP_S:
            return "the clock jumped by more than 5 minutes"
        self._offset_s = offset_s  # small corrections add up to no jump
        return None

    def _behind_the_log(self) -> str | None:
        head = self._store.head()
        newest = self._store.events_after(head - 1, limit=1) if head else ()
        for _, stored in newest:
            at = int(orjson.loads(stored.state)["timestamp"])
            if at > self._clock.now() + SKEW_S * SECOND:
                return "the clock is earlier than the newest event"
        return None

    def _read_offset_s(self) -> float:
        return self._clock.now() / SECOND - self._clock.monotonic_s()

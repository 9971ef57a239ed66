"""When keys were used last: to the hour, kept in memory, and written down now and then."""

import asyncio
from collections import OrderedDict
from contextlib import suppress
from typing import Final

from application.accounts import NoteKeyUses
from application.books.commands import Outcome
from application.system import System
from domain.errors import NgomaError
from domain.values import SECOND, Instant

COARSE: Final = 3_600 * SECOND
"""How exact the last use is."""
FLUSH_EVERY_S: Final = 60.0
KNOWN_MAX: Final = 50_000
"""Keys whose last hour is remembered; one that is forgotten is only written down again."""
WAITING_MAX: Final = 5_000
"""Uses that wait to be written down; beyond it the next use of the key counts."""


class KeyUses:
    """Collects the uses of keys in this process; belongs to one event loop."""

    def __init__(self, system: System) -> None:
        self._clock = system.clock
        self._committer = system.committer
        self._known: OrderedDict[str, Instant] = OrderedDict()
        self._waiting: dict[str, Instant] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._flushed_at_s = float("-inf")

    def note(self, key_id: str) -> None:
        """Note that a key is used now."""
        now = self._clock.now()
        hour = Instant(now - now % COARSE)
        if self._known.get(key_id) == hour or len(self._waiting) >= WAITING_MAX:
            return
        self._known[key_id] = hour
        if len(self._known) > KNOWN_MAX:
            self._known.popitem(last=False)
        self._waiting[key_id] = hour
        if self._timer is None:
            loop = asyncio.get_running_loop()
            wait_s = max(self._flushed_at_s + FLUSH_EVERY_S - loop.time(), 0.0)
            self._timer = loop.call_later(wait_s, self._flush_in_time)

    def flush(self) -> None:
        """Write down what waits; a store that is away costs only these notes."""
        uses, self._waiting = self._waiting, {}
        if uses:
            with suppress(NgomaError):
                self._committer.submit(NoteKeyUses(uses, at=self._clock.now()), _done)

    def _flush_in_time(self) -> None:
        self._timer = None
        self._flushed_at_s = asyncio.get_running_loop().time()
        self.flush()

    def close(self) -> None:
        """Write down what waits, for the last time."""
        if self._timer is not None:
            self._timer.cancel()
        self.flush()


def _done(outcome: Outcome[None]) -> None:
    """Leave it at that: the next hour's use is written down again."""

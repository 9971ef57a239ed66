"""What the store keeps for a while only, dropped in turns that leave the committer its pace."""

import threading
from collections.abc import Callable
from typing import Final

from application.ports import Clock, Store

EVERY_S: Final = 60.0
"""Seconds between two turns; a busy hour leaves a million rows, a minute some thousands."""
ROWS_MAX: Final = 500
"""Rows of a kind that one transaction drops: writers wait for it."""
ROUNDS_MAX: Final = 200
"""Transactions of one turn; what is left waits for the next."""
PAUSE_S: Final = 0.05
"""Between two transactions."""


class Upkeep:
    """Drops what nobody can ask for any more: ids of saves, sessions that are over."""

    def __init__(
        self, *, store: Store, clock: Clock, pause: Callable[[float], bool] | None = None
    ) -> None:
        """``pause`` waits for some seconds, and gives True when it is time to end."""
        self._store = store
        self._clock = clock
        self._pause = pause or threading.Event().wait

    def step(self) -> int:
        """Do one turn; give how many rows were dropped.

        Raises:
            StoreDown: the next turn tries again.
        """
        count = 0
        for _ in range(ROUNDS_MAX):
            dropped = self._store.drop_old_saves(self._clock.now(), limit=ROWS_MAX)
            count += dropped
            if dropped < ROWS_MAX or self._pause(PAUSE_S):
                break
        return count

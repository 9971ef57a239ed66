"""Bearer tokens of simulated providers, each good for a while and for one product."""

import threading
from itertools import count
from typing import Final

from application.ports import Clock
from domain.values import SECOND, Instant

TOKENS_MAX: Final = 10_000
"""Known at once; the oldest is forgotten first."""


class SimTokens:
    """The tokens that a simulated provider gave out."""

    def __init__(self, clock: Clock, good_for_s: int) -> None:
        self._clock = clock
        self._good_for_us = good_for_s * SECOND
        self._until: dict[str, tuple[str, Instant]] = {}
        self._order = count(1)
        self._lock = threading.Lock()

    def issue(self, product: str = "") -> str:
        """Give out a new one."""
        with self._lock:
            token = f"simulated-{product}-{next(self._order)}"
            if len(self._until) >= TOKENS_MAX:
                del self._until[next(iter(self._until))]
            self._until[token] = (product, Instant(self._clock.now() + self._good_for_us))
            return token

    def is_good(self, authorization: str, product: str = "") -> bool:
        """Whether ``Bearer …`` is one of ours, of this product, and not yet over."""
        found = self._until.get(authorization.removeprefix("Bearer "))
        return found is not None and found[0] == product and self._clock.now() < found[1]

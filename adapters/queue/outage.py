"""One line in the log when a server goes away, and one when it is back."""

import logging
import threading
from collections.abc import Callable
from typing import Final

PAUSE_S: Final = 1.0
"""After a failure the server is left alone for this long."""


class Outage:
    """Whether a server answers, as this process last saw it. Callable from any thread."""

    def __init__(self, name: str, *, monotonic_s: Callable[[], float]) -> None:
        self._name = name
        self._monotonic_s = monotonic_s
        self._log = logging.getLogger("ngoma.queue")
        self._lock = threading.Lock()
        self._is_down = False
        self._try_again_at_s = float("-inf")
        self.count = 0
        """Outages since the start of the process (a metric)."""

    @property
    def is_down(self) -> bool:
        """Whether the last call failed (readiness)."""
        return self._is_down

    @property
    def may_try(self) -> bool:
        """Whether the server is worth asking now."""
        return not self._is_down or self._monotonic_s() >= self._try_again_at_s

    def failed(self, error: Exception) -> None:
        """Note a failure; only the first of an outage is logged."""
        with self._lock:
            self._try_again_at_s = self._monotonic_s() + PAUSE_S
            if self._is_down:
                return
            self._is_down = True
            self.count += 1
        self._log.warning(
            "%s does not answer (%s: %s); going on without it",
            self._name,
            type(error).__name__,
            error,
        )

    def answered(self) -> None:
        """Note an answer."""
        if not self._is_down:
            return
        with self._lock:
            was_down, self._is_down = self._is_down, False
        if was_down:
            self._log.info("%s answers again", self._name)

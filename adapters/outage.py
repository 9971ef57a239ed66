"""A server that goes away and comes back: a line in the log each, and who may ask it meanwhile."""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Final

from application.ports import Metrics
from application.system import Signals

STALE_S: Final = 30.0
"""A failure that nobody has met again for this long says nothing about now."""


class Outage:
    """Whether a server answers, as this process last saw it. Callable from any thread."""

    def __init__(
        self, name: str, *, pause_s: float, meanwhile: str, monotonic_s: Callable[[], float]
    ) -> None:
        """After a failure the server is left alone for ``pause_s``; ``meanwhile`` is in words."""
        self._name = name
        self._pause_s = pause_s
        self._meanwhile = meanwhile
        self._monotonic_s = monotonic_s
        self._log = logging.getLogger("ngoma.outage")
        self._lock = threading.Lock()
        self._is_down = False
        self._try_again_at_s = float("-inf")
        self.count = 0
        """Outages since the start of the process (a metric)."""

    @property
    def is_down(self) -> bool:
        """Whether the last call failed, not long ago (readiness, and a metric)."""
        return self._is_down and self._monotonic_s() < self._try_again_at_s + STALE_S

    def words(self) -> str:
        """Say how the server is: "ok", or what goes on without it."""
        return f"{self._name} does not answer: {self._meanwhile}" if self.is_down else "ok"

    def may_try(self) -> bool:
        """Whether to ask the server: while it is away, one asks now and then and no other waits."""
        if not self._is_down:
            return True
        with self._lock:
            now_s = self._monotonic_s()
            if now_s < self._try_again_at_s:
                return False
            self._try_again_at_s = now_s + self._pause_s
        return True

    def failed(self, error: Exception) -> None:
        """Note a failure; only the first of an outage is logged."""
        with self._lock:
            self._try_again_at_s = self._monotonic_s() + self._pause_s
            if self._is_down:
                return
            self._is_down = True
            self.count += 1
        self._log.warning(
            "%s does not answer (%s: %s): %s",
            self._name,
            type(error).__name__,
            error,
            self._meanwhile,
        )

    def answered(self) -> None:
        """Note an answer."""
        if not self._is_down:
            return
        with self._lock:
            was_down, self._is_down = self._is_down, False
        if was_down:
            self._log.info("%s answers again", self._name)


def watch_redis(signals: Signals, metrics: Metrics, outages: Mapping[str, Outage]) -> None:
    """Show whether Redis answers whoever asks it; losing it loses nothing (decision 12)."""
    for part, outage in outages.items():
        signals.add_check(part, outage.words, is_vital=False)

    def down() -> Mapping[str, float]:
        return {part: float(outage.is_down) for part, outage in outages.items()}

    def counts() -> Mapping[str, float]:
        return {part: float(outage.count) for part, outage in outages.items()}

    metrics.watch("redis_down", "Whether Redis did not answer.", down, label="part")
    metrics.watch("redis_outages", "How often Redis went away.", counts, label="part")

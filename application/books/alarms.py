"""What needs a person: alarms stand until they are cleared, and the log says so now and then."""

import logging
import re
import threading
from collections.abc import Mapping
from typing import Final

NUMBERS: Final = re.compile(r"[\d,.]+")
REMIND_S: Final = 60.0
"""How often the log says what still stands."""

logger = logging.getLogger("ngoma.alarms")


class Alarms:
    """The alarms of one process, by name; readiness and metrics show them. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._standing: dict[str, str] = {}
        self._remind_at_s: dict[str, float] = {}

    def set(self, name: str, reason: str) -> None:
        """Let an alarm stand; logged when it is new, or its reason is in more than its numbers."""
        with self._lock:
            was = self._standing.get(name)
            self._standing[name] = reason
        if was is None or NUMBERS.sub("", was) != NUMBERS.sub("", reason):
            logger.error("alarm %s: %s", name, reason)

    def clear(self, name: str) -> None:
        """Let an alarm fall."""
        with self._lock:
            was = self._standing.pop(name, None)
            self._remind_at_s.pop(name, None)
        if was is not None:
            logger.info("alarm %s is over", name)

    def remind(self, now_s: float) -> None:
        """Log what has stood for some time; called now and then, by a monotonic clock."""
        with self._lock:
            due = [
                (name, reason)
                for name, reason in self._standing.items()
                if self._remind_at_s.setdefault(name, now_s + REMIND_S) <= now_s
            ]
            self._remind_at_s.update((name, now_s + REMIND_S) for name, _ in due)
        for name, reason in due:
            logger.error("alarm %s still stands: %s", name, reason)

    def standing(self) -> Mapping[str, str]:
        """Give the alarms that stand."""
        with self._lock:
            return dict(self._standing)

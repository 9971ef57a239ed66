"""What needs a person: alarms stand until they are cleared; each is logged once."""

import logging
import threading
from collections.abc import Mapping

logger = logging.getLogger("ngoma.alarms")


class Alarms:
    """The alarms of one process, by name; readiness and metrics show them. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._standing: dict[str, str] = {}

    def set(self, name: str, reason: str) -> None:
        """Let an alarm stand; logged when it is new or its reason is."""
        with self._lock:
            if self._standing.get(name) == reason:
                return
            self._standing[name] = reason
        logger.error("alarm %s: %s", name, reason)

    def clear(self, name: str) -> None:
        """Let an alarm fall."""
        with self._lock:
            was = self._standing.pop(name, None)
        if was is not None:
            logger.info("alarm %s is over", name)

    def standing(self) -> Mapping[str, str]:
        """Give the alarms that stand."""
        with self._lock:
            return dict(self._standing)

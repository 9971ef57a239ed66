"""Threads for what would keep a job waiting: providers that hold the line for their payer."""

import logging
import threading
from collections.abc import Callable
from typing import Final

from domain.errors import NgomaError

AT_ONCE_MAX: Final = 16
"""Threads at once; what comes on top keeps its own job waiting."""

logger = logging.getLogger("ngoma.jobs")


class Threads:
    """Runs each piece in a thread of its own, up to a number of them.

    A process that ends does not wait for them: what they would have told is found out later.
    """

    def __init__(self, at_once_max: int = AT_ONCE_MAX) -> None:
        self._room = threading.Semaphore(at_once_max)

    def __call__(self, piece: Callable[[], object]) -> None:
        """Run a piece elsewhere, or here where there is no room."""
        if not self._room.acquire(blocking=False):
            piece()
            return

        def run() -> None:
            try:
                piece()
            except NgomaError as error:
                logger.warning("what a provider answered must wait: %s", type(error).__name__)
            finally:
                self._room.release()

        threading.Thread(target=run, name="ngoma-payer", daemon=True).start()

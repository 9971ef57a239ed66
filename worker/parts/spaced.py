"""Rings that come close together are heard as one: who looks at each of them rests in between."""

import threading
import time


class Spaced(threading.Event):
    """An event that wakes at once, but not again sooner than ``rest_s`` after it woke before.

    Read models move some fifty times a second under load, and most of what looks then finds
    nothing that it has to do. A lone ring, as of one message in an idle gateway, is not late.
    """

    def __init__(self, rest_s: float) -> None:
        super().__init__()
        self._rest_s = rest_s
        self._woke_s = float("-inf")

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for a ring, at most so long; then for the end of the rest."""
        has_rung = super().wait(timeout)
        if has_rung and (rest_s := self._woke_s + self._rest_s - time.monotonic()) > 0:
            time.sleep(rest_s)
        self._woke_s = time.monotonic()
        return has_rung

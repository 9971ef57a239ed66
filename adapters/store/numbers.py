"""Runs of numbers, taken from the store in blocks so that the hot path rarely asks it."""

import threading
from typing import Final

from application.ports import Store

BLOCK: Final = 1_000
"""Numbers of messages taken at once; what is left of a block at a stop is a gap."""
SMALL_BLOCK: Final = 1
"""Everything else is rare, and its numbers are seen by people."""


class BlockNumbers:
    """``application.ports.Numbers`` over a store."""

    def __init__(self, store: Store, *, block: int = BLOCK) -> None:
        self._store = store
        self._block = block
        self._lock = threading.Lock()
        self._left: dict[str, tuple[int, int]] = {}

    def take(self, kind: str, count: int = 1) -> int:
        """Give the first of ``count`` numbers in a row."""
        with self._lock:
            first, end = self._left.get(kind, (0, 0))
            if end - first < count:
                size = max(self._block if kind == "message" else SMALL_BLOCK, count)
                first = self._store.take_numbers(kind, size)
                end = first + size
            self._left[kind] = (first + count, end)
            return first

    def forget(self) -> None:
        """Give out none that were reserved in a store that is there no more."""
        with self._lock:
            self._left.clear()

"""The aggregates that the committer remembers between its batches."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from domain.events import Aggregate

CACHED_MAX: Final = 20_000
"""Aggregates kept in memory between batches, least recently used out first."""


class Cache:
    """Aggregates of the committer, by id; owned by its one thread."""

    def __init__(self, size_max: int = CACHED_MAX) -> None:
        self._items: OrderedDict[UUID, Aggregate] = OrderedDict()
        self._size_max = size_max

    def take(self, ids: Iterable[UUID]) -> dict[UUID, Aggregate]:
        """Take the aggregates out: they come back by ``put`` when their save succeeded."""
        taken = {}
        for key in ids:
            item = self._items.pop(key, None)
            if item is not None:
                taken[key] = item
        return taken

    def put(self, items: dict[UUID, Aggregate]) -> None:
        """Keep aggregates whose events are committed."""
        self._items.update(items)
        while len(self._items) > self._size_max:
            self._items.popitem(last=False)

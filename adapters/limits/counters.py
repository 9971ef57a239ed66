"""What counts requests: a storage of the ``limits`` library, and how one that is shared is used."""

from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

from limits.aio.storage import MemoryStorage, RedisStorage

ANSWER_S: Final = 0.1
"""How long a request waits for Redis before it is counted here (contract decision 10)."""

Counters = MemoryStorage | RedisStorage


class Shared(NamedTuple):
    """Counters that several processes share."""

    counters: Counters
    close: Callable[[], Awaitable[None]]
    away: type[Exception]
    """What says that they cannot be reached, beside ``OSError``."""

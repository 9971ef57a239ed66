"""Where live workers are known and hints to them lie: in memory, or on Redis."""

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, Protocol, cast

from adapters.queue.brokers import NAMESPACE
from domain.values import Network

if TYPE_CHECKING:
    import redis

LIVE_S: Final = 10
"""A worker counts as live for this long after it registered."""
KNOWN_S: Final = 1.0
"""How old the knowledge may be of which workers are live."""
HINT_S: Final = 5
"""Hints to a worker that takes none for this long are lost."""


class Board(Protocol):
    """What the processes know of one another. ``RedisError`` may come from every method."""

    def register(self, worker: str, networks: frozenset[Network]) -> None:
        """Note a live worker."""

    def withdraw(self, worker: str) -> None:
        """Forget a worker."""

    def workers(self) -> Mapping[str, frozenset[Network]]:
        """Give the live workers."""

    def put_hint(self, worker: str, network: Network) -> bool:
        """Lay down a hint; False when it lies there already."""

    def take_hint(self, worker: str, timeout_s: float) -> Network | None:
        """Take up a hint, waiting for one."""


class MemoryBoard:
    """The board of a gateway that is one process."""

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._workers: dict[str, frozenset[Network]] = {}
        self._hints: dict[str, set[Network]] = defaultdict(set)

    def register(self, worker: str, networks: frozenset[Network]) -> None:
        """Note a worker; it lives as long as the process."""
        with self._lock:
            self._workers[worker] = networks

    def withdraw(self, worker: str) -> None:
        """Forget a worker and its hints."""
        with self._lock:
            self._workers.pop(worker, None)
            self._hints.pop(worker, None)

    def workers(self) -> Mapping[str, frozenset[Network]]:
        """Give the workers."""
        with self._lock:
            return dict(self._workers)

    def put_hint(self, worker: str, network: Network) -> bool:
        """Lay down a hint; False when it lies there already."""
        with self._lock:
            is_new = network not in self._hints[worker]
            self._hints[worker].add(network)
            self._lock.notify_all()
            return is_new

    def take_hint(self, worker: str, timeout_s: float) -> Network | None:
        """Take up a hint, waiting for one."""
        with self._lock:
            self._lock.wait_for(lambda: self._hints[worker], timeout_s)
            return self._hints[worker].pop() if self._hints[worker] else None


class RedisBoard:
    """The board of several processes.

    ``ngoma:workers`` is a set of names, ``ngoma:worker:<name>`` its networks for as long as it
    is live, ``ngoma:hints:<name>`` the networks of the hints that lie there for it.
    """

    def __init__(
        self, client: "redis.Redis", waiting: "redis.Redis", *, monotonic_s: Callable[[], float]
    ) -> None:
        """``waiting`` is asked what Redis is to wait for."""
        self._client = client
        self._waiting = waiting
        self._monotonic_s = monotonic_s
        self._names = f"{NAMESPACE}:workers"
        self._known: Mapping[str, frozenset[Network]] = {}
        self._known_at_s = float("-inf")

    def register(self, worker: str, networks: frozenset[Network]) -> None:
        """Note a worker for ``LIVE_S`` seconds."""
        with self._client.pipeline(transaction=False) as pipeline:
            pipeline.sadd(self._names, worker)
            pipeline.set(self._worker(worker), ",".join(sorted(networks)), ex=LIVE_S)
            pipeline.execute()

    def withdraw(self, worker: str) -> None:
        """Forget a worker and its hints."""
        self._forget([worker])

    def workers(self) -> Mapping[str, frozenset[Network]]:
        """Give the live workers, known to within a second."""
        now_s = self._monotonic_s()
        if now_s - self._known_at_s >= KNOWN_S:
            self._known = self._look()
            self._known_at_s = now_s
        return self._known

    def _look(self) -> Mapping[str, frozenset[Network]]:
        names = sorted(_text(name) for name in self._client.smembers(self._names))
        if not names:
            return {}
        values = self._client.mget([self._worker(name) for name in names])
        gone = [name for name, value in zip(names, values, strict=True) if value is None]
        if gone:
            self._forget(gone)
        return {
            name: frozenset(word for word in Network if word in _text(value).split(","))
            for name, value in zip(names, values, strict=True)
            if value is not None
        }

    def _forget(self, names: Sequence[str]) -> None:
        """Forget workers and their hints."""
        with self._client.pipeline(transaction=False) as pipeline:
            pipeline.srem(self._names, *names)
            pipeline.delete(*map(self._worker, names), *map(self._hints, names))
            pipeline.execute()

    def put_hint(self, worker: str, network: Network) -> bool:
        """Lay down a hint; False when it lies there already."""
        hints = self._hints(worker)
        with self._client.pipeline(transaction=False) as pipeline:
            pipeline.zadd(hints, {network.value: 0}, nx=True)
            pipeline.expire(hints, HINT_S)
            return bool(pipeline.execute()[0])

    def take_hint(self, worker: str, timeout_s: float) -> Network | None:
        """Take up a hint; Redis hands it over as soon as it is there."""
        found = self._waiting.bzpopmin(self._hints(worker), timeout_s)
        return _network(cast("bytes | str", found[1])) if found else None

    @staticmethod
    def _worker(worker: str) -> str:
        return f"{NAMESPACE}:worker:{worker}"

    @staticmethod
    def _hints(worker: str) -> str:
        return f"{NAMESPACE}:hints:{worker}"


def _text(value: bytes | str) -> str:
    return value if isinstance(value, str) else value.decode()


def _network(value: bytes | str) -> Network | None:
    """Read a network, which may be one that only another version knows."""
    return next((word for word in Network if word.value == _text(value)), None)

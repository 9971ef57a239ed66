"""Where live workers are known and hints on their way are noted: in memory, or on Redis."""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, Protocol

from adapters.queue.brokers import NAMESPACE, hints_queue
from domain.values import Network

if TYPE_CHECKING:
    import redis

LIVE_S: Final = 10
"""A worker counts as live for this long after it registered."""
KNOWN_S: Final = 1.0
"""How old the knowledge may be of which workers are live."""
HINT_S: Final = 5
"""A hint that has not arrived after this long counts as lost."""


class Board(Protocol):
    """What the processes know of one another. ``RedisError`` may come from every method."""

    def register(self, worker: str, networks: frozenset[Network]) -> None:
        """Note a live worker."""

    def withdraw(self, worker: str) -> None:
        """Forget a worker."""

    def workers(self) -> Mapping[str, frozenset[Network]]:
        """Give the live workers."""

    def claim_hint(self, worker: str, network: Network) -> bool:
        """Note that a hint leaves; False when one is on its way."""

    def release_hint(self, worker: str, network: Network) -> None:
        """Note that a hint arrived, or was not sent after all."""


class MemoryBoard:
    """The board of a gateway that is one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._workers: dict[str, frozenset[Network]] = {}
        self._hints: set[tuple[str, Network]] = set()

    def register(self, worker: str, networks: frozenset[Network]) -> None:
        """Note a worker; it lives as long as the process."""
        with self._lock:
            self._workers[worker] = networks

    def withdraw(self, worker: str) -> None:
        """Forget a worker and its hints."""
        with self._lock:
            self._workers.pop(worker, None)
            self._hints = {hint for hint in self._hints if hint[0] != worker}

    def workers(self) -> Mapping[str, frozenset[Network]]:
        """Give the workers."""
        with self._lock:
            return dict(self._workers)

    def claim_hint(self, worker: str, network: Network) -> bool:
        """Note that a hint leaves; False when one is on its way."""
        with self._lock:
            if (worker, network) in self._hints:
                return False
            self._hints.add((worker, network))
            return True

    def release_hint(self, worker: str, network: Network) -> None:
        """Note that a hint arrived, or was not sent after all."""
        with self._lock:
            self._hints.discard((worker, network))


class RedisBoard:
    """The board of several processes.

    ``ngoma:workers`` is a set of names, ``ngoma:worker:<name>`` its networks for as long as it
    is live, ``ngoma:hint:<name>:<network>`` a hint on its way.
    """

    def __init__(self, client: "redis.Redis", *, monotonic_s: Callable[[], float]) -> None:
        self._client = client
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
        """Forget a worker and its queue."""
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
        """Forget workers; what stands in their queues are only hints."""
        queues = [f"{NAMESPACE}:{hints_queue(name)}" for name in names]
        with self._client.pipeline(transaction=False) as pipeline:
            pipeline.srem(self._names, *names)
            pipeline.delete(*map(self._worker, names))
            pipeline.delete(*queues, *(f"{queue}.msgs" for queue in queues))
            pipeline.execute()

    def claim_hint(self, worker: str, network: Network) -> bool:
        """Note that a hint leaves; False when one is on its way."""
        return bool(self._client.set(self._hint(worker, network), "1", nx=True, ex=HINT_S))

    def release_hint(self, worker: str, network: Network) -> None:
        """Note that a hint arrived, or was not sent after all."""
        self._client.delete(self._hint(worker, network))

    @staticmethod
    def _worker(worker: str) -> str:
        return f"{NAMESPACE}:worker:{worker}"

    @staticmethod
    def _hint(worker: str, network: Network) -> str:
        return f"{NAMESPACE}:hint:{worker}:{network.value}"


def _text(value: bytes | str) -> str:
    return value if isinstance(value, str) else value.decode()

"""Prometheus metrics of one process; labels come from small closed sets, never from people."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from domain.errors import StoreDown

ANSWER_BUCKETS_S: Final = (0.002, 0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1.2, 5.0)


class PrometheusMetrics:
    """``application.ports.Metrics`` by prometheus_client, with a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._answers = Counter(
            "ngoma_http_answers",
            "HTTP answers by route template and status.",
            ["route", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "ngoma_http_answer_seconds",
            "Time from a request to its answer.",
            ["route"],
            buckets=ANSWER_BUCKETS_S,
            registry=self._registry,
        )
        self._children: dict[tuple[str, int], tuple[Counter, Histogram]] = {}
        self._hang_ups = Counter(
            "ngoma_http_hang_ups",
            "Connections that the gateway refused or ended, by why.",
            ["why"],
            registry=self._registry,
        )
        self._commands = Counter(
            "ngoma_commands",
            "Commands by kind and outcome: done, or the error that refused it.",
            ["command", "outcome"],
            registry=self._registry,
        )

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count an HTTP answer."""
        found = self._children.get((route, status))
        if found is None:  # labels() costs as much as all the rest of a count
            found = (self._answers.labels(route, str(status)), self._seconds.labels(route))
            self._children[route, status] = found
        found[0].inc()
        found[1].observe(seconds)

    def hung_up(self, why: str) -> None:
        """Count a connection that was refused or ended, by a word from the code."""
        self._hang_ups.labels(why).inc()

    def settled(self, counts: Mapping[tuple[str, str], int]) -> None:
        """Count commands by kind and outcome, both words from the code."""
        for (command, outcome), count in counts.items():
            self._commands.labels(command, outcome).inc(count)

    def watch_one(self, name: str, text: str, read: Callable[[], float]) -> None:
        """Show a number that is read when somebody looks."""
        Gauge(f"ngoma_{name}", text, registry=self._registry).set_function(read)

    def watch(
        self, name: str, text: str, read: Callable[[], Mapping[str, float]], *, label: str
    ) -> None:
        """Show numbers by ``label``, read when somebody looks."""

        def samples() -> Mapping[tuple[str, ...], float]:
            return {(value,): number for value, number in read().items()}

        self.watch_by(name, text, samples, labels=(label,))

    def watch_by(
        self,
        name: str,
        text: str,
        read: Callable[[], Mapping[tuple[str, ...], float]],
        *,
        labels: tuple[str, ...] = (),
        is_total: bool = False,
    ) -> None:
        """Show numbers by several labels, or one that is not always known."""
        kind = CounterMetricFamily if is_total else GaugeMetricFamily
        family = partial(kind, f"ngoma_{name}", text, labels=labels)
        self._registry.register(_Watched(family, read))

    def render(self) -> tuple[bytes, str]:
        """Give the exposition text and its content type."""
        return generate_latest(self._registry), CONTENT_TYPE_LATEST


class _Watched(Collector):
    """Numbers that somebody else keeps."""

    def __init__(
        self,
        family: Callable[[], GaugeMetricFamily | CounterMetricFamily],
        read: Callable[[], Mapping[tuple[str, ...], float]],
    ) -> None:
        self._family, self._read = family, read

    def describe(self) -> Iterable[Metric]:
        """Name it without reading it."""
        return [self._family()]

    def collect(self) -> Iterable[Metric]:
        """Read it; what cannot be read has no samples, and a check says why."""
        family = self._family()
        try:
            found = sorted(self._read().items())
        except StoreDown:
            found = []
        for values, number in found:
            family.add_metric(values, number)
        return [family]

"""Traces by OpenTelemetry, over OTLP/HTTP: the extra ``ngoma[traces]``.

A trace's id comes from the id that a message keeps of its request, and its root's from the number
of what was accepted. So processes that share nothing but the log make spans of the same trace.
"""

import hashlib
import logging
import os
import re
import socket
import threading
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from typing import Final

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import (
    Link,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    get_current_span,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from adapters.observability.logs import hush
from adapters.observability.share import Share
from application.ports import Answered, Begun, Metrics, Randomness, Step
from domain.values import SECOND, Instant

QUEUE_MAX: Final = 2_048
"""Spans that wait to leave; others are counted and dropped."""
TOGETHER_MAX: Final = 512
GATHER_S: Final = 1.0
"""How long spans wait for others that leave with them."""
EXPORT_S: Final = 5.0
"""How long one batch may take, what is tried again included."""
LAST_S: Final = 2.0
"""How long the last spans have to leave when the process ends."""
REMEMBERED_MAX: Final = 1_024
"""Requests of which is remembered whether their trace is kept: each is asked for twice at once."""
FAULT_FROM: Final = 500

_TRACE: Final = re.compile(r"(?!0{32})[0-9a-f]{32}")
_SAMPLED: Final = TraceFlags(TraceFlags.SAMPLED)
_NO_STATUS: Final = Status()
_READER: Final = TraceContextTextMapPropagator()

_log = logging.getLogger("ngoma.traces")


def trace_of(request_id: str) -> int:
    """Give the trace of a request: its id where that is 32 hexadecimal digits, else its digest."""
    digits = request_id.replace("-", "").lower()
    if _TRACE.fullmatch(digits) is None:
        digits = hashlib.sha256(request_id.encode()).hexdigest()[:32]
    return int(digits, 16)


def span_of(trace: int, root: str) -> int:
    """Give the id of the span under which stands what became of an acceptance."""
    return int.from_bytes(hashlib.sha256(b"%032x %b" % (trace, root.encode())).digest()[:8])


@dataclass(frozen=True, slots=True)
class _Request:
    """``application.ports.Begun``."""

    span: SpanContext
    client: SpanContext | None


_here: Final[ContextVar[_Request | None]] = ContextVar("ngoma_traced_request", default=None)
"""The request that the running task answers."""


class OtlpTraces:
    """``application.ports.Traces`` by the SDK, which gathers spans and sends them in a thread."""

    def __init__(
        self, endpoint: str, *, share: float, key: bytes, randomness: Randomness, metrics: Metrics
    ) -> None:
        """Take a ``share`` (0 to 1) of traces, chosen under ``key``, and send them to a URL."""
        self._share = Share(share, key)
        self._randomness = randomness
        self._kept = lru_cache(REMEMBERED_MAX)(self._kept_trace)
        exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=EXPORT_S)
        self._way_out = _WayOut(exporter)
        self._processor = BatchSpanProcessor(
            self._way_out,
            max_queue_size=QUEUE_MAX,
            schedule_delay_millis=GATHER_S * 1_000,
            max_export_batch_size=TOGETHER_MAX,
        )
        self._whose = Resource.create(_whose())
        self._scope = InstrumentationScope("ngoma", version("ngoma"))
        metrics.watch_by(
            "trace_spans_lost",
            "Spans that could not be sent, or came too fast.",
            lambda: {(): self._way_out.lost},
            is_total=True,
        )

    def named_by(self, traceparent: bytes) -> bytes | None:
        """Give the trace that a client's header names, in 32 hexadecimal digits."""
        client = _client_of(traceparent)
        return None if client is None else b"%032x" % client.trace_id

    def begin(self, noted_id: bytes, traceparent: bytes | None) -> Begun | None:
        """Begin the request that the caller's task answers; None: its trace is not kept."""
        trace = self._kept(noted_id.decode("ascii"))
        if trace is None:
            return None
        client = None if traceparent is None else _client_of(traceparent)
        begun = _Request(_context(trace, self._random_id()), client)
        _here.set(begun)
        return begun

    def here(self) -> Begun | None:
        """Give the request that the caller's task answers, where its trace is kept."""
        return _here.get()

    def end(self, begun: Begun, answered: Answered) -> None:
        """End a request."""
        assert isinstance(begun, _Request)  # noqa: S101 - it is what ``begin`` gave
        _here.set(None)
        facts: dict[str, int | str] = {
            "http.request.method": answered.method,
            "http.route": answered.route,
            "http.response.status_code": answered.status,
        }
        if answered.asker.account is not None:
            facts["ngoma.account"] = answered.asker.account
        client = begun.client
        is_same = client is not None and client.trace_id == begun.span.trace_id
        self._span(
            f"{answered.method} {answered.route}",
            begun.span,
            facts,
            began_at=Instant(answered.at - round(answered.seconds * SECOND)),
            ended_at=answered.at,
            parent=client if is_same else None,
            links=() if client is None or is_same else (Link(client),),
            kind=SpanKind.SERVER,
            is_fault=answered.status >= FAULT_FROM,
        )

    def keeps(self, request_id: str) -> bool:
        """Whether the trace of a request is kept, by the id that its messages keep."""
        return self._kept(request_id) is not None

    def committed(self, steps: Sequence[Step], at: Instant) -> None:
        """Take what was committed at ``at``."""
        for step in steps:
            trace = self._kept(step.request_id)
            if trace is None:
                continue
            span, parent = _context(trace, span_of(trace, step.root)), None
            if step.name != "accept":
                span, parent = _context(trace, self._random_id()), span
            elif isinstance(step.under, _Request):
                parent = step.under.span
            self._span(
                step.name,
                span,
                {f"ngoma.{name}": value for name, value in step.facts.items()},
                began_at=step.began_at,
                ended_at=step.ended_at or at,
                parent=parent,
            )

    def close(self) -> None:
        """Let the last spans leave, within a bound."""
        closing = threading.Thread(
            target=self._processor.shutdown, name="ngoma-traces", daemon=True
        )
        closing.start()  # the SDK would wait for half a minute
        closing.join(LAST_S)

    def _kept_trace(self, request_id: str) -> int | None:
        """Give the trace of a request where it is one of the share.

        Who names a trace cannot tell beforehand whether it is.
        """
        return trace_of(request_id) if self._share.keeps(request_id) else None

    def _random_id(self) -> int:
        return int.from_bytes(self._randomness.token(8)) or 1

    def _span(
        self,
        name: str,
        span: SpanContext,
        facts: Mapping[str, int | str],
        *,
        began_at: Instant,
        ended_at: Instant,
        parent: SpanContext | None,
        links: Sequence[Link] = (),
        kind: SpanKind = SpanKind.INTERNAL,
        is_fault: bool = False,
    ) -> None:
        if not self._way_out.has_room():
            return
        self._processor.on_end(
            ReadableSpan(
                name,
                span,
                parent,
                self._whose,
                facts,
                links=links,
                kind=kind,
                status=Status(StatusCode.ERROR) if is_fault else _NO_STATUS,
                start_time=began_at * 1_000,
                end_time=max(began_at, ended_at) * 1_000,
                instrumentation_scope=self._scope,
            )
        )


class _WayOut(SpanExporter):
    """Counts what waits and what is lost; says once that nothing arrives, and once that it does.

    The SDK would log each batch that fails, with what the collector or the network said.
    """

    def __init__(self, exporter: SpanExporter) -> None:
        self.lost = 0
        """Spans that did not fit, or did not arrive."""
        self._exporter = exporter
        self._lock = threading.Lock()
        self._waiting = 0
        self._arrives = True
        hush("opentelemetry")

    def has_room(self) -> bool:
        """Take the place of a span that is about to wait; False: it is lost."""
        with self._lock:
            has_room = self._waiting < QUEUE_MAX
            self._waiting += has_room
            self.lost += not has_room
        return has_room

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send some."""
        with self._lock:
            self._waiting -= len(spans)
        try:
            result = self._exporter.export(spans)
        except Exception:  # noqa: BLE001 - whatever it is, only traces are lost
            result = SpanExportResult.FAILURE
        arrives = result is SpanExportResult.SUCCESS
        if not arrives:
            with self._lock:
                self.lost += len(spans)
        if arrives is not self._arrives:
            self._arrives = arrives
            if arrives:
                _log.info("traces arrive again", extra={"lost": self.lost})
            else:
                _log.warning("traces do not arrive: see [operations] traces")
        return result

    def shutdown(self) -> None:
        """Send no more."""
        self._exporter.shutdown()


def _whose() -> Mapping[str, str | int]:
    return {
        "service.name": "ngoma",
        "service.version": version("ngoma"),
        "host.name": socket.gethostname(),
        "process.pid": os.getpid(),
    }


def _context(trace: int, span: int) -> SpanContext:
    return SpanContext(trace, span, is_remote=False, trace_flags=_SAMPLED)


def _client_of(traceparent: bytes) -> SpanContext | None:
    carrier = {"traceparent": traceparent.decode("latin-1")}
    found = get_current_span(_READER.extract(carrier, Context())).get_span_context()
    return found if found.is_valid else None

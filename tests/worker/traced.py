"""A gateway that is traced: what sends a message to it, and the spans that a collector was sent."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from api.app import create_app
from domain.message import State
from domain.public_ids import parse_message_id
from domain.values import SECOND
from tests.api.conftest import NO_LIMITS, Client, new_account, served
from tests.support.receiver import Receiver
from tests.worker.gateway import Gateway, gateway
from tests.worker.test_delivery_reports import TEN_O_CLOCK_S, hear, report_of

TO: Final = "260960000001"
TEXT: Final = "the word is marzipan"
FLUSH_MS: Final = 60_000


def spans_in(collector: Receiver) -> list[Span]:
    """Give what has come, in the order in which it began."""
    spans = [
        span
        for post in collector.came
        for whose in ExportTraceServiceRequest.FromString(post.body).resource_spans
        for scope in whose.scope_spans
        for span in scope.spans
    ]
    return sorted(spans, key=lambda span: span.start_time_unix_nano)


def facts_of(span: Span) -> dict[str, Any]:
    kinds = {"int_value", "string_value"}
    found = {one.key: one.value for one in span.attributes}
    assert {value.WhichOneof("value") for value in found.values()} <= kinds
    return {key: getattr(value, str(value.WhichOneof("value"))) for key, value in found.items()}


@contextmanager
def traced(folder: Path, collector: str, share: float = 1.0, **settings: Any) -> Iterator[Gateway]:
    """Run a gateway that sends its traces somewhere."""
    asked = {"operations_traces": collector, "operations_traces_share": share, **settings}
    with gateway(folder, limits=NO_LIMITS, **asked) as gw:
        gw.clock.jump(TEN_O_CLOCK_S - gw.clock.now() / SECOND)
        yield gw
        traces: Any = gw.system.traces
        assert traces._processor.force_flush(FLUSH_MS)  # an end waits for two seconds only


@dataclass(frozen=True)
class Asking:
    """What asks the API of a gateway, as its one customer."""

    client: Client
    key: str
    _count: Iterator[int] = field(default_factory=itertools.count)

    def __call__(self, *others: str, **headers: str) -> httpx.Response:
        """Send a message; the same again would be a repeat."""
        to = {"recipients": [TO, *others]} if others else {"to": TO}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        path = "/api/bulk" if others else "/api"
        body = {"api_key": self.key, "message": f"{TEXT} {next(self._count)}", **to}
        return self.client.post_json(path, body, named)


@contextmanager
def asking(gw: Gateway) -> Iterator[Asking]:
    """Serve the API; give what asks it."""
    _, key = new_account(gw.system, credits=1_000)
    with served(create_app(gw.system), gw.system) as url, Client(url) as client:
        yield Asking(client, key)


def number_in(message_id: str) -> int:
    found = parse_message_id(message_id)
    assert found is not None
    return found.number


def number_of(answer: httpx.Response) -> int:
    return number_in(answer.json()["message_id"])


def leaves(gw: Gateway, number: int, *, is_reported: bool = False) -> None:
    """Have a simulated modem send a message, and the network report it."""
    gw.reached()
    modem = gw.driver("a")
    sim = gw.sim(modem)
    gw.online(sim)
    gw.until(lambda: gw.message(number).state is State.SENT, sim)
    if is_reported:
        assert hear(gw, sim, modem, report_of()) == 1
    sim.close()

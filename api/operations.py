"""For operators and machines: one word for everybody, details and metrics on a listener of its own.

A balancer asks ``/healthz`` and ``/readyz`` where the API is, and anybody else can: the answer
is one word, looked for once a second however many ask.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from api import schemas
from api.http.edge import App, Edge
from api.http.refusals import BadRequest, MethodNotAllowed
from api.http.threads import Pool, Recent
from api.http.wire import Answer, Call, Receive, Scope, Send, answer, call_of
from api.routing.errors import feltech_error
from api.routing.front import READY_KEPT_S, Front
from api.routing.resource import write
from application.system import Readiness, System
from domain.errors import NgomaError, NotFound

THREADS: Final = 2
WAITING_MAX: Final = 32


async def healthz(front: Front, call: Call) -> Answer:  # noqa: ARG001 - an endpoint's shape
    """Say that the process answers."""
    return answer(schemas.Health())


async def readyz(front: Front, call: Call) -> Answer:  # noqa: ARG001 - an endpoint's shape
    """Say whether the process can do its work."""
    readiness = await front.readiness()
    return answer(schemas.Ready(status=readiness.status), status=_status(readiness))


def _status(readiness: Readiness) -> int:
    return 200 if readiness.is_ready else 503


class OperationsApp:
    """What operators ask, as an ASGI application: not for the public."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._edge = Edge(system, _refusing)
        self._pool = Pool("ngoma-operators", threads=THREADS, waiting_max=WAITING_MAX)
        self._readiness = Recent(self._pool, system.readiness, kept_s=READY_KEPT_S)
        self._paths: Mapping[str, Callable[[], Awaitable[Answer]]] = {
            "/healthz": self._healthz,
            "/readyz": self._readyz,
            "/metrics": self._metrics,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await self._edge.serve(self._serve, scope, receive, send)

    async def _serve(self, scope: Scope, _: Receive, send: Send) -> None:
        call = call_of(scope)
        try:
            answered = await self._answer(scope)
        except NgomaError as error:
            answered = feltech_error(call, error)
        await write(send, answered, call)

    async def _answer(self, scope: Scope) -> Answer:
        found = self._paths.get(scope["path"])
        if found is None:
            msg = "There is nothing at this path."
            raise NotFound(msg)
        scope["path_template"] = scope["path"]
        if scope["method"] != "GET":
            raise MethodNotAllowed(["GET", "HEAD"])
        return await found()

    async def _healthz(self) -> Answer:
        return answer(schemas.Health())

    async def _readyz(self) -> Answer:
        readiness = await self._readiness()
        details = schemas.ReadyDetails(
            status=readiness.status,
            checks=dict(readiness.checks),
            notes=dict(readiness.notes),
            alarms=dict(readiness.alarms),
        )
        return answer(details, status=_status(readiness))

    async def _metrics(self) -> Answer:
        """Give the metrics in Prometheus' own format."""
        body, content_type = await self._pool.run(self._system.metrics.render)
        return Answer(200, body, content_type=content_type.encode())


def _refusing(error: BadRequest) -> App:
    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - ASGI
        call = Call(headers={})
        await write(send, feltech_error(call, error), call)

    return refuse

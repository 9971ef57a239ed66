"""For operators and machines: health, readiness, metrics."""

from api import schemas
from api.http.wire import Answer, Call, answer
from api.routing.front import Front


async def healthz(front: Front, call: Call) -> Answer:  # noqa: ARG001 - an endpoint's shape
    """Say that the process answers."""
    return answer(schemas.Health())


async def readyz(front: Front, call: Call) -> Answer:  # noqa: ARG001 - an endpoint's shape
    """Say whether the process can do its work."""
    readiness = await front.inspect(front.system.readiness)
    ready = schemas.Ready(status=readiness.status, checks=dict(readiness.checks))
    return answer(ready, status=200 if readiness.is_ready else 503)


async def metrics(front: Front, call: Call) -> Answer:  # noqa: ARG001 - an endpoint's shape
    """Give the metrics in Prometheus' own format."""
    body, content_type = await front.inspect(front.system.metrics.render)
    return Answer(200, body, content_type=content_type.encode())

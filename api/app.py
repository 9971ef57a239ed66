"""The web application: Litestar finds the path and runs the lifespan, plain functions answer.

From the path on, reading the request, answering and every error are ours and know nothing of
Litestar (``api/routing/resource.py``, ``api/http/wire.py``): the published bodies, envelopes and
order of checks leave nothing for a framework to validate.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import version
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, cast

from litestar import HttpMethod, Litestar, Request, Response, route
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp

from api import openapi
from api.http.edge import App, Edge
from api.http.pacing import Pacing
from api.http.proxies import Addresses
from api.http.refusals import BadRequest
from api.http.wire import Answer, Call, Receive, Scope, Send, call_of, encode
from api.pages.answering import page_error, routes_of
from api.pages.page import Page
from api.pages.site import PAGES
from api.phones.routes import BASE as PHONES_BASE
from api.phones.routes import PHONES
from api.routes import ROUTES, envelope_of
from api.routing.front import Front
from api.routing.resource import Resource, write
from api.routing.route import Route
from application.messages.phones import Phones
from application.system import System
from domain.errors import InvalidRequest, NotFound

METHODS: Final = [
    HttpMethod.GET,
    HttpMethod.POST,
    HttpMethod.PUT,
    HttpMethod.PATCH,
    HttpMethod.DELETE,
    HttpMethod.OPTIONS,
]
"""All that ``api.http.edge`` lets through; a resource refuses what it does not have by itself."""

UNTRACED: Final = (PHONES_BASE, "/phones/")
"""What phones ask again and again; what they say of a message is in that message's trace."""

HOT_PATHS: Final = ("/api", "/api/v1/sms/send")


RESOURCES: Final = "ngoma.resources"
"""The key of a scope under which routing finds what answers a path."""


class GatewayApp(Litestar):
    """Litestar inside our outermost ring, so that also a path that is not there is answered so.

    It runs the lifespan itself; paths are found by ``routing``, which many share.
    """

    edge: Edge
    routing: Litestar
    resources: Mapping[str, Resource]
    hot: Mapping[str, Resource]
    """The single sends, found without Litestar, whose routing costs some 30 µs of CPU."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one connection, or the lifespan."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        scope[RESOURCES] = self.resources
        app = self.hot.get(scope["path"]) or cast("Any", self.routing)
        await self.edge.serve(app, scope, receive, send)


def create_app(
    system: System,
    routes: Sequence[Route] = ROUTES,
    pages: Sequence[Page] = PAGES,
    *,
    phones: Phones | None = None,
) -> Litestar:
    """Make the web application of a running system; its threads are not started here.

    ``phones`` are those of the process, where another application of it has them, too.
    """
    return _app(Front(system, phones), [*with_reference(routes), *routes_of(pages)])


def create_phones_app(system: System, phones: Phones) -> Litestar:
    """Make the application for phones alone: no key, no page and no session works there."""
    return _app(Front(system, phones), PHONES)


def _app(front: Front, routes: Sequence[Route]) -> Litestar:
    by_path = sorted(routes, key=attrgetter("path"))
    resources = {
        path: Resource(front, path, list(operations))
        for path, operations in groupby(by_path, key=attrgetter("path"))
    }
    app = GatewayApp(
        on_shutdown=[front.close], openapi_config=None, logging_config=None, debug=False
    )
    app.routing, app.resources = _routing(tuple(resources)), resources
    system = front.system
    addresses = Addresses(system.terms.trusted_proxies, system.terms.forwarded_header)
    app.edge = Edge(system, _refusing, pace=Pacing(addresses).pause, untraced=UNTRACED)
    app.hot = {path: resources[path] for path in HOT_PATHS if path in resources}
    return app


def with_reference(routes: Sequence[Route]) -> list[Route]:
    """Give the routes and ``/openapi.json``, which describes them all once somebody asks."""

    @cache
    def document() -> bytes:
        return encode(openapi.document(described, version("ngoma")))

    async def openapi_json(front: Front, call: Call) -> Answer:  # noqa: ARG001 - its shape
        return Answer(200, document())

    described = [*routes, openapi.route(openapi_json)]
    return described


@cache
def _routing(paths: tuple[str, ...]) -> Litestar:
    """Find which of these paths a request is for: made once, which takes 0.1 s of CPU."""
    return Litestar(
        route_handlers=[_handler(path) for path in paths],
        exception_handlers={HTTPException: _not_routed},
        openapi_config=None,
        logging_config=None,
        debug=False,
    )


def _handler(path: str) -> HTTPRouteHandler:
    """Hand every method of a path to its resource: an ASGI function, which Litestar then calls."""

    @route(
        re.sub(r"\{(\w+)\}", r"{\1:str}", path),
        http_method=METHODS,
        sync_to_thread=False,
        name=path,
    )
    def handle(request: Request[Any, Any, Any]) -> ASGIApp:
        return cast("ASGIApp", cast("Scope", request.scope)[RESOURCES][path])

    return handle


def _is_read_by_people(call: Call) -> bool:
    """Whether a browser asks, for what is no path of the API."""
    is_api = call.path.startswith(("/api/", "/callbacks/")) or call.path == "/api"
    return not is_api and "text/html" in (call.header(b"accept") or "")


def _refusing(error: BadRequest) -> App:
    """Answer a request whose head cannot be used, in its path's own envelope."""

    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - ASGI
        call = Call(headers={}, request_id=scope["ngoma.request_id"].decode())
        answer = envelope_of(scope["path"])(call, error)
        ending = answer._replace(headers=(*answer.headers, (b"connection", b"close")))
        await write(send, ending, call)

    return refuse


def _not_routed(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """Answer what no resource did: a path that is not there, or a Host that cannot be."""
    refusal: NotFound | InvalidRequest
    if error.status_code == 404:
        refusal = NotFound("There is nothing at this path.")
    else:
        refusal = InvalidRequest(error.detail)
    call = call_of(cast("Scope", request.scope))
    envelope = page_error if _is_read_by_people(call) else envelope_of(call.path)
    answer = envelope(call, refusal)
    return Response(
        answer.body,
        status_code=answer.status,
        media_type=answer.content_type.decode().partition(";")[0],  # it adds the charset
        headers={
            "cache-control": answer.cache_control.decode(),
            **{name.decode(): value.decode() for name, value in answer.headers},
        },
    )

"""The server around the connections: uvicorn runs the loop, the lifespan and an orderly end."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final, cast

import uvicorn

from adapters.security.tls import Certificate
from adapters.settings import Settings
from api.http.proxies import Addresses
from application.system import System
from worker.web.bounds import Bounds, Keeper, connections_of, raise_open_files
from worker.web.connection import Connection
from worker.web.exchange import App
from worker.web.sockets import Listener
from worker.web.tls import Tls

GRACE_S: Final = 10
"""For the requests under way when the process ends."""


def web_bounds(settings: Settings) -> Bounds:
    """Give the bounds that the settings ask for, below the files that this process may open."""
    wanted = settings.connections_max
    return Bounds(
        connections=connections_of(wanted, raise_open_files(wanted)),
        per_address=settings.connections_per_address,
        head_wait_s=settings.connections_head_wait_s,
        idle_wait_s=settings.connections_idle_wait_s,
        unread_wait_s=settings.connections_unread_wait_s,
    )


def make_server(
    app: App,
    system: System,
    bounds: Bounds,
    *,
    lifespan: bool,
    certificate: Certificate | None = None,
) -> uvicorn.Server:
    """Make a server of an ASGI application; ``run(sockets=…)`` runs it on a loop of its own.

    With a certificate it speaks TLS, in the versions that this one allows.
    """
    keeper = Keeper(
        bounds,
        Addresses(system.terms.trusted_proxies, system.terms.forwarded_header),
        system.metrics.hung_up,
    )
    config = uvicorn.Config(
        cast("Any", app),
        http=cast("Any", _connections(keeper, certificate)),
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_S,
        lifespan="on" if lifespan else "off",
    )
    return uvicorn.Server(config)


@contextmanager
def running(
    server: uvicorn.Server, listener: Listener, name: str, *, stop_s: float
) -> Iterator[None]:
    """Run a server in a thread and a loop of its own while the block lasts."""
    thread = threading.Thread(target=server.run, args=([listener.socket],), name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(stop_s)


def _connections(keeper: Keeper, certificate: Certificate | None) -> Callable[..., Any]:
    if certificate is None:
        return partial(Connection, keeper=keeper)
    secured = partial(Connection, keeper=keeper, scheme="https")
    return partial(Tls, connect=secured, context=lambda: certificate.pair.context, note=keeper.note)

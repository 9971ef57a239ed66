"""The phones' own listener: nothing but what their app calls, by the TLS that old ones speak."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

from adapters.security.tls import Certificate
from adapters.settings import Settings
from adapters.settings.checks import host_and_port
from application.system import System
from worker.web.exchange import App
from worker.web.server import GRACE_S, make_server, running, web_bounds
from worker.web.sockets import Listener, joined, listen_where


@contextmanager
def listening_for_phones(settings: Settings) -> Iterator[tuple[Listener | None, Settings]]:
    """Listen where the settings say, if they do; give them with the port that it got.

    Raises:
        InvalidRequest: that cannot be done, in words.
    """
    if settings.phones_listen is None:
        yield None, settings
        return
    with closing(listen_where(settings.phones_listen, scheme=settings.scheme)) as listener:
        place = host_and_port(settings.phones_listen)
        if place is not None:
            port = listener.socket.getsockname()[1]
            settings = replace(settings, phones_listen=joined(place[0], port))
        yield listener, settings


@contextmanager
def phones_served(
    listener: Listener,
    system: System,
    settings: Settings,
    app: App,
    *,
    certificate: Certificate | None,
) -> Iterator[None]:
    """Answer phones while the block lasts, in a thread of its own.

    ``app`` is that of phones alone; they go on calling the address for all, too.
    """
    shown = None if listener.path is not None else certificate
    server = make_server(app, system, web_bounds(settings), lifespan=True, certificate=shown)
    with running(server, listener, "ngoma-phones-web", stop_s=GRACE_S + 1):
        yield

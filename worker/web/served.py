"""What ``serve`` shows to those who connect: the certificate, followed while it runs."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from adapters.clock import SystemClock
from adapters.security.tls import Certificate
from adapters.settings import Settings
from application.system import System
from domain.errors import InvalidRequest
from worker.parts.loop import Loop

LOOK_EVERY_S: Final = 10.0
"""How soon files that were replaced are taken without a word; SIGHUP has it done at once."""
STOP_S: Final = 2.0


def certificate_of(settings: Settings) -> Certificate | None:
    """Read what the settings name; None where the gateway speaks plain http.

    Raises:
        InvalidRequest: it cannot be used, or something of it is missing, in words.
    """
    files = (settings.tls_certificate, settings.tls_key)
    if files == (None, None):
        return None
    if files[0] is None or files[1] is None:
        missing = "key" if files[1] is None else "certificate"
        msg = f"[tls] {missing} is missing: a certificate and its key belong together."
        raise InvalidRequest(msg, field=f"tls_{missing}")
    if settings.socket is not None:
        msg = "A Unix socket is for a proxy, and the proxy speaks TLS: leave out [tls] or socket."
        raise InvalidRequest(msg, field="tls_certificate")
    return Certificate(files[0], files[1], clock=SystemClock())


@contextmanager
def following(certificate: Certificate | None, system: System) -> Iterator[None]:
    """Take over what replaces a certificate while the block lasts, and watch its end.

    Belongs to the main thread, which gets the signals.
    """
    if certificate is None:
        yield
        return
    system.signals.add_check("certificate", certificate.words, is_vital=False)
    asked = threading.Event()

    def look() -> None:
        is_asked = asked.wait(LOOK_EVERY_S)
        asked.clear()
        certificate.look(is_asked=is_asked)

    loop = Loop("certificate", look, wake=asked.set)
    before = signal.signal(signal.SIGHUP, lambda *_: asked.set())
    loop.start()
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)
        loop.stop()
        loop.join(STOP_S)

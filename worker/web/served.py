"""What ``serve`` shows to those who connect: the certificate, followed while it runs."""

import signal
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
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
VERSIONS: Final[Mapping[str, ssl.TLSVersion]] = {
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}


@dataclass(frozen=True, slots=True)
class Certificates:
    """What each listener shows; None where it speaks plain http."""

    web: Certificate | None = None
    phones: Certificate | None = None

    @property
    def shown(self) -> Sequence[Certificate]:
        """Those that there are."""
        return [each for each in (self.web, self.phones) if each is not None]


def certificates_of(settings: Settings) -> Certificates:
    """Read what the settings name, once for each listener that speaks TLS.

    Raises:
        InvalidRequest: it cannot be used, or something of it is missing, in words.
    """
    files = (settings.tls_certificate, settings.tls_key)
    if files == (None, None):
        return Certificates()
    if files[0] is None or files[1] is None:
        missing = "key" if files[1] is None else "certificate"
        msg = f"[tls] {missing} is missing: a certificate and its key belong together."
        raise InvalidRequest(msg, field=f"tls_{missing}")
    if settings.socket is not None and settings.phones_listen is None:
        msg = "A Unix socket is for a proxy, and the proxy speaks TLS: leave out [tls] or socket."
        raise InvalidRequest(msg, field="tls_certificate")
    read = partial(Certificate, files[0], files[1], clock=SystemClock())
    return Certificates(
        web=read() if settings.socket is None else None,
        phones=read(tls_min=VERSIONS[settings.phones_tls_min]) if settings.phones_listen else None,
    )


@contextmanager
def following(certificates: Certificates, system: System) -> Iterator[None]:
    """Take over what replaces the certificate while the block lasts, and watch its end.

    Belongs to the main thread, which gets the signals.
    """
    if not certificates.shown:
        yield
        return
    system.signals.add_check("certificate", certificates.shown[0].words, is_vital=False)
    asked = threading.Event()

    def look() -> None:
        is_asked = asked.wait(LOOK_EVERY_S)
        asked.clear()
        for certificate in certificates.shown:
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

"""The certificate that ``serve`` shows, with its key: read, found good, replaced at work."""

import logging
import ssl
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography import x509

from application.ports import Clock
from domain.errors import InvalidRequest
from domain.public_ids import iso_time
from domain.values import SECOND, Instant

ENDS_SOON: Final = 14 * 24 * 3_600 * SECOND
"""So long before its end a certificate should be replaced, or a sixth of its life if less."""

_log = logging.getLogger("ngoma.tls")


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A certificate with its key, ready for connections."""

    context: ssl.SSLContext
    names: tuple[str, ...]
    """The hosts that it is for."""
    begins: Instant
    ends: Instant

    def words(self, now: Instant) -> str:
        """Say whether clients will take it: "ok", or why not, or that they soon will not."""
        if now < self.begins:
            return f"the certificate is not valid before {iso_time(self.begins)}"
        if now >= self.ends:
            return f"the certificate has expired at {iso_time(self.ends)}: replace it"
        if self.ends - now < min(ENDS_SOON, (self.ends - self.begins) // 6):
            return f"the certificate expires at {iso_time(self.ends)}: replace it"
        return "ok"


def read_key_pair(
    certificate: Path, key: Path, *, tls_min: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
) -> KeyPair:
    """Read two files in PEM: a certificate, with those that lead to a root behind it, and its key.

    ``tls_min`` is the oldest version of TLS that connections may speak.

    Raises:
        InvalidRequest: they cannot be used, in words that hold nothing of the key.
    """
    content = _content(certificate, "certificate")
    is_encrypted = b"ENCRYPTED" in _content(key, "key")
    if is_encrypted:  # else OpenSSL would ask at the terminal
        raise _refused(f"The TLS key {key} is encrypted: give it without a passphrase.", "key")
    try:
        own = x509.load_pem_x509_certificates(content)[0]
        names = _names(own)
    except ValueError as error:
        words = f"{certificate} holds no certificate in PEM that can be read."
        raise _refused(words, "certificate") from error
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = tls_min
    context.options |= ssl.OP_NO_RENEGOTIATION  # of TLS 1.2, where clients could ask without end
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            words = (
                f"The TLS key {key} is not that of {certificate}: in there the gateway's own"
                " certificate comes first, and those that lead to a root behind it."
            )
        else:
            words = f"{key} holds no key in PEM that can be used with {certificate}."
        raise _refused(words, "key") from error
    except OSError as error:  # it went between two reads
        raise _refused(f"The TLS key {key} cannot be read: {error.strerror}.", "key") from error
    return KeyPair(
        context, names, _instant(own.not_valid_before_utc), _instant(own.not_valid_after_utc)
    )


class Certificate:
    """What new connections are shown; ``look`` takes over what stands in the files by then.

    What cannot be used is not taken: connections go on with what was good, and ``words`` says so.
    """

    def __init__(
        self,
        certificate: Path,
        key: Path,
        *,
        clock: Clock,
        tls_min: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
    ) -> None:
        """Read the files.

        Raises:
            InvalidRequest: they cannot be used.
        """
        self._files = (certificate, key)
        self._clock = clock
        self._tls_min = tls_min
        self._taking = threading.Lock()
        self._trouble: str | None = None
        self._seen = self._marks()
        self._pair = read_key_pair(certificate, key, tls_min=tls_min)

    @property
    def pair(self) -> KeyPair:
        """What a new connection is made with."""
        return self._pair

    def words(self) -> str:
        """Say how it is: "ok", or what an operator has to do."""
        return self._trouble or self._pair.words(self._clock.now())

    def look(self, *, is_asked: bool = False) -> None:
        """Read the files again if they are others than before, or somebody asked for it."""
        with self._taking:
            marks = self._marks()
            if marks == self._seen and not self._trouble and not is_asked:
                return
            try:
                pair = read_key_pair(*self._files, tls_min=self._tls_min)
            except InvalidRequest as error:
                self._refuse(f"the files of [tls] were not taken: {error}")
                return
            self._seen, self._pair, self._trouble = marks, pair, None
        _log.info("The certificate was read again.", extra={"ends": iso_time(pair.ends)})

    def _refuse(self, words: str) -> None:
        if words != self._trouble:
            _log.error("The certificate stays as it was: %s", words)
        self._trouble = words

    def _marks(self) -> tuple[tuple[int, ...] | None, ...]:
        """Tell the files of now from earlier ones, also where a link leads elsewhere."""
        return tuple(_mark(path) for path in self._files)


def _mark(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _content(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        words = f"The TLS {what} {path} cannot be read: {error.strerror}."
        raise _refused(words, what) from error


def _no_password() -> str:
    return ""


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    names = found.value.get_values_for_type(x509.DNSName)
    return (*names, *map(str, found.value.get_values_for_type(x509.IPAddress)))


def _instant(moment: datetime) -> Instant:
    return Instant(int(moment.astimezone(UTC).timestamp()) * SECOND)


def _refused(words: str, what: str) -> InvalidRequest:
    return InvalidRequest(words, field=f"tls_{what}")

"""Certificates of an authority of the test's own, written where a gateway reads them."""

import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme


def _authority() -> trustme.CA:
    return trustme.CA()


@dataclass(frozen=True)
class Files:
    """A certificate and its key in two files, which are replaced as programs do that renew them."""

    folder: Path
    authority: trustme.CA = field(default_factory=_authority)

    @property
    def certificate(self) -> Path:
        return self.folder / "certificate.pem"

    @property
    def key(self) -> Path:
        return self.folder / "key.pem"

    @property
    def context(self) -> ssl.SSLContext:
        """What a client has that trusts the authority."""
        context = ssl.create_default_context()
        self.authority.configure_trust(context)
        return context

    def issue(self, *, begins_d: float = -1, ends_d: float = 90) -> trustme.LeafCert:
        """Make a new certificate, valid between so many days from now."""
        now = datetime.now(UTC)
        return self.authority.issue_cert(
            *("localhost", "127.0.0.1"),
            not_before=now + timedelta(days=begins_d),
            not_after=now + timedelta(days=ends_d),
        )

    def write(self, issued: trustme.LeafCert | None = None) -> "Files":
        """Put a certificate and then its key in place, each complete or not at all."""
        issued = issued or self.issue()
        self.write_certificate(issued)
        self.write_key(issued)
        return self

    def write_certificate(self, issued: trustme.LeafCert) -> None:
        """Put a certificate in place, with those that lead to the root."""
        self._put(self.certificate, b"".join(blob.bytes() for blob in issued.cert_chain_pems))

    def write_key(self, issued: trustme.LeafCert) -> None:
        """Put its key in place."""
        self._put(self.key, issued.private_key_pem.bytes())

    def _put(self, path: Path, content: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        new.touch(0o600)
        new.write_bytes(content)
        new.rename(path)

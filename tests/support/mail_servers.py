"""A real mail server for tests, in this process: in the clear, with STARTTLS, or all TLS."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"
SHUTDOWN_S = 0.05
"""How long a TLS connection may take to say goodbye."""
USER, PASSWORD = "gateway", "mail-password-of-the-tests"


class MailServer:
    """What a server took, and what it is to refuse."""

    def __init__(self) -> None:
        self.port = 0
        self.taken: list[Envelope] = []
        self.users: list[str] = []
        self.refuses = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        """Take a message, or do not."""
        if self.refuses:
            return "550 not today"
        self.taken.append(envelope)
        return "250 taken"

    def authenticate(
        self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any
    ) -> AuthResult:
        """Let the one user in, with the one password."""
        assert isinstance(data, LoginPassword)
        self.users.append(data.login.decode())
        is_right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=is_right)


@contextmanager
def mail_server(
    *, tls: ssl.SSLContext | None = None, is_smtps: bool = False, asks_who: bool = False
) -> Iterator[MailServer]:
    """Run a server on a free port; with ``tls`` and not ``is_smtps`` by STARTTLS."""
    server, loop = MailServer(), asyncio.new_event_loop()
    talks: list[SMTP] = []
    options: dict[str, Any] = {"loop": loop, "hostname": "mail.example.test"}
    if tls is not None and not is_smtps:
        options["tls_context"] = tls
    if asks_who:
        options |= {"authenticator": server.authenticate, "auth_required": True}

    def answer() -> SMTP:
        talk = SMTP(server, **options)
        # It knows of STARTTLS alone; as an argument, this would be answered with a warning.
        talk._auth_require_tls = "tls_context" in options
        talks.append(talk)
        return talk

    async def listen() -> asyncio.Server:
        options_of_tls: dict[str, Any] = {}
        if is_smtps:
            options_of_tls = {"ssl": tls, "ssl_shutdown_timeout": SHUTDOWN_S}
        listening = await loop.create_server(answer, HOST, 0, **options_of_tls)
        server.port = listening.sockets[0].getsockname()[1]
        return listening

    async def end() -> None:
        listening.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for talk in talks:
            if isinstance(talk.transport, asyncio.WriteTransport):
                talk.transport.abort()
        await asyncio.sleep(3 * SHUTDOWN_S)  # sockets are closed in later turns of the loop

    thread = threading.Thread(target=loop.run_forever, name="mail", daemon=True)
    thread.start()
    listening = asyncio.run_coroutine_threadsafe(listen(), loop).result(10)
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def tls_contexts(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Give a server's context with a certificate of its own, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), False)
        .sign(key, hashes.SHA256())
    )
    cert_path, key_path = folder / "server.pem", folder / "server.key"
    cert_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(cert_path, key_path)
    client = ssl.create_default_context(cafile=str(cert_path))
    return server, client

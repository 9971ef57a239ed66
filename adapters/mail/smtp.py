"""Mail through a server, by SMTP over TLS, STARTTLS, or in the clear to this machine alone."""

import ssl
from datetime import UTC, datetime
from typing import Final
from urllib.parse import unquote, urlsplit

import aiosmtplib

from adapters.mail.mime import letter, sender_address
from adapters.security.secret import Secret
from application.ports import MailNotSent, MailServerAway
from domain.addresses import read_address
from domain.errors import InvalidRequest

TIMEOUT_S: Final = 10.0
"""For connecting and for each answer of the server."""
SMTPS_PORT: Final = 465
SUBMISSION_PORT: Final = 587


class SmtpMailer:
    """``application.ports.Mailer`` by aiosmtplib, with a connection for each message.

    ``smtps://`` is TLS from the first byte. ``smtp://`` is STARTTLS: required with a password
    or a server elsewhere, left out for one on this machine.
    """

    def __init__(
        self,
        url: str,
        *,
        password: Secret | None,
        sender: str,
        timeout_s: float = TIMEOUT_S,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """``url`` is ``smtp://user@host:port`` or ``smtps://…``; ``tls`` says whom to trust.

        Raises:
            InvalidRequest: the URL has no host or holds a password, or the sender no address.
        """
        place = urlsplit(url)
        if not place.hostname:
            msg = "The setting mail_url names no host."
            raise InvalidRequest(msg, field="mail_url")
        if place.password is not None:
            msg = "The setting mail_url holds a password: it belongs into mail_password."
            raise InvalidRequest(msg, field="mail_url")
        self._sender = sender
        self._address = sender_address(sender)
        self._host = place.hostname
        self._is_smtps = place.scheme == "smtps"
        self._port = place.port or (SMTPS_PORT if self._is_smtps else SUBMISSION_PORT)
        self._user = unquote(place.username or "") or self._address
        self._password = password
        is_here = _is_here(self._host) and password is None
        self._start_tls = not self._is_smtps and not is_here
        self._timeout_s = timeout_s
        self._tls = tls

    async def send(self, *, to: str, subject: str, text: str) -> None:
        """Hand one message over.

        Raises:
            MailNotSent: the server did not take it, or did not answer in time.
            MailServerAway: it was not there, or did not say that it was.
        """
        now = datetime.now(UTC)
        written = letter(sender=self._sender, to=to, subject=subject, text=text, now=now)
        password = self._password
        try:
            await aiosmtplib.send(
                written,
                sender=self._address,
                recipients=[to],
                hostname=self._host,
                port=self._port,
                username=self._user if password else None,
                password=password.reveal() if password else None,
                timeout=self._timeout_s,
                use_tls=self._is_smtps,
                start_tls=self._start_tls,
                tls_context=self._tls,
            )
        except aiosmtplib.SMTPConnectError as error:
            msg = f"The mail server is away: {type(error).__name__}."
            raise MailServerAway(msg) from None
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            # Only the kind: an answer of the server may repeat the address.
            msg = f"The mail server did not take the message: {type(error).__name__}."
            raise MailNotSent(msg) from None


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return read_address(host).is_loopback
    except ValueError:
        return False

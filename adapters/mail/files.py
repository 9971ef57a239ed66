"""Mail as files, for the demo and for gateways without a mail server."""

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

from adapters.mail.mime import letter, sender_address
from adapters.security.secret import keep_private
from application.ports import MailNotSent


class FileMailer:
    """``application.ports.Mailer``: one ``.eml`` file for each message, for its owner only."""

    def __init__(self, folder: Path, *, sender: str) -> None:
        sender_address(sender)
        self._folder = folder
        self._sender = sender

    async def send(self, *, to: str, subject: str, text: str) -> None:
        """Hand one message over.

        Raises:
            MailNotSent: it was not written.
        """
        now = datetime.now(UTC)
        written = letter(sender=self._sender, to=to, subject=subject, text=text, now=now)
        name = f"{now:%Y%m%dT%H%M%S%f}-{os.getpid()}-{token_hex(4)}.eml"
        content = written.as_bytes().decode()
        try:
            await asyncio.to_thread(keep_private, self._folder / name, content)
        except OSError as error:
            msg = f"The mail could not be written: {type(error).__name__}."
            raise MailNotSent(msg) from error

"""Mail to people: by SMTP, or as files where no mail server is set."""

from pathlib import Path

from adapters.mail.files import FileMailer
from adapters.security.secret import Secret
from application.ports import Mailer

__all__ = ["FileMailer", "open_mailer"]


def open_mailer(url: str | None, *, password: Secret | None, sender: str, folder: Path) -> Mailer:
    """Give the mailer for the settings; nothing is connected or written yet.

    Raises:
        InvalidRequest: the URL or the sender cannot be used.
    """
    if url is None:
        return FileMailer(folder, sender=sender)
    from adapters.mail.smtp import SmtpMailer  # noqa: PLC0415 - only who sends pays for it

    return SmtpMailer(url, password=password, sender=sender)

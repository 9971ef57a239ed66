"""One message to one person, in the form of RFC 5322."""

from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr

from application.ports import MailNotSent
from domain.errors import InvalidRequest


def sender_address(sender: str) -> str:
    """Give the bare address of a sender such as ``Ngoma <ngoma@example.com>``.

    Raises:
        InvalidRequest: it has none.
    """
    address = parseaddr(sender)[1]
    if "@" not in address:
        msg = "The setting mail_from has no e-mail address."
        raise InvalidRequest(msg, field="mail_from")
    return address


def letter(*, sender: str, to: str, subject: str, text: str, now: datetime) -> EmailMessage:
    """Write a message.

    Raises:
        MailNotSent: the address is not one that a header can hold.
    """
    written = EmailMessage(policy=SMTP)
    try:
        written["From"] = sender
        written["To"] = Address(addr_spec=to)
        written["Subject"] = subject
    except (ValueError, IndexError, HeaderParseError) as error:  # IndexError: an empty one
        msg = "The address cannot stand in a message."
        raise MailNotSent(msg) from error
    written["Date"] = format_datetime(now.astimezone(UTC))
    written["Message-ID"] = make_msgid(domain=sender_address(sender).partition("@")[2])
    written["Auto-Submitted"] = "auto-generated"
    written.set_content(text)
    return written

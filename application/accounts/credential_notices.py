"""Tells the holder of an account, by mail, what became of its password and second factor."""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final, Protocol, cast, get_args

from application.books.reader import Reader
from application.ports import MailNotSent, MailServerAway
from domain.account import Account, account_id
from domain.errors import Unavailable
from domain.events import Event
from domain.values import SECOND, Instant

NAME: Final = "notices"
"""The position in the log is kept under it."""

CHANGED: Final[Mapping[str, str]] = {
    "password": "Your password was changed",
    "second factor": "A second factor was set up",
    "recovery codes": "New recovery codes were made",
}
_TEXT: Final = """\
{subject}, for your account at
{url}

It was on {when} (UTC).{more}

If it was you, there is nothing to do. If it was not, set a new password
at once ({url}/api/v1/auth/reset),
then look at your second factor, and tell the operator.
"""

Told = (
    Account.CredentialChanged
    | Account.RecoveryCodeUsed
    | Account.SecondFactorRemoved
    | Account.SecondFactorReset
)

_log = logging.getLogger("ngoma.people")


class SendMail(Protocol):
    """Hands one mail over, and waits for that."""

    def __call__(self, *, to: str, subject: str, text: str) -> None:
        """Hand it over.

        Raises:
            MailNotSent: it was not taken.
            MailServerAway: nobody was there to take it.
        """


class Notices:
    """The effect: one mail for each change of a credential, whoever made it and wherever.

    Mail that the server refuses is not tried again: the address may be one that nobody has, and
    others would wait. While no server is there, all wait.
    """

    events: frozenset[type[Event]] = frozenset(get_args(Told))
    is_retroactive = False

    def __init__(
        self, send: SendMail, *, reader: Reader, address_of: Callable[[int], str], url: str
    ) -> None:
        """``address_of`` gives an account's e-mail address, "" when it was erased."""
        self._send = send
        self._reader = reader
        self._address_of = address_of
        self._url = url

    def handle(self, position: int, event: Event) -> None:
        """Mail the account's holder, and let the log say it where it is rare.

        Raises:
            Unavailable: the mail server or the store is away.
        """
        told = cast("Told", event)
        account = self._reader.find(Account, account_id(told.number))
        to = self._address_of(told.number)
        if account is None or account.opened_at == told.at or not to:
            return  # the password came with the account, or nobody can be told
        subject, more = _words(told)
        text = _TEXT.format(subject=subject, url=self._url, when=_minute(event.at), more=more)
        try:
            self._send(to=to, subject=subject, text=text)
        except MailServerAway as error:
            raise Unavailable(str(error)) from error
        except MailNotSent as error:
            _log.warning("Account %d was not told (event %d): %s", told.number, position, error)
        if isinstance(told, Account.RecoveryCodeUsed):
            _log.info("Account %d used a recovery code; %d are left.", told.number, told.left)


def _words(event: Told) -> tuple[str, str]:
    """Give the subject of the mail about an event, and what there is to add to it."""
    match event:
        case Account.CredentialChanged():
            return CHANGED[event.what], ""
        case Account.RecoveryCodeUsed():
            return "A recovery code was used", f" You have {event.left} left."
        case Account.SecondFactorRemoved():
            return "Your second factor was removed", " Your password is enough for a login now."
        case Account.SecondFactorReset():
            more = "\nYour password is enough for a login now: enrol another."
            return "Your second factor was reset by the gateway's staff", more


def _minute(at: Instant) -> str:
    return f"{datetime.fromtimestamp(at // SECOND, UTC):%d %B %Y, %H:%M}"

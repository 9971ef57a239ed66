"""A forgotten password: the token that is mailed, how long it works, and the words of the mail."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from application.books.books import Books
from application.books.commands import Command
from application.ports import SecretKind, SecretRow
from domain.values import SECOND, Instant

RESET_S: Final = 30 * 60
"""How long the token of a reset works."""
RESET_MAILS_PER_MINUTE: Final = 3
"""To one address; more requests are answered alike and send nothing."""

RESET_SUBJECT: Final = "Set a new password"
_RESET_TEXT: Final = """\
Somebody, hopefully you, asked to set a new password for your account at
{url}

Within {minutes} minutes, send this token with the new password to
{url}/api/v1/auth/reset/confirm

    {token}

It works once and ends every session of the account. If it was not you,
do nothing: your password stays as it is.
"""


def reset_text(token: str, *, url: str) -> str:
    """Give the mail that carries a token; ``url`` is where people reach the gateway."""
    return _RESET_TEXT.format(url=url, token=token, minutes=RESET_S // 60)


class StartReset(Command[None]):
    """Let an account's password be reset once, with a token that only its mail has."""

    def __init__(self, account: int, digest: str, *, at: Instant) -> None:
        self.at = at
        self._account = account
        self._digest = digest

    def touches(self) -> Iterable[UUID]:
        """Nothing."""
        return ()

    def decide(self, books: Books) -> None:
        """Keep the token's digest; earlier ones go on working, whoever asked for this one."""
        ends_at = Instant(self.at + RESET_S * SECOND)
        books.keep_secret(
            SecretRow(SecretKind.RESET, self._digest, self._account, "", self.at, ends_at)
        )

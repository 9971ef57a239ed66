"""Passwords: what is kept of them beside the log, and what changes it."""

import hmac
from collections.abc import Iterable
from uuid import UUID

from application.books.books import Books
from application.books.commands import Command
from application.ports import SecretKind, SecretRow
from domain.account import Account, account_id
from domain.errors import InvalidRequest, NotFound
from domain.values import Instant


def password_row(account: int, password_hash: str, *, at: Instant) -> SecretRow:
    """Give the row in which a password's slow hash is stored."""
    return SecretRow(SecretKind.PASSWORD, str(account), account, password_hash, at)


class SetPassword(Command[None]):
    """Set an account's password; all its sessions end, and no reset that was asked for works."""

    def __init__(
        self,
        account: int,
        password_hash: str,
        *,
        replaces: str | None = None,
        reset: str | None = None,
        at: Instant,
    ) -> None:
        """``replaces`` is the hash that was verified, ``reset`` the digest of a reset's token."""
        self.at = at
        self._account = account
        self._hash = password_hash
        self._replaces = replaces
        self._reset = reset

    def touches(self) -> Iterable[UUID]:
        """The account."""
        yield account_id(self._account)

    def decide(self, books: Books) -> None:
        """Set it.

        Raises:
            NotFound: no such account, or the reset was used, or its time is over.
            InvalidRequest: another change of the password came first.
        """
        account = books.get(Account, account_id(self._account))
        if self._reset is not None:
            row = books.secret(SecretKind.RESET, self._reset)
            is_good = row is not None and row.account == self._account
            if row is None or not is_good or (row.ends_at or 0) <= self.at:
                msg = "This reset was used already, or its time is over."
                raise NotFound(msg)
        if self._replaces is not None:
            row = books.secret(SecretKind.PASSWORD, str(self._account))
            if row is None or not hmac.compare_digest(row.value, self._replaces):
                msg = "The password was changed meanwhile."
                raise InvalidRequest(msg, field="current_password")
        account.change_credential("password", at=self.at)
        books.record(account)
        books.keep_secret(password_row(self._account, self._hash, at=self.at))
        books.forget_secrets(SecretKind.RESET, self._account)
        books.forget_secrets(SecretKind.SESSION, self._account)

"""API keys come and go."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from application.committer import Command
from application.gateway import Books
from application.ports import CredentialRow
from domain.account import Account, account_id
from domain.values import Instant


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was made but not stored yet: its public id and its hash."""

    key_id: str
    hash: str
    name: str


def credential(key: NewKey, account: int, at: Instant) -> CredentialRow:
    """Give the row in which a key is stored."""
    return CredentialRow(key.key_id, account, key.name, key.hash, at)


class IssueKey(Command[None]):
    """Give an account another key; with ``revoke`` the old one ends in the same save."""

    def __init__(self, account: int, key: NewKey, *, revoke: str | None, at: Instant) -> None:
        self.at = at
        self._account = account
        self._key = key
        self._revoke = revoke

    def touches(self) -> Iterable[UUID]:
        """The account."""
        yield account_id(self._account)

    def decide(self, books: Books) -> None:
        """Issue, and revoke when asked.

        Raises:
            NotFound: no such account, or no such working key.
        """
        account = books.get(Account, account_id(self._account))
        if self._revoke is not None:
            account.revoke_key(self._revoke, at=self.at)
            books.revoke_credential(self._revoke, self.at)
        account.issue_key(self._key.key_id, at=self.at)
        books.record(account)
        books.keep_credential(credential(self._key, self._account, self.at))


class RevokeKey(Command[None]):
    """End a key: nothing is accepted with it after this commits."""

    def __init__(self, account: int, key_id: str, *, at: Instant) -> None:
        self.at = at
        self._account = account
        self._key_id = key_id

    def touches(self) -> Iterable[UUID]:
        """The account."""
        yield account_id(self._account)

    def decide(self, books: Books) -> None:
        """Revoke it.

        Raises:
            NotFound: no such account, or no such working key.
        """
        account = books.get(Account, account_id(self._account))
        account.revoke_key(self._key_id, at=self.at)
        books.record(account)
        books.revoke_credential(self._key_id, self.at)

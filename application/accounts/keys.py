"""API keys come and go."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from application.books.actors import Actor, permit
from application.books.books import Books
from application.books.commands import Command
from application.ports import CredentialRow
from domain.account import Account, account_id
from domain.errors import InvalidKey, TooLate
from domain.key_rules import KEYS_MAX, stored_scopes
from domain.mode import Mode
from domain.roles import Duty
from domain.values import Instant


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was made but not stored yet: its public id and its hash."""

    key_id: str
    hash: str
    name: str
    scopes: Sequence[str] = ()
    """What it may do; empty is all that a key can do."""
    sources: Sequence[str] = ()
    """Addresses and networks that it may come from; empty is anywhere."""
    mode: Mode = Mode.LIVE

    @property
    def stored_scopes(self) -> Sequence[str]:
        """The words that are stored of scopes and mode."""
        return stored_scopes(self.scopes, self.mode)


def credential(key: NewKey, account: int, at: Instant) -> CredentialRow:
    """Give the row in which a key is stored."""
    return CredentialRow(
        key.key_id,
        account,
        key.name,
        key.hash,
        at,
        scopes=" ".join(key.stored_scopes),
        sources=" ".join(key.sources),
    )


class IssueKey(Command[None]):
    """Give an account another key; with ``revoke`` the old one ends in the same save."""

    def __init__(
        self, account: int, key: NewKey, *, revoke: str | None, actor: Actor, at: Instant
    ) -> None:
        self.at = at
        self._actor = actor
        self._account = account
        self._key = key
        self._revoke = revoke

    def touches(self) -> Iterable[UUID]:
        """The account."""
        yield account_id(self._account)

    def decide(self, books: Books) -> None:
        """Issue, and revoke when asked.

        Raises:
            NotPermitted: the actor may not.
            InvalidKey: the actor's own key was revoked meanwhile.
            NotFound: no such account, or no such working key.
            TooLate: the account has as many keys as it may have.
        """
        _permit_on_keys(books, self._actor, self._account)
        account = books.get(Account, account_id(self._account))
        if self._revoke is None and len(account.keys) >= KEYS_MAX:
            msg = f"An account has at most {KEYS_MAX} working keys: revoke one first."
            raise TooLate(msg)
        if self._revoke is not None:
            account.revoke_key(self._revoke, actor=self._actor.name, at=self.at)
            books.revoke_credential(self._revoke, self.at)
        account.issue_key(
            self._key.key_id, actor=self._actor.name, scopes=self._key.stored_scopes, at=self.at
        )
        books.record(account)
        books.keep_credential(credential(self._key, self._account, self.at))


class RevokeKey(Command[None]):
    """End a key: nothing is accepted with it after this commits."""

    def __init__(self, account: int, key_id: str, *, actor: Actor, at: Instant) -> None:
        self.at = at
        self._actor = actor
        self._account = account
        self._key_id = key_id

    def touches(self) -> Iterable[UUID]:
        """The account."""
        yield account_id(self._account)

    def decide(self, books: Books) -> None:
        """Revoke it.

        Raises:
            NotPermitted: the actor may not.
            InvalidKey: the actor's own key was revoked meanwhile.
            NotFound: no such account, or no such working key.
        """
        _permit_on_keys(books, self._actor, self._account)
        account = books.get(Account, account_id(self._account))
        account.revoke_key(self._key_id, actor=self._actor.name, at=self.at)
        books.record(account)
        books.revoke_credential(self._key_id, self.at)


class NoteKeyUses(Command[None]):
    """Write down when keys were used last: no event, since nothing was decided."""

    def __init__(self, uses: Mapping[str, Instant], *, at: Instant) -> None:
        """``uses`` names keys by their public ids; the times are coarse."""
        self.at = at
        self._uses = uses

    def touches(self) -> Iterable[UUID]:
        """Nothing."""
        return ()

    def decide(self, books: Books) -> None:
        """Write them down."""
        for key_id, at in self._uses.items():
            books.note_key_use(key_id, at)


def _permit_on_keys(books: Books, actor: Actor, account: int) -> None:
    """Let an account manage its own keys, and staff those of others."""
    if actor.account != account:
        permit(books, actor, Duty.RUN_ACCOUNTS)
    require_key(books, actor)


def require_key(books: Books, actor: Actor) -> None:
    """Refuse an actor whose API key has ended since it was let in.

    Raises:
        InvalidKey: it has.
    """
    if actor.account is None or actor.key_id is None:
        return
    if actor.key_id not in books.get(Account, account_id(actor.account)).keys:
        msg = "The API key is invalid or was revoked."
        raise InvalidKey(msg)

"""Questions about accounts, their keys and their sender IDs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.values import Instant


@dataclass(frozen=True, slots=True)
class SenderIdRow:
    """A sender ID request."""

    number: int
    account: int
    name: str | None
    use_case: str | None
    status: str
    created_at: Instant
    reason: str | None = None
    """Why it was rejected, while it is."""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account in the directory."""

    number: int
    name: str | None
    email: str | None
    suspended: bool
    registered_at: Instant
    single: int | None
    bulk: int | None
    read: int | None
    daily_credits: int | None = None
    roles: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class KeyRow:
    """An API key of an account, without anything secret."""

    key_id: str
    account: int
    name: str | None
    issued_at: Instant
    revoked_at: Instant | None
    scopes: str | None = None
    """What it may do, words with a space between them; empty is all that a key can do."""
    sources: str | None = None
    """Where it may come from, with a space between; empty is anywhere."""
    used_at: Instant | None = None
    """When it was used last, to the hour."""


class AccountQueries(Protocol):
    """Accounts, their keys and their sender IDs."""

    def accounts(
        self, *, after: int, limit: int, suspended: bool | None = None
    ) -> Sequence[AccountRow]:
        """List accounts by number; ``suspended`` None is all."""

    def account(self, account: int) -> AccountRow | None:
        """Find one account."""

    def staff(self, *, after: int, limit: int) -> Sequence[AccountRow]:
        """List the accounts that have a role, by number."""

    def resets_alone(self, since: Instant, *, limit: int) -> Mapping[int, Instant]:
        """Say whose second factor was reset without another person since a time, newest first."""

    def keys(self, account: int) -> Sequence[KeyRow]:
        """List an account's keys, oldest first."""

    def sender_ids(self, account: int) -> Sequence[SenderIdRow]:
        """List an account's sender ID requests, oldest first."""

    def sender_id_requests(
        self, status: str | None, *, account: int | None = None, after: int, limit: int
    ) -> Sequence[SenderIdRow]:
        """List requests by number, oldest first; ``status`` or ``account`` None: of every one."""

    def sender_id(self, number: int) -> SenderIdRow | None:
        """Find one sender ID request of any account."""

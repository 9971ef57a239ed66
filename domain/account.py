"""An account: who may use the gateway, with which keys, under which limits."""

from typing import Self
from uuid import UUID

from domain.errors import AlreadyExists, NotFound
from domain.events import Aggregate, aggregate_id
from domain.values import Instant


def account_id(number: int) -> UUID:
    """Give the id of account number ``number``."""
    return aggregate_id("account", number)


class Account(Aggregate):
    """One customer (or member of staff); its name and e-mail are contents beside the log."""

    TOPIC = "Account"

    class Event(Aggregate.Event):
        """Base of an account's events."""

        TOPIC = "Account.Event"

    class Registered(Event, Aggregate.Created):
        """The account exists; ``person`` is HMAC(salt, name, e-mail) of its content."""

        TOPIC = "Account.Registered"
        number: int
        person: str

    class CredentialChanged(Event):
        """A password was set or changed; the hash stands beside the log."""

        TOPIC = "Account.CredentialChanged"
        number: int

    class ApiKeyIssued(Event):
        """An API key was made; ``key_id`` is its public part, the hash stands beside the log."""

        TOPIC = "Account.ApiKeyIssued"
        number: int
        key_id: str

        def apply(self, account: "Account") -> None:
            account.keys = [*account.keys, self.key_id]

    class ApiKeyRevoked(Event):
        """An API key stopped working, at this event's commit, for good."""

        TOPIC = "Account.ApiKeyRevoked"
        number: int
        key_id: str

        def apply(self, account: "Account") -> None:
            account.keys = [key for key in account.keys if key != self.key_id]

    class LimitsChanged(Event):
        """Requests a minute for this account; None follows the settings, 0 is no limit."""

        TOPIC = "Account.LimitsChanged"
        number: int
        single: int | None
        bulk: int | None
        read: int | None
        actor: str

        def apply(self, account: "Account") -> None:
            account.limits = {"single": self.single, "bulk": self.bulk, "read": self.read}

    class Suspended(Event):
        """The account may read but not send."""

        TOPIC = "Account.Suspended"
        number: int
        actor: str
        reason: str

        def apply(self, account: "Account") -> None:
            account.suspended = True

    class Reinstated(Event):
        """The account may send again."""

        TOPIC = "Account.Reinstated"
        number: int
        actor: str
        reason: str

        def apply(self, account: "Account") -> None:
            account.suspended = False

    class ContentErased(Event):
        """Name and e-mail were erased beside the log."""

        TOPIC = "Account.ContentErased"
        number: int

        def apply(self, account: "Account") -> None:
            account.erased = True

    def __init__(self, number: int) -> None:
        self.number = number
        self.keys: list[str] = []
        self.limits: dict[str, int | None] = {"single": None, "bulk": None, "read": None}
        self.suspended = False
        self.erased = False

    @classmethod
    def register(cls, number: int, *, person: str, at: Instant) -> Self:
        """Make the account."""
        return cls._create(
            cls.Registered, id=account_id(number), timestamp=at, number=number, person=person
        )

    def issue_key(self, key_id: str, *, at: Instant) -> None:
        """Add an API key by its public id."""
        if key_id in self.keys:
            msg = "This key id is taken."
            raise AlreadyExists(msg)
        self._record(self.ApiKeyIssued, at=at, number=self.number, key_id=key_id)

    def revoke_key(self, key_id: str, *, at: Instant) -> None:
        """End an API key.

        Raises:
            NotFound: the account has no such working key.
        """
        if key_id not in self.keys:
            msg = "The account has no working key with this id."
            raise NotFound(msg)
        self._record(self.ApiKeyRevoked, at=at, number=self.number, key_id=key_id)

    def change_limits(
        self,
        *,
        single: int | None,
        bulk: int | None,
        read: int | None,
        actor: str,
        at: Instant,
    ) -> None:
        """Set the account's own limits, requests a minute."""
        self._record(
            self.LimitsChanged,
            at=at,
            number=self.number,
            single=single,
            bulk=bulk,
            read=read,
            actor=actor,
        )

    def suspend(self, *, actor: str, reason: str, at: Instant) -> None:
        """Stop the account from sending; again changes nothing."""
        if not self.suspended:
            self._record(self.Suspended, at=at, number=self.number, actor=actor, reason=reason)

    def reinstate(self, *, actor: str, reason: str, at: Instant) -> None:
        """Let the account send again; again changes nothing."""
        if self.suspended:
            self._record(self.Reinstated, at=at, number=self.number, actor=actor, reason=reason)

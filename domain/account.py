"""An account: who may use the gateway, with which keys, under which limits."""

from collections.abc import Sequence
from typing import Self, TypedDict, Unpack
from uuid import UUID

from domain.errors import AlreadyExists, NotFound
from domain.events import Aggregate, aggregate_id
from domain.roles import DUTIES, Duty, Role
from domain.values import Instant


def account_id(number: int) -> UUID:
    """Give the id of account number ``number``."""
    return aggregate_id("account", number)


class ByHand(TypedDict):
    """Who did something by hand and why; of what took two people, who approved which entry."""

    actor: str
    reason: str
    approver: str | None
    entry: int | None


class Account(Aggregate):
    """One customer (or member of staff); its name and e-mail are contents beside the log."""

    TOPIC = "Account"

    quiet_hours: str | None = None  # not set in __init__: older snapshots have neither
    quiet_all: bool = False

    class Event(Aggregate.Event):
        """Base of an account's events."""

        TOPIC = "Account.Event"

    class Registered(Event, Aggregate.Created):
        """The account exists; ``person`` is HMAC(salt, name, e-mail) of its content."""

        TOPIC = "Account.Registered"
        number: int
        person: str

    class CredentialChanged(Event):
        """A secret of the account itself was set, changed or reset; it stands beside the log.

        ``what`` is "password", "second factor" (with new recovery codes) or "recovery codes".
        """

        TOPIC = "Account.CredentialChanged"
        number: int
        what: str

    class RecoveryCodeUsed(Event):
        """A recovery code stood for a code of the second factor; ``left`` are good still."""

        TOPIC = "Account.RecoveryCodeUsed"
        number: int
        left: int

    class SecondFactorRemoved(Event):
        """The account itself gave up its second factor, and the recovery codes with it."""

        TOPIC = "Account.SecondFactorRemoved"
        number: int

    class SecondFactorReset(Event):
        """Somebody else took a second factor away, for one who has lost it.

        ``entry`` is the manual entry that allowed it. Without approver and entry it was done
        alone, by a user of the host.
        """

        TOPIC = "Account.SecondFactorReset"
        number: int
        actor: str
        reason: str
        approver: str | None
        entry: int | None

    class RoleGranted(Event):
        """A role was given; ``entry`` is the manual entry that allowed it.

        Only the first admin of a gateway has neither approver nor entry.
        """

        TOPIC = "Account.RoleGranted"
        number: int
        role: str
        actor: str
        reason: str
        approver: str | None
        entry: int | None

        def apply(self, account: "Account") -> None:
            account.roles = [*account.roles, self.role]

    class RoleWithdrawn(Event):
        """A role was taken away."""

        TOPIC = "Account.RoleWithdrawn"
        number: int
        role: str
        actor: str
        reason: str
        approver: str | None
        entry: int | None

        def apply(self, account: "Account") -> None:
            account.roles = [role for role in account.roles if role != self.role]

    class DefaultSenderChosen(Event):
        """Messages that name no sender go out under this approved sender ID; None: the name's."""

        TOPIC = "Account.DefaultSenderChosen"
        number: int
        sender_id: int | None

        def apply(self, account: "Account") -> None:
            account.default_sender_id = self.sender_id

    class QuietHoursChosen(Event):
        """Hours (``20:00-07:00``) in which promotions wait; ``is_all``: all but passwords do."""

        TOPIC = "Account.QuietHoursChosen"
        number: int
        hours: str | None
        is_all: bool
        actor: str

        def apply(self, account: "Account") -> None:
            account.quiet_hours, account.quiet_all = self.hours, self.is_all

    class ApiKeyIssued(Event):
        """An API key was made; ``key_id`` is its public part, the hash stands beside the log.

        ``scopes`` names what it may do; an empty list is everything that a key can do. The word
        ``test`` among them is no scope: nothing that the key sends is real.
        """

        TOPIC = "Account.ApiKeyIssued"
        number: int
        key_id: str
        actor: str
        scopes: list[str]

        def apply(self, account: "Account") -> None:
            account.keys = [*account.keys, self.key_id]

    class ApiKeyRevoked(Event):
        """An API key stopped working, at this event's commit, for good."""

        TOPIC = "Account.ApiKeyRevoked"
        number: int
        key_id: str
        actor: str

        def apply(self, account: "Account") -> None:
            account.keys = [key for key in account.keys if key != self.key_id]

    class LimitsChanged(Event):
        """Requests a minute, and credits a day, for this account.

        Of requests, None follows the settings and 0 is no limit; of credits, None is no limit.
        """

        TOPIC = "Account.LimitsChanged"
        number: int
        single: int | None
        bulk: int | None
        read: int | None
        daily_credits: int | None
        actor: str
        reason: str

        def apply(self, account: "Account") -> None:
            account.limits = {"single": self.single, "bulk": self.bulk, "read": self.read}
            account.daily_credits = self.daily_credits

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
        """Name and e-mail were erased beside the log, at somebody's request."""

        TOPIC = "Account.ContentErased"
        number: int
        actor: str
        reason: str

        def apply(self, account: "Account") -> None:
            account.erased = True

    def __init__(self, number: int) -> None:
        self.number = number
        self.keys: list[str] = []
        self.limits: dict[str, int | None] = {"single": None, "bulk": None, "read": None}
        self.daily_credits: int | None = None
        self.roles: list[str] = []
        self.default_sender_id: int | None = None
        self.suspended = False
        self.erased = False

    @classmethod
    def register(cls, number: int, *, person: str, at: Instant) -> Self:
        """Make the account."""
        return cls._create(
            cls.Registered, id=account_id(number), timestamp=at, number=number, person=person
        )

    def has_duty(self, duty: Duty) -> bool:
        """Whether one of its roles has the duty."""
        return any(duty in DUTIES[Role(role)] for role in self.roles)

    def issue_key(
        self, key_id: str, *, actor: str, scopes: Sequence[str] = (), at: Instant
    ) -> None:
        """Add an API key by its public id."""
        if key_id in self.keys:
            msg = "This key id is taken."
            raise AlreadyExists(msg)
        self._record(
            self.ApiKeyIssued,
            at=at,
            number=self.number,
            key_id=key_id,
            actor=actor,
            scopes=list(scopes),
        )

    def revoke_key(self, key_id: str, *, actor: str, at: Instant) -> None:
        """End an API key.

        Raises:
            NotFound: the account has no such working key.
        """
        if key_id not in self.keys:
            msg = "The account has no working key with this id."
            raise NotFound(msg)
        self._record(self.ApiKeyRevoked, at=at, number=self.number, key_id=key_id, actor=actor)

    def change_credential(self, what: str, *, at: Instant) -> None:
        """Note that a secret of the account itself changed; ``what`` is as in the event."""
        self._record(self.CredentialChanged, at=at, number=self.number, what=what)

    def use_recovery_code(self, *, left: int, at: Instant) -> None:
        """Note that a recovery code was used up; ``left`` more are good."""
        self._record(self.RecoveryCodeUsed, at=at, number=self.number, left=left)

    def remove_second_factor(self, *, at: Instant) -> None:
        """Note that the account gave up its second factor."""
        self._record(self.SecondFactorRemoved, at=at, number=self.number)

    def reset_second_factor(self, *, at: Instant, **by: Unpack[ByHand]) -> None:
        """Note that somebody else took the second factor away."""
        self._record(self.SecondFactorReset, at=at, number=self.number, **by)

    def grant_role(self, role: Role, *, at: Instant, **by: Unpack[ByHand]) -> None:
        """Give a role.

        Raises:
            AlreadyExists: the account has it.
        """
        if role in self.roles:
            msg = f"The account has the role {role} already."
            raise AlreadyExists(msg)
        self._record(self.RoleGranted, at=at, number=self.number, role=role.value, **by)

    def withdraw_role(self, role: Role, *, at: Instant, **by: Unpack[ByHand]) -> None:
        """Take a role away.

        Raises:
            NotFound: the account does not have it.
        """
        if role not in self.roles:
            msg = f"The account does not have the role {role}."
            raise NotFound(msg)
        self._record(self.RoleWithdrawn, at=at, number=self.number, role=role.value, **by)

    def choose_default_sender(self, sender_id: int | None, *, at: Instant) -> None:
        """Send under the approved sender ID number ``sender_id``; None: under its own name."""
        if sender_id != self.default_sender_id:
            self._record(self.DefaultSenderChosen, at=at, number=self.number, sender_id=sender_id)

    def choose_quiet(self, hours: str | None, *, is_all: bool, actor: str, at: Instant) -> None:
        """Hold later messages in these hours; as it is already is no event."""
        if (hours, is_all) != (self.quiet_hours, self.quiet_all):
            chosen = {"number": self.number, "hours": hours, "is_all": is_all}
            self._record(self.QuietHoursChosen, at=at, actor=actor, **chosen)

    def change_limits(
        self,
        *,
        single: int | None,
        bulk: int | None,
        read: int | None,
        daily_credits: int | None,
        actor: str,
        reason: str,
        at: Instant,
    ) -> None:
        """Set the account's own limits: requests a minute, credits a day."""
        self._record(
            self.LimitsChanged,
            at=at,
            number=self.number,
            single=single,
            bulk=bulk,
            read=read,
            daily_credits=daily_credits,
            actor=actor,
            reason=reason,
        )

    def erase_content(self, *, actor: str, reason: str, at: Instant) -> None:
        """Note that name and e-mail were erased; again changes nothing."""
        if not self.erased:
            self._record(self.ContentErased, at=at, number=self.number, actor=actor, reason=reason)

    def suspend(self, *, actor: str, reason: str, at: Instant) -> None:
        """Stop the account from sending; again changes nothing."""
        if not self.suspended:
            self._record(self.Suspended, at=at, number=self.number, actor=actor, reason=reason)

    def reinstate(self, *, actor: str, reason: str, at: Instant) -> None:
        """Let the account send again; again changes nothing."""
        if self.suspended:
            self._record(self.Reinstated, at=at, number=self.number, actor=actor, reason=reason)

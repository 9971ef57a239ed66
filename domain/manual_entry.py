"""What one person prepared and another approves: credits, money, roles, the seal's chapters."""

from enum import StrEnum
from typing import Any, ClassVar, Final, Self
from uuid import UUID

from domain.errors import NotPermitted, TooLate
from domain.events import Aggregate, aggregate_id
from domain.roles import Duty
from domain.values import Instant


class EntryKind(StrEnum):
    """What an entry would do."""

    GRANT = "grant"
    ADJUST = "adjust"
    GRANT_ROLE = "grant_role"
    WITHDRAW_ROLE = "withdraw_role"
    RESET_SECOND_FACTOR = "reset_second_factor"
    ASSIGN_RECEIPT = "assign_receipt"
    """Money that came in and credited nobody goes to an account."""
    WRITE_OFF = "write_off"
    """What is open of a receipt is given up."""
    BEGIN_CHAPTER = "begin_chapter"
    """The log is sealed by another key, or after a backup was brought back."""

    @property
    def approved_under(self) -> Duty:
        """The duty that its approver needs."""
        if self in _CHANGES_RIGHTS:
            return Duty.APPROVE_ROLES
        return Duty.APPROVE_CREDITS


_CHANGES_RIGHTS: Final = frozenset(
    {
        EntryKind.GRANT_ROLE,
        EntryKind.WITHDRAW_ROLE,
        EntryKind.RESET_SECOND_FACTOR,
        EntryKind.BEGIN_CHAPTER,
    }
)


class EntryStatus(StrEnum):
    """Where an entry stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


def manual_entry_id(number: int) -> UUID:
    """Give the id of entry number ``number``."""
    return aggregate_id("manual_entry", number)


class ManualEntry(Aggregate):
    """One entry that waits for a second person (invariant I13)."""

    TOPIC = "ManualEntry"

    class Event(Aggregate.Event):
        """Base of an entry's events."""

        TOPIC = "ManualEntry.Event"

    class Prepared(Event, Aggregate.Created):
        """``actor`` asks for it; ``credits`` is signed, ``role`` is for changes of roles.

        ``receipt`` (its name) and ``amount_ngwee`` (signed) are for what is about money; what is
        written off is no account's; nor is a chapter of the seal, with its ``seal_key`` (a verifier
        key). ``reason`` names a content, with its seal.
        """

        TOPIC = "ManualEntry.Prepared"
        class_version: ClassVar[int] = 2
        number: int
        kind: str
        account: int | None
        credits: int | None
        role: str | None
        receipt: str | None
        amount_ngwee: int | None
        seal_key: str | None
        actor: str
        reason: str

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """Before money and the seal took two people, entries were about neither."""
            state.update(receipt=None, amount_ngwee=None, seal_key=None)

    class Approved(Event):
        """Another person agreed; what it allows is in the same save.

        ``reason`` names a content where one was given.
        """

        TOPIC = "ManualEntry.Approved"
        number: int
        approver: str
        reason: str | None

        def apply(self, entry: "ManualEntry") -> None:
            entry.status = EntryStatus.APPROVED

    class Rejected(Event):
        """Another person refused; the reason is a content."""

        TOPIC = "ManualEntry.Rejected"
        number: int
        approver: str
        reason: str

        def apply(self, entry: "ManualEntry") -> None:
            entry.status = EntryStatus.REJECTED

    class Withdrawn(Event):
        """Who prepared it took it back; ``reason`` names a content where one was given."""

        TOPIC = "ManualEntry.Withdrawn"
        number: int
        actor: str
        reason: str | None

        def apply(self, entry: "ManualEntry") -> None:
            entry.status = EntryStatus.WITHDRAWN

    def __init__(
        self,
        number: int,
        kind: str,
        account: int | None,
        credits: int | None,
        role: str | None,
        receipt: str | None,
        amount_ngwee: int | None,
        seal_key: str | None,
        actor: str,
        reason: str,
    ) -> None:
        self.number = number
        self.kind = EntryKind(kind)
        self.account = account
        self.credits = credits
        self.role = role
        self.receipt = receipt
        self.amount_ngwee = amount_ngwee
        self.seal_key = seal_key
        self.actor = actor
        self.reason = reason
        self.status = EntryStatus.WAITING

    @classmethod
    def prepare(
        cls,
        number: int,
        *,
        kind: EntryKind,
        account: int | None,
        credits: int | None = None,
        role: str | None = None,
        receipt: str | None = None,
        amount_ngwee: int | None = None,
        seal_key: str | None = None,
        actor: str,
        reason: str,
        at: Instant,
    ) -> Self:
        """Ask for something that takes two people."""
        return cls._create(
            cls.Prepared,
            id=manual_entry_id(number),
            timestamp=at,
            number=number,
            kind=kind.value,
            account=account,
            credits=credits,
            role=role,
            receipt=receipt,
            amount_ngwee=amount_ngwee,
            seal_key=seal_key,
            actor=actor,
            reason=reason,
        )

    def approve(self, *, approver: str, reason: str | None = None, at: Instant) -> None:
        """Agree, as another person.

        Raises:
            NotPermitted: the approver prepared it.
            TooLate: it does not wait any more.
        """
        self.require_decidable(approver)
        self._record(self.Approved, at=at, number=self.number, approver=approver, reason=reason)

    def reject(self, *, approver: str, reason: str, at: Instant) -> None:
        """Refuse, as another person.

        Raises:
            NotPermitted: the approver prepared it; they may withdraw it.
            TooLate: it does not wait any more.
        """
        self.require_decidable(approver)
        self._record(self.Rejected, at=at, number=self.number, approver=approver, reason=reason)

    def withdraw(self, *, actor: str, reason: str | None = None, at: Instant) -> None:
        """Take it back.

        Raises:
            NotPermitted: somebody else prepared it; they may reject it.
            TooLate: it does not wait any more.
        """
        if actor != self.actor:
            msg = "Only who prepared an entry may withdraw it."
            raise NotPermitted(msg)
        self._require_waiting()
        self._record(self.Withdrawn, at=at, number=self.number, actor=actor, reason=reason)

    def require_decidable(self, approver: str) -> None:
        """Refuse who prepared it, and a second decision.

        Raises:
            NotPermitted: the approver prepared it.
            TooLate: it does not wait any more.
        """
        if approver == self.actor:
            msg = "Who prepared an entry cannot decide on it: that takes another person."
            raise NotPermitted(msg)
        self._require_waiting()

    def _require_waiting(self) -> None:
        if self.status is not EntryStatus.WAITING:
            msg = f"Entry {self.number} is {self.status} already."
            raise TooLate(msg)

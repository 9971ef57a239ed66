"""A sender ID that an account asked for; the name is a content beside the log."""

from typing import Self
from uuid import UUID

from domain.errors import TooLate
from domain.events import Aggregate, aggregate_id
from domain.sender_id_rules import SenderIdStatus
from domain.values import Instant


def sender_id_id(account: int, folded_name: str) -> UUID:
    """Give the id of the sender ID ``folded_name`` (case folded) of an account."""
    return aggregate_id("sender_id", account, folded_name)


class SenderId(Aggregate):
    """One name of one account; asked for once, then approved or rejected."""

    TOPIC = "SenderId"

    class Event(Aggregate.Event):
        """Base of a sender ID's events."""

        TOPIC = "SenderId.Event"

    class Requested(Event, Aggregate.Created):
        """The account asked for the name; ``content`` is HMAC(salt, name, use case)."""

        TOPIC = "SenderId.Requested"
        number: int
        account: int
        content: str

    class Approved(Event):
        """Staff approved the name."""

        TOPIC = "SenderId.Approved"
        number: int
        account: int
        actor: str

        def apply(self, sender_id: "SenderId") -> None:
            sender_id.status = SenderIdStatus.APPROVED

    class Rejected(Event):
        """Staff rejected the name; the reason is a content."""

        TOPIC = "SenderId.Rejected"
        number: int
        account: int
        actor: str
        reason: str

        def apply(self, sender_id: "SenderId") -> None:
            sender_id.status = SenderIdStatus.REJECTED

    def __init__(self, number: int, account: int) -> None:
        self.number = number
        self.account = account
        self.status = SenderIdStatus.PENDING

    @classmethod
    def request(
        cls, number: int, *, account: int, folded_name: str, content: str, at: Instant
    ) -> Self:
        """Ask for a name."""
        return cls._create(
            cls.Requested,
            id=sender_id_id(account, folded_name),
            timestamp=at,
            number=number,
            account=account,
            content=content,
        )

    def approve(self, *, actor: str, at: Instant) -> None:
        """Approve a pending or rejected request; again changes nothing."""
        if self.status != SenderIdStatus.APPROVED:
            self._record(
                self.Approved, at=at, number=self.number, account=self.account, actor=actor
            )

    def reject(self, *, actor: str, reason: str, at: Instant) -> None:
        """Reject a pending request.

        Raises:
            TooLate: it was decided already.
        """
        if self.status != SenderIdStatus.PENDING:
            msg = f"The sender ID is {self.status} already."
            raise TooLate(msg)
        self._record(
            self.Rejected,
            at=at,
            number=self.number,
            account=self.account,
            actor=actor,
            reason=reason,
        )

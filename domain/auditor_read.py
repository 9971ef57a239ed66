"""That somebody of staff looked at what is personal, or read as an auditor; on record for good."""

from typing import Any, ClassVar, Final, Self
from uuid import UUID

from domain.events import Aggregate, aggregate_id
from domain.values import Instant

OF_AN_ACCOUNT: Final = frozenset(
    {
        *("account", "wallet", "statement", "keys", "sender_ids", "looks", "prices"),
        *("events", "ledger", "manual", "replay", "trial_balance"),
        *("inbound", "suppressions", "webhook"),
    }
)
"""What is looked at by the number of its account."""

MESSAGE: Final = "message"
APPROVAL: Final = "approval"
INBOUND: Final = "inbound"
"""What came in for an account, or (None) for all."""


def auditor_read_id(number: int) -> UUID:
    """Give the id of read number ``number``."""
    return aggregate_id("auditor_read", number)


class AuditorRead(Aggregate):
    """One look."""

    TOPIC = "AuditorRead"

    class Event(Aggregate.Event):
        """Base of a look's events."""

        TOPIC = "AuditorRead.Event"

    class Read(Event, Aggregate.Created):
        """``actor`` saw ``what`` (a word from the code) of ``subject`` (its number, or None).

        ``account`` is whose it is, None where it is nobody's or everybody's; version 1 did not say.
        ``reason`` names a content where one was asked for.
        """

        class_version: ClassVar[int] = 2

        TOPIC = "AuditorRead.Read"
        number: int
        actor: str
        what: str
        subject: int | None
        account: int | None
        reason: str | None

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state["account"] = state["subject"] if state["what"] in OF_AN_ACCOUNT else None

    def __init__(
        self,
        number: int,
        *,
        actor: str,
        what: str,
        subject: int | None,
        account: int | None,
        reason: str | None,
    ) -> None:
        self.number = number
        self.actor = actor
        self.what = what
        self.subject = subject
        self.account = account
        self.reason = reason

    @classmethod
    def record(
        cls,
        number: int,
        *,
        actor: str,
        what: str,
        subject: int | None,
        account: int | None,
        reason: str | None,
        at: Instant,
    ) -> Self:
        """Note a look."""
        return cls._create(
            cls.Read,
            id=auditor_read_id(number),
            timestamp=at,
            number=number,
            actor=actor,
            what=what,
            subject=subject,
            account=account,
            reason=reason,
        )

"""That somebody of staff looked at what is personal, or read as an auditor; on record for good."""

from typing import Self
from uuid import UUID

from domain.events import Aggregate, aggregate_id
from domain.values import Instant


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

        ``reason`` names a content where one was asked for.
        """

        TOPIC = "AuditorRead.Read"
        number: int
        actor: str
        what: str
        subject: int | None
        reason: str | None

    def __init__(
        self, number: int, actor: str, what: str, subject: int | None, reason: str | None
    ) -> None:
        self.number = number
        self.actor = actor
        self.what = what
        self.subject = subject
        self.reason = reason

    @classmethod
    def record(
        cls,
        number: int,
        *,
        actor: str,
        what: str,
        subject: int | None,
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
            reason=reason,
        )

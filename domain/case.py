"""What finance notes about what must be explained: whose work it is, and what is known."""

from typing import Self
from uuid import UUID

from domain.errors import InvalidRequest
from domain.events import Aggregate, aggregate_id
from domain.values import Instant


def case_id(subject: str) -> UUID:
    """Give the id of the case about a receipt's or a payment's id."""
    return aggregate_id("case", subject)


class Case(Aggregate):
    """One case: of a receipt, or of a payment."""

    TOPIC = "Case"

    class Event(Aggregate.Event):
        """Base of a case's events."""

        TOPIC = "Case.Event"

    class Opened(Event, Aggregate.Created):
        """Somebody has something to say about ``subject``, the id of a receipt or a payment."""

        TOPIC = "Case.Opened"
        subject: str

    class Noted(Event):
        """``actor`` says whose work it is (an account), and why; ``note`` is a content.

        ``is_closed`` when nothing is left to explain: what moves money is done elsewhere.
        """

        TOPIC = "Case.Noted"
        subject: str
        owner: int | None
        note: str | None
        is_closed: bool
        actor: str

        def apply(self, case: "Case") -> None:
            case.owner = self.owner
            case.is_closed = self.is_closed

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self.owner: int | None = None
        self.is_closed = False

    @classmethod
    def open(cls, subject: str, *, at: Instant) -> Self:
        """Begin a case."""
        return cls._create(cls.Opened, id=case_id(subject), timestamp=at, subject=subject)

    def note(
        self, *, owner: int | None, note: str | None, is_closed: bool, actor: str, at: Instant
    ) -> None:
        """Say something about it; without an owner it stays with whom it is.

        Raises:
            InvalidRequest: nothing is said.
        """
        if owner is None and note is None and is_closed == self.is_closed:
            msg = "Say whose work it is, or what is known."
            raise InvalidRequest(msg, field="note")
        self._record(
            self.Noted,
            at=at,
            subject=self.subject,
            owner=self.owner if owner is None else owner,
            note=note,
            is_closed=is_closed,
            actor=actor,
        )

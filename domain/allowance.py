"""How many credits one person has moved on one day without a second one (invariant I13)."""

from typing import Self
from uuid import UUID

from domain.events import Aggregate, aggregate_id
from domain.values import Instant


def allowance_id(actor: str, day: int) -> UUID:
    """Give the id of what ``actor`` moved on ``day`` (``domain.days``)."""
    return aggregate_id("allowance", actor, day)


class Allowance(Aggregate):
    """One actor's day."""

    TOPIC = "Allowance"

    class Event(Aggregate.Event):
        """Base of an allowance's events."""

        TOPIC = "Allowance.Event"

    class Opened(Event, Aggregate.Created):
        """The actor moved credits for the first time on this day."""

        TOPIC = "Allowance.Opened"
        actor: str
        day: int

    class Used(Event):
        """Credits were moved, in either direction; ``total`` is the day's, this one included."""

        TOPIC = "Allowance.Used"
        actor: str
        day: int
        credits: int
        total: int

        def apply(self, allowance: "Allowance") -> None:
            allowance.total = self.total

    def __init__(self, actor: str, day: int) -> None:
        self.actor = actor
        self.day = day
        self.total = 0

    @classmethod
    def open(cls, actor: str, day: int, *, at: Instant) -> Self:
        """Begin an actor's day."""
        return cls._create(
            cls.Opened, id=allowance_id(actor, day), timestamp=at, actor=actor, day=day
        )

    def has_room(self, credits: int, *, limit: int) -> bool:
        """Whether ``credits`` (signed) more may be moved alone; a limit of 0 is no limit."""
        return limit == 0 or self.total + abs(credits) <= limit

    def use(self, credits: int, *, at: Instant) -> None:
        """Count credits (signed) that are moved."""
        self._record(
            self.Used,
            at=at,
            actor=self.actor,
            day=self.day,
            credits=credits,
            total=self.total + abs(credits),
        )

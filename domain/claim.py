"""Uniqueness across streams: a value that only one owner may take, guarded by its version 1."""

from typing import Self
from uuid import UUID

from domain.events import Aggregate, aggregate_id
from domain.values import Instant


def claim_id(kind: str, value: str) -> UUID:
    """Give the id of the claim on ``value``; personal values come in as a keyed digest."""
    return aggregate_id("claim", kind, value)


class Claim(Aggregate):
    """One taken value, such as an e-mail address (as a keyed digest) or a top-up reference."""

    TOPIC = "Claim"

    class Event(Aggregate.Event):
        """Base of a claim's events."""

        TOPIC = "Claim.Event"

    class Taken(Event, Aggregate.Created):
        """The value belongs to ``owner`` (an account number) from now on."""

        TOPIC = "Claim.Taken"
        kind: str
        owner: int

    def __init__(self, kind: str, owner: int) -> None:
        self.kind = kind
        self.owner = owner

    @classmethod
    def take(cls, kind: str, value: str, *, owner: int, at: Instant) -> Self:
        """Take the value; saving fails when somebody else has."""
        return cls._create(
            cls.Taken, id=claim_id(kind, value), timestamp=at, kind=kind, owner=owner
        )

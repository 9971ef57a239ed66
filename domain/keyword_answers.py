"""The answers that one person got by one keyword rule: at most one in an hour."""

from typing import Self
from uuid import UUID

from domain.events import Aggregate, aggregate_id
from domain.keyword_rules import ANSWER_EVERY_S
from domain.values import SECOND, Instant


def keyword_answers_id(digest: str) -> UUID:
    """Give the id of the answers to a number by a rule: ``digest`` is of both, keyed."""
    return aggregate_id("keyword-answers", digest)


class KeywordAnswers(Aggregate):
    """The answers to one number by one rule of an account."""

    TOPIC = "KeywordAnswers"

    class Event(Aggregate.Event):
        """Base of its events."""

        TOPIC = "KeywordAnswers.Event"

    class FirstGiven(Event, Aggregate.Created):
        """Message ``message`` is the first answer, to what came in as ``inbound``."""

        TOPIC = "KeywordAnswers.FirstGiven"
        account: int
        inbound: int
        message: int

    class Given(Event):
        """Message ``message`` is another answer, to what came in as ``inbound``."""

        TOPIC = "KeywordAnswers.Given"
        account: int
        inbound: int
        message: int

    def __init__(self, account: int) -> None:
        self.account = account

    @classmethod
    def begin(cls, digest: str, *, account: int, inbound: int, message: int, at: Instant) -> Self:
        """Note the first answer."""
        return cls._create(
            cls.FirstGiven,
            id=keyword_answers_id(digest),
            timestamp=at,
            account=account,
            inbound=inbound,
            message=message,
        )

    def is_due(self, at: Instant) -> bool:
        """Whether there may be another one; a clock that was set far back is no reason why not."""
        return abs(at - self.changed_at) >= ANSWER_EVERY_S * SECOND

    def give(self, *, inbound: int, message: int, at: Instant) -> None:
        """Note another answer."""
        self._record(self.Given, at=at, account=self.account, inbound=inbound, message=message)

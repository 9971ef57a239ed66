"""A number that gets no promotional messages: of one account, or of all."""

from typing import Final, Self
from uuid import UUID

from domain.events import Aggregate, aggregate_id
from domain.values import Instant

EVERYBODY: Final = 0
"""Stands for the account where a number is suppressed for all of them."""


def suppression_id(digest: str) -> UUID:
    """Give the id of the suppression of a number: ``digest`` is of account and number, keyed."""
    return aggregate_id("suppression", digest)


class Suppression(Aggregate):
    """One number that asked one account for no more promotions, or that staff suppressed.

    It holds as long as it is not lifted, also once its number is erased: it is found by a digest.
    """

    TOPIC = "Suppression"

    class Event(Aggregate.Event):
        """Base of its events."""

        TOPIC = "Suppression.Event"

    class Suppressed(Event, Aggregate.Created):
        """It begins, by a message that came in (``inbound``) or by a person, who says why.

        ``account`` is 0 where it holds for all; ``content`` seals the number.
        """

        TOPIC = "Suppression.Suppressed"
        number: int
        account: int
        content: str
        inbound: int | None
        actor: str | None
        reason: str | None

    class Renewed(Event):
        """It holds again after it was lifted."""

        TOPIC = "Suppression.Renewed"
        number: int
        content: str
        inbound: int | None
        actor: str | None
        reason: str | None

        def apply(self, suppression: "Suppression") -> None:
            suppression.holds = True

    class Lifted(Event):
        """It holds no more; its number was erased."""

        TOPIC = "Suppression.Lifted"
        number: int
        inbound: int | None
        actor: str | None
        reason: str | None

        def apply(self, suppression: "Suppression") -> None:
            suppression.holds = False

    def __init__(self, number: int, account: int) -> None:
        self.number = number
        self.account = account
        self.holds = True

    @classmethod
    def suppress(
        cls,
        number: int,
        *,
        digest: str,
        account: int,
        content: str,
        inbound: int | None = None,
        actor: str | None = None,
        reason: str | None = None,
        at: Instant,
    ) -> Self:
        """Suppress a number for the first time."""
        return cls._create(
            cls.Suppressed,
            id=suppression_id(digest),
            timestamp=at,
            number=number,
            account=account,
            content=content,
            inbound=inbound,
            actor=actor,
            reason=reason,
        )

    def renew(
        self,
        *,
        content: str,
        inbound: int | None = None,
        actor: str | None = None,
        reason: str | None = None,
        at: Instant,
    ) -> None:
        """Suppress it again."""
        self._record(
            self.Renewed,
            at=at,
            number=self.number,
            content=content,
            inbound=inbound,
            actor=actor,
            reason=reason,
        )

    def lift(
        self,
        *,
        inbound: int | None = None,
        actor: str | None = None,
        reason: str | None = None,
        at: Instant,
    ) -> None:
        """Let promotions reach the number again."""
        self._record(
            self.Lifted,
            at=at,
            number=self.number,
            inbound=inbound,
            actor=actor,
            reason=reason,
        )

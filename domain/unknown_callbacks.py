"""What providers called about in one day that is no payment of ours: so much of it is kept."""

from typing import Final, Self
from uuid import UUID

from domain.events import Aggregate, aggregate_id
from domain.values import Instant

A_DAY_MAX: Final = 1_000
"""Callbacks about no payment of ours that are kept in a day, of all providers together."""


def unknown_callbacks_id(day: int) -> UUID:
    """Give the id of those of a day (``domain.days.day_of``)."""
    return aggregate_id("unknown_callbacks", day)


def unknown_callback_id(number: int) -> UUID:
    """Give the id that a case about one of them is about."""
    return aggregate_id("unknown_callback", number)


class UnknownCallbacks(Aggregate):
    """The callbacks of one day about payments that are not ours."""

    TOPIC = "UnknownCallbacks"

    class Event(Aggregate.Event):
        """Base of its events."""

        TOPIC = "UnknownCallbacks.Event"

    class Opened(Event, Aggregate.Created):
        """The first of a day came."""

        TOPIC = "UnknownCallbacks.Opened"
        day: int

    class Kept(Event):
        """One came, and is kept to be explained.

        ``content`` names the row beside the log that holds what it said; ``digest`` is keyed, and
        known again when the provider says the same once more. ``amount_ngwee`` is what it claims.
        """

        TOPIC = "UnknownCallbacks.Kept"
        number: int
        provider_account: str
        amount_ngwee: int | None
        digest: str
        content: str

        def apply(self, callbacks: "UnknownCallbacks") -> None:
            callbacks.digests = [*callbacks.digests, self.digest]

    def __init__(self, day: int) -> None:
        self.day = day
        self.digests: list[str] = []

    @classmethod
    def open(cls, day: int, *, at: Instant) -> Self:
        """Begin a day."""
        return cls._create(cls.Opened, id=unknown_callbacks_id(day), timestamp=at, day=day)

    def keep(
        self,
        number: int,
        *,
        provider_account: str,
        amount_ngwee: int | None,
        digest: str,
        content: str,
        at: Instant,
    ) -> bool:
        """Keep one; False when the same came before, or the day has enough."""
        if digest in self.digests or len(self.digests) >= A_DAY_MAX:
            return False
        self._record(
            self.Kept,
            at=at,
            number=number,
            provider_account=provider_account,
            amount_ngwee=amount_ngwee,
            digest=digest,
            content=content,
        )
        return True

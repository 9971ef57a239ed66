"""Up to when the books of one of our wallets are closed: no day before that moves any more."""

from typing import Self
from uuid import UUID

from domain.errors import TooLate
from domain.events import Aggregate, aggregate_id
from domain.sheet import bounds_of
from domain.values import Instant


def closing_id(provider_account: str) -> UUID:
    """Give the id of a wallet's closing."""
    return aggregate_id("closing", provider_account)


class Closing(Aggregate):
    """How far the books of one wallet are closed."""

    TOPIC = "Closing"

    class Event(Aggregate.Event):
        """Base of a closing's events."""

        TOPIC = "Closing.Event"

    class Opened(Event, Aggregate.Created):
        """The first period of ``provider_account`` is being locked."""

        TOPIC = "Closing.Opened"
        provider_account: str

    class Moved(Event):
        """Period ``period`` was locked, or reopened: all before ``until`` is closed."""

        TOPIC = "Closing.Moved"
        provider_account: str
        period: str
        until: int

        def apply(self, closing: "Closing") -> None:
            closing.until = self.until
            closing.period = self.period

    def __init__(self, provider_account: str) -> None:
        self.provider_account = provider_account
        self.until = 0
        self.period = ""

    @classmethod
    def open(cls, provider_account: str, *, at: Instant) -> Self:
        """Begin to close a wallet's books."""
        return cls._create(
            cls.Opened,
            id=closing_id(provider_account),
            timestamp=at,
            provider_account=provider_account,
        )

    def is_closed(self, at: Instant) -> bool:
        """Whether a moment is in a period that is locked, or before one."""
        return at < self.until

    def lock(self, period: str, *, at: Instant) -> None:
        """Close all up to the end of a period; where more is closed, it stays so."""
        self._move(period, max(self.until, bounds_of(period)[1]), at)

    def reopen(self, period: str, *, at: Instant) -> None:
        """Open a period again, with all that comes after it.

        Raises:
            TooLate: a later one is locked: its sheet stands on this one.
        """
        begin, end = bounds_of(period)
        if end < self.until:
            msg = f"{self.period} of {self.provider_account} is locked: have that reopened first."
            raise TooLate(msg)
        self._move(period, min(self.until, begin), at)

    def _move(self, period: str, until: int, at: Instant) -> None:
        if until != self.until:
            self._record(
                self.Moved,
                at=at,
                provider_account=self.provider_account,
                period=period,
                until=until,
            )

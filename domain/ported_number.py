"""A number that another network carries than its prefix says: it was ported there."""

from typing import Self
from uuid import UUID

from domain.errors import NotFound
from domain.events import Aggregate, aggregate_id
from domain.values import Instant, Network


def ported_number_id(digest: str) -> UUID:
    """Give the id of what is known of a number: ``digest`` is of the number, keyed."""
    return aggregate_id("ported_number", digest)


class PortedNumber(Aggregate):
    """One number that staff recorded as ported; found by its digest, also once it is erased."""

    TOPIC = "PortedNumber"

    class Event(Aggregate.Event):
        """Base of its events."""

        TOPIC = "PortedNumber.Event"

    class Overridden(Event, Aggregate.Created):
        """``network`` carries it from now on, whatever its prefix; ``content`` seals the number."""

        TOPIC = "PortedNumber.Overridden"
        number: int
        network: str
        content: str
        actor: str
        reason: str

    class Changed(Event):
        """Another network carries it, or one again after it was lifted."""

        TOPIC = "PortedNumber.Changed"
        number: int
        network: str
        content: str
        actor: str
        reason: str

        def apply(self, ported: "PortedNumber") -> None:
            ported.network = self.network

    class Lifted(Event):
        """Its prefix says again who carries it; the number was erased."""

        TOPIC = "PortedNumber.Lifted"
        number: int
        actor: str
        reason: str

        def apply(self, ported: "PortedNumber") -> None:
            ported.network = None

    def __init__(self, number: int, network: str) -> None:
        self.number = number
        self.network: str | None = network

    @classmethod
    def override(
        cls, number: int, network: Network, *, digest: str, at: Instant, **by: str
    ) -> Self:
        """Record a number for the first time; ``by`` are content, actor and reason."""
        return cls._create(
            cls.Overridden,
            id=ported_number_id(digest),
            timestamp=at,
            number=number,
            network=network.value,
            **by,
        )

    def change(self, network: Network, *, at: Instant, **by: str) -> None:
        """Record another network; ``by`` are content, actor and reason."""
        self._record(self.Changed, at=at, number=self.number, network=network.value, **by)

    def lift(self, *, actor: str, reason: str, at: Instant) -> None:
        """Let the prefix say it again.

        Raises:
            NotFound: it does.
        """
        if self.network is None:
            msg = "This number is not recorded as ported."
            raise NotFound(msg)
        self._record(self.Lifted, at=at, number=self.number, actor=actor, reason=reason)

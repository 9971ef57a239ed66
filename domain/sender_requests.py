"""Which sender IDs an account has asked for that staff have not decided, so that they are few."""

from typing import Self
from uuid import UUID

from domain.errors import TooLate
from domain.events import Aggregate, aggregate_id
from domain.sender_id_rules import PENDING_SENDER_IDS_MAX
from domain.values import Instant


def sender_requests_id(account: int) -> UUID:
    """Give the id of what an account waits for."""
    return aggregate_id("sender_requests", account)


class SenderRequests(Aggregate):
    """One account's requests that wait for staff: its share of their attention."""

    TOPIC = "SenderRequests"

    class Event(Aggregate.Event):
        """Base of the events of an account's requests."""

        TOPIC = "SenderRequests.Event"

    class Opened(Event, Aggregate.Created):
        """The account asks for the first time."""

        TOPIC = "SenderRequests.Opened"
        account: int

    class Added(Event):
        """A request began to wait."""

        TOPIC = "SenderRequests.Added"
        account: int
        sender_id: int

        def apply(self, requests: "SenderRequests") -> None:
            requests.waiting = [*requests.waiting, self.sender_id]

    class Settled(Event):
        """A request was decided."""

        TOPIC = "SenderRequests.Settled"
        account: int
        sender_id: int

        def apply(self, requests: "SenderRequests") -> None:
            requests.waiting = [one for one in requests.waiting if one != self.sender_id]

    def __init__(self, account: int) -> None:
        self.account = account
        self.waiting: list[int] = []

    @classmethod
    def open(cls, account: int, *, at: Instant) -> Self:
        """Begin to count an account's requests."""
        return cls._create(
            cls.Opened, id=sender_requests_id(account), timestamp=at, account=account
        )

    def add(self, sender_id: int, *, at: Instant) -> None:
        """Let a request wait.

        Raises:
            TooLate: as many wait as may.
        """
        if len(self.waiting) >= PENDING_SENDER_IDS_MAX:
            msg = (
                f"{PENDING_SENDER_IDS_MAX} Sender IDs of this account wait for a decision: "
                "no more can be asked for until some are decided."
            )
            raise TooLate(msg)
        self._record(self.Added, at=at, account=self.account, sender_id=sender_id)

    def settle(self, sender_id: int, *, at: Instant) -> None:
        """Note that a request was decided; one that does not wait changes nothing."""
        if sender_id in self.waiting:
            self._record(self.Settled, at=at, account=self.account, sender_id=sender_id)

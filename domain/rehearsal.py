"""A message of test mode: it looks like one to whoever sent it, and moves no credit and no SIM."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Final, Self, cast
from uuid import UUID

from domain.causes import OwnCause
from domain.errors import TooLate
from domain.events import Aggregate, aggregate_id
from domain.fates import Fate
from domain.message_states import OPEN, Extent, State
from domain.values import SECOND, Instant

SENT_AFTER_S: Final = 1
"""How long a test message is queued, from its acceptance or its send time."""
BACK_AFTER_S: Final = 30
"""The same where it was answered as if its network were offline."""
DOUBTED_S: Final = 30
"""How long nobody knows what became of one that ends in doubt."""
UNREACHABLE: Final = "CMS_1"
"""Why one fails: an unassigned number, which a network refuses for good."""

_WAITS_S: Final[Mapping[Fate, int]] = MappingProxyType({Fate.OFFLINE: BACK_AFTER_S})


def rehearsal_id(number: int) -> UUID:
    """Give the id of test message number ``number``; it shares its numbers with messages."""
    return aggregate_id("rehearsal", number)


def due_from(fate: Fate, leaves_at: Instant) -> Instant:
    """Give when its fate is decided, of what may leave from ``leaves_at`` on."""
    return Instant(leaves_at + _WAITS_S.get(fate, SENT_AFTER_S) * SECOND)


class Rehearsal(Aggregate):
    """One test message to one recipient."""

    TOPIC = "Rehearsal"

    class Event(Aggregate.Event):
        """Base of a test message's events."""

        TOPIC = "Rehearsal.Event"

    @dataclass(frozen=True)
    class Accepted(Event, Aggregate.Created):
        """Accepted and not charged; ``fate`` is what becomes of it, from ``due_at`` on.

        The others are as in ``Message.Queued``: ``credits`` is what it would have cost.
        Version 1 had no ``request_id``.
        """

        class_version: ClassVar[int] = 2

        TOPIC = "Rehearsal.Accepted"
        number: int
        account: int
        content: str
        network: str
        plan: str
        tariff: str
        encoding: str
        segments: int
        credits: int
        lane: str
        send_at: int | None
        expires_at: int
        batch: int | None
        submission: str | None
        offline: bool
        category: str
        client_reference: str | None
        request_id: str | None
        fate: str
        due_at: int

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state["request_id"] = None

    class Sent(Event):
        """It counts as sent."""

        TOPIC = "Rehearsal.Sent"
        number: int
        account: int
        network: str
        credits: int

        def apply(self, rehearsal: "Rehearsal") -> None:
            rehearsal.state = State.SENT

    class Delivered(Event):
        """It counts as delivered."""

        TOPIC = "Rehearsal.Delivered"
        number: int
        account: int

        def apply(self, rehearsal: "Rehearsal") -> None:
            rehearsal.state = State.DELIVERED

    class InDoubt(Event):
        """It counts as in doubt until ``due_at``."""

        TOPIC = "Rehearsal.InDoubt"
        number: int
        due_at: int

        def apply(self, rehearsal: "Rehearsal") -> None:
            rehearsal.state, rehearsal.due_at = State.IN_DOUBT, self.due_at

    class Failed(Event):
        """It counts as failed, for a cause of real messages."""

        TOPIC = "Rehearsal.Failed"
        number: int
        account: int
        network: str
        credits: int
        cause: str

        def apply(self, rehearsal: "Rehearsal") -> None:
            rehearsal.state = State.FAILED

    class Cancelled(Event):
        """Its account took it back while it waited."""

        TOPIC = "Rehearsal.Cancelled"
        number: int
        account: int
        network: str
        credits: int
        actor: str

        def apply(self, rehearsal: "Rehearsal") -> None:
            rehearsal.state = State.CANCELLED

    class ContentErased(Event):
        """Content was erased beside the log; the fields are as in ``Message.ContentErased``."""

        TOPIC = "Rehearsal.ContentErased"
        number: int
        what: str
        actor: str
        reason: str | None

        def apply(self, rehearsal: "Rehearsal") -> None:
            rehearsal.erased = self.what

    def __init__(
        self,
        number: int,
        account: int,
        network: str,
        credits: int,
        offline: bool,  # noqa: FBT001 - the library passes the event's fields by name
        fate: str,
        due_at: int,
    ) -> None:
        self.number = number
        self.account = account
        self.network = network
        self.credits = credits
        self.offline = offline
        self.fate = fate
        self.due_at = due_at
        self.state = State.QUEUED
        self.erased: str | None = None

    @classmethod
    def accepted(cls, number: int, *, at: Instant, **fields: Any) -> Accepted:
        """Build the first event alone; the fields are the event's."""
        return cls.Accepted(
            originator_id=rehearsal_id(number),
            originator_version=1,
            timestamp=at,  # type: ignore[arg-type]  # instants are integers, see domain.events
            originator_topic=cls.TOPIC,
            number=number,
            **fields,
        )

    @classmethod
    def accept(cls, number: int, *, at: Instant, **fields: Any) -> Self:
        """Make the aggregate with its first event, for callers that go on with it."""
        event = cls.accepted(number, at=at, **fields)
        rehearsal = cast("Self", event.mutate(None))
        rehearsal.pending_events.append(event)
        return rehearsal

    @property
    def is_open(self) -> bool:
        """Whether more is to become of it."""
        return self.state in OPEN

    def proceed(self, *, at: Instant) -> None:
        """Let become of it what its fate is; one in doubt fails.

        Raises:
            TooLate: it ended, or its time has not come.
        """
        if not self.is_open or at < self.due_at:
            msg = f"test message {self.number} has ended, or its time has not come"
            raise TooLate(msg)
        if self.state == State.IN_DOUBT:
            self._end(self.Failed, at=at, cause=str(OwnCause.UNCONFIRMED))
        elif self.fate == Fate.FAILED:
            self._end(self.Failed, at=at, cause=UNREACHABLE)
        elif self.fate == Fate.IN_DOUBT:
            until = at + DOUBTED_S * SECOND
            self._record(self.InDoubt, at=at, number=self.number, due_at=until)
        else:
            self._end(self.Sent, at=at)
            if self.fate == Fate.DELIVERED:
                self._record(self.Delivered, at=at, number=self.number, account=self.account)

    def cancel(self, *, actor: str, at: Instant) -> None:
        """Take it back.

        Raises:
            TooLate: it does not wait any more.
        """
        if self.state != State.QUEUED:
            msg = f"test message {self.number} is {self.state.replace('_', ' ')}"
            raise TooLate(msg)
        self._end(self.Cancelled, at=at, actor=actor)

    def has_left(self, what: Extent) -> bool:
        """Whether anything of this extent is left to be erased."""
        return self.erased is None or (self.erased, what) == (Extent.TEXT, Extent.ALL)

    def erase_content(self, what: Extent, *, actor: str, reason: str | None, at: Instant) -> None:
        """Note that its text, or recipient and text, were erased; again changes nothing.

        Raises:
            TooLate: it is still open.
        """
        if self.is_open:
            msg = f"test message {self.number} is {self.state.replace('_', ' ')}"
            raise TooLate(msg)
        if self.has_left(what):
            by = {"what": what.value, "actor": actor, "reason": reason}
            self._record(self.ContentErased, at=at, number=self.number, **by)

    def _end(self, event: type[Event], *, at: Instant, **fields: object) -> None:
        whose = {"number": self.number, "account": self.account, "network": self.network}
        self._record(event, at=at, credits=self.credits, **whose, **fields)

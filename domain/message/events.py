"""What can happen to a message; the aggregate nests these events under its own name."""

from dataclasses import dataclass
from typing import Any, ClassVar

from domain.causes import OwnCause
from domain.events import Aggregate
from domain.message_states import Progress, State
from domain.tariff import FIRST_TARIFF
from domain.values import Category


class Event(Aggregate.Event):
    """Base of a message's events."""

    TOPIC = "Message.Event"


@dataclass(frozen=True)
class Queued(Event, Aggregate.Created):
    """Accepted and charged: ``credits`` are reserved for it.

    ``content`` is HMAC(salt, recipient, sender, text) of the row beside the log;
    ``expires_at`` and ``send_at`` are instants; ``offline`` says that no SIM of the network
    was online (contract decision 8). ``plan`` and ``tariff`` are the versions by which its network
    and its price were found; version 1 had no tariff, since there was one only.
    ``client_reference`` is the seal of the client's own name for it, where there is one; version
    2 had neither that nor a category. ``quiet`` are the hours of its account in which it does not
    leave, None where none hold it; version 3 had none. ``request_id`` is the HTTP request that it
    came by, as the access log has it, and no words of a client; version 4 had none.
    """

    class_version: ClassVar[int] = 5

    TOPIC = "Message.Queued"
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
    quiet: str | None
    request_id: str | None

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        state["tariff"] = FIRST_TARIFF

    @staticmethod
    def upcast_v2_v3(state: dict[str, Any]) -> None:
        state["category"] = Category.TRANSACTIONAL.value
        state["client_reference"] = None

    @staticmethod
    def upcast_v3_v4(state: dict[str, Any]) -> None:
        state["quiet"] = None

    @staticmethod
    def upcast_v4_v5(state: dict[str, Any]) -> None:
        state["request_id"] = None


class AttemptStarted(Event):
    """SIM number ``sim`` has its prompt and takes the message; committed before the PDU."""

    TOPIC = "Message.AttemptStarted"
    number: int
    sim: int
    attempt: int
    fence: int
    concat_ref: int | None

    def apply(self, message: Progress) -> None:
        message.resent = message.resent or message.state == State.IN_DOUBT
        message.state = State.SENDING
        message.sim = self.sim
        message.attempt = self.attempt
        message.fence = self.fence
        message.concat_ref = self.concat_ref
        message.last_attempt_at = self.at
        message.retry_at = None


class SegmentAccepted(Event):
    """The network took segment ``index`` (from 0) by SIM number ``sim``, and more are left.

    ``sim`` is None in logs of before it was recorded.
    """

    TOPIC = "Message.SegmentAccepted"
    number: int
    index: int
    message_reference: int | None
    sim: int | None = None

    def apply(self, message: Progress) -> None:
        message.accepted = self.index + 1
        message.references = [*message.references, self.message_reference]
        message.bound_sim = message.sim
        message.state = State.SENDING if message.state == State.SENDING else State.QUEUED


class Sent(Event):
    """The network took the last segment: the credits are spent.

    ``message_reference`` is None when the evidence does not carry one (an operator's word), ``sim``
    when the log knows of no attempt: it left after a backup from which the log was restored.
    """

    TOPIC = "Message.Sent"
    number: int
    account: int
    network: str
    credits: int
    sim: int | None
    index: int
    message_reference: int | None
    evidence: str

    def apply(self, message: Progress) -> None:
        message.state = State.SENT
        message.accepted = self.index + 1
        message.references = [*message.references, self.message_reference]


class InDoubt(Event):
    """Segment ``index`` was handed over and no clear answer came: sent or not, nobody knows.

    ``cause`` is a code, as in Failed; version 1 had free words, as ``reason``. ``sim`` is the SIM
    to which it was handed, so that a report can be told to be about it; it is None in logs of
    before it was recorded.
    """

    class_version: ClassVar[int] = 3

    TOPIC = "Message.InDoubt"
    number: int
    index: int
    cause: str
    sim: int | None

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        state["cause"] = state.pop("reason")

    @staticmethod
    def upcast_v2_v3(state: dict[str, Any]) -> None:
        state["sim"] = None

    def apply(self, message: Progress) -> None:
        message.state = State.IN_DOUBT


class AttemptFailed(Event):
    """The current segment certainly did not leave; the next try is due at ``retry_at``."""

    TOPIC = "Message.AttemptFailed"
    number: int
    cause: str
    retry_at: int

    def apply(self, message: Progress) -> None:
        message.state = State.QUEUED
        message.retry_at = self.retry_at


class Failed(Event):
    """The end: not sent, refunded. ``cause`` is the code that logs show."""

    TOPIC = "Message.Failed"
    number: int
    account: int
    network: str
    credits: int
    cause: str

    def apply(self, message: Progress) -> None:
        message.state = State.FAILED
        message.cause = self.cause


class Expired(Event):
    """The end: its validity ran out while it waited; refunded."""

    TOPIC = "Message.Expired"
    number: int
    account: int
    network: str
    credits: int

    def apply(self, message: Progress) -> None:
        message.state = State.EXPIRED
        message.cause = str(OwnCause.EXPIRED)


class Cancelled(Event):
    """The end: its account took it back while it waited; refunded."""

    TOPIC = "Message.Cancelled"
    number: int
    account: int
    network: str
    credits: int
    actor: str

    def apply(self, message: Progress) -> None:
        message.state = State.CANCELLED
        message.cause = str(OwnCause.CANCELLED)


class Held(Event):
    """A restore found it open: it may have left since the backup was made.

    ``generation`` is the one that the restore began.
    """

    TOPIC = "Message.Held"
    number: int
    generation: int

    def apply(self, message: Progress) -> None:
        message.was_queued = message.state == State.QUEUED
        message.state = State.HELD


class Released(Event):
    """A person lets it go on after a restore: to ``state``, "queued" or "in_doubt"."""

    TOPIC = "Message.Released"
    number: int
    state: str
    actor: str
    reason: str

    def apply(self, message: Progress) -> None:
        message.state = State(self.state)


class SegmentReported(Event):
    """The handset has segment ``index``; of others nothing final was reported yet."""

    TOPIC = "Message.SegmentReported"
    number: int
    index: int
    tp_status: int

    def apply(self, message: Progress) -> None:
        message.reported = [*message.reported, self.index]


class Delivered(Event):
    """The handset has all of it (23.040 TP-ST 0..31); the status is that of the last report.

    ``account`` is None in logs of before it was recorded.
    """

    TOPIC = "Message.Delivered"
    number: int
    tp_status: int
    account: int | None = None

    def apply(self, message: Progress) -> None:
        message.state = State.DELIVERED


class Undelivered(Event):
    """The network gave up on a segment after it was sent; spent all the same.

    ``account`` is None in logs of before it was recorded.
    """

    TOPIC = "Message.Undelivered"
    number: int
    tp_status: int
    account: int | None = None

    def apply(self, message: Progress) -> None:
        message.state = State.UNDELIVERED


class ReportedLate(Event):
    """Word that it left came after its refund: listed, never charged."""

    TOPIC = "Message.ReportedLate"
    number: int
    evidence: str

    def apply(self, message: Progress) -> None:
        message.late_reports = message.late_reports + 1


class Resolved(Event):
    """An operator settled a doubt, or what was held; ``outcome`` is "sent" or "not_sent"."""

    TOPIC = "Message.Resolved"
    number: int
    outcome: str
    actor: str
    reason: str


class ContentErased(Event):
    """Content was erased beside the log; ledger and proofs stay whole.

    ``what`` is "text", or "all" when the recipient's number went too; ``reason`` names a content
    when somebody asked for it, and is None when its time was over.
    """

    TOPIC = "Message.ContentErased"
    number: int
    what: str
    actor: str
    reason: str | None

    def apply(self, message: Progress) -> None:
        message.erased = self.what

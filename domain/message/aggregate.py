"""The Message aggregate: public methods decide, its events apply."""

from typing import Any, Self, cast
from uuid import UUID

from domain.causes import Cause, OwnCause
from domain.errors import TooLate
from domain.events import Aggregate, aggregate_id
from domain.message import events, retimed
from domain.message.doubt import given_up_at
from domain.message.redating import Counted, dated_anew
from domain.message.waiting import Waits, put_off
from domain.message_states import MAY_FOLLOW, Extent, State
from domain.values import Instant


def message_id(number: int) -> UUID:
    """Give the id of message number ``number``."""
    return aggregate_id("message", number)


class Message(Waits, Aggregate):
    """One message to one recipient; its segments leave in order, by one SIM."""

    TOPIC = "Message"

    Event = events.Event
    Queued = events.Queued
    AttemptStarted = events.AttemptStarted
    SegmentAccepted = events.SegmentAccepted
    Sent = events.Sent
    InDoubt = events.InDoubt
    AttemptFailed = events.AttemptFailed
    Failed = events.Failed
    Expired = events.Expired
    Cancelled = events.Cancelled
    Held = events.Held
    Released = events.Released
    Redated = retimed.Redated
    Postponed = retimed.Postponed
    SegmentReported = events.SegmentReported
    Delivered = events.Delivered
    Undelivered = events.Undelivered
    ReportedLate = events.ReportedLate
    Resolved = events.Resolved
    ContentErased = events.ContentErased

    def __init__(
        self,
        number: int,
        account: int,
        content: str,
        network: str,
        segments: int,
        credits: int,
        lane: str,
        expires_at: int,
        send_at: int | None,
        quiet: str | None,
        batch: int | None,
        request_id: str | None,
        offline: bool,  # noqa: FBT001 - the library passes the event's fields by name
    ) -> None:
        self.number = number
        self.account = account
        self.content = content
        self.network = network
        self.segments = segments
        self.credits = credits
        self.lane = lane
        self.expires_at = expires_at
        self.send_at = send_at
        self.quiet = quiet
        self.offline = offline
        self.batch = batch
        self.request_id = request_id
        self.begin()

    @classmethod
    def queued(cls, number: int, fields: dict[str, Any], *, at: Instant) -> events.Queued:
        """Build the first event alone: the hot path decides nothing about a new message."""
        return cls.Queued(
            originator_id=message_id(number),
            originator_version=1,
            timestamp=at,  # type: ignore[arg-type]  # instants are integers, see domain.events
            originator_topic=cls.TOPIC,
            number=number,
            **fields,
        )

    @classmethod
    def queue(cls, number: int, *, at: Instant, **fields: Any) -> Self:
        """Make the aggregate with its first event, for callers that go on with it."""
        event = cls.queued(number, fields, at=at)
        message = cast("Self", event.mutate(None))
        message.pending_events.append(event)
        return message

    def start_attempt(self, *, sim: int, fence: int, concat_ref: int | None, at: Instant) -> None:
        """Let a SIM take the message; a message in parts keeps its first reference.

        Raises:
            TooLate: another SIM took it, it ended, it is not due, or it belongs to another SIM.
        """
        self._require("AttemptStarted")
        if not self.may_start(sim=sim, at=at):
            msg = f"message {self.number} cannot start on SIM {sim} now"
            raise TooLate(msg)
        kept = self.concat_ref if self.bound_sim is not None else concat_ref
        self._record(
            self.AttemptStarted,
            at=at,
            number=self.number,
            sim=sim,
            attempt=self.attempt + 1,
            fence=fence,
            concat_ref=kept,
        )

    def accept_segment(
        self, index: int, *, message_reference: int | None, evidence: str, at: Instant
    ) -> None:
        """The network took segment ``index``: the last one makes the message Sent.

        Raises:
            TooLate: it is not the segment in flight, or the message ended meanwhile.
        """
        if index != self.accepted:
            msg = f"message {self.number} waits for segment {self.accepted}, not {index}"
            raise TooLate(msg)
        self._accept(index, message_reference=message_reference, evidence=evidence, at=at)

    def accept_whole(self, *, evidence: str, at: Instant) -> None:
        """All that was left of a message has left, by a hand that takes it whole.

        Raises:
            TooLate: it ended meanwhile.
        """
        self._require("Sent")
        for index in range(self.accepted, self.segments):
            self._took(index, message_reference=None, evidence=evidence, at=at)

    def _accept(
        self, index: int, *, message_reference: int | None, evidence: str, at: Instant
    ) -> None:
        self._require("Sent" if index == self.segments - 1 else "SegmentAccepted")
        self._took(index, message_reference=message_reference, evidence=evidence, at=at)

    def _took(
        self, index: int, *, message_reference: int | None, evidence: str, at: Instant
    ) -> None:
        handed_over = {"index": index, "message_reference": message_reference, "sim": self.sim}
        if index != self.segments - 1:
            self._record(self.SegmentAccepted, at=at, number=self.number, **handed_over)
            return
        self._record(
            self.Sent,
            at=at,
            number=self.number,
            account=self.account,
            network=self.network,
            credits=self.credits,
            evidence=evidence,
            **handed_over,
        )

    def doubt(self, *, cause: Cause, at: Instant) -> None:
        """Nobody knows whether the segment in flight left."""
        self._require("InDoubt")
        handed_over = {"index": self.accepted, "sim": self.sim}
        self._record(self.InDoubt, at=at, number=self.number, cause=str(cause), **handed_over)

    def fail_attempt(self, *, cause: Cause, retry_at: Instant, at: Instant) -> None:
        """The segment in flight did not leave; try again from ``retry_at`` on."""
        self._require("AttemptFailed")
        self._record(
            self.AttemptFailed, at=at, number=self.number, cause=str(cause), retry_at=retry_at
        )

    def fail(self, *, cause: Cause, at: Instant) -> None:
        """End it unsent; the caller refunds in the same save.

        Raises:
            TooLate: it ended, or is held: it may have left by an attempt that nobody knows.
        """
        self._require("Failed", unless=State.HELD)
        self._end(self.Failed, at=at, cause=str(cause))

    def expire(self, *, at: Instant) -> None:
        """End it because its validity ran out; the caller refunds in the same save.

        Raises:
            TooLate: it is not waiting, or its validity has not run out.
        """
        self._require("Expired")
        if at < self.expires_at:
            msg = f"message {self.number} is still valid"
            raise TooLate(msg)
        self._end(self.Expired, at=at)

    def cancel(self, *, actor: str, at: Instant) -> None:
        """Take it back while nothing of it has left; the caller refunds in the same save.

        Raises:
            TooLate: it is on its way, partly on the air, or ended.
        """
        self._require("Cancelled")
        if self.accepted:
            msg = f"part of message {self.number} has left already"
            raise TooLate(msg)
        self._end(self.Cancelled, at=at, actor=actor)

    def give_up_doubt(self, *, at: Instant) -> None:
        """End a doubt that nothing settled for 24 h; the caller refunds in the same save.

        Raises:
            TooLate: it is not in doubt, or not for long enough.
        """
        self._require("Resolved", unless=State.HELD)
        if at < given_up_at(Instant(self.last_attempt_at or 0)):
            msg = f"the doubt about message {self.number} may still be settled"
            raise TooLate(msg)
        self._end(self.Failed, at=at, cause=str(OwnCause.UNCONFIRMED))

    def resolve(self, *, sent: bool, actor: str, reason: str, at: Instant) -> None:
        """An operator settles a doubt; when not sent, the caller refunds in the same save.

        Raises:
            TooLate: it is neither in doubt nor held.
        """
        self._require("Resolved")
        was_held = self.state == State.HELD
        self._record(
            self.Resolved,
            at=at,
            number=self.number,
            outcome="sent" if sent else "not_sent",
            actor=actor,
            reason=reason,
        )
        if not sent:
            self._end(self.Failed, at=at, cause=str(OwnCause.NOT_SENT))
            return
        index = self.segments - 1 if was_held else self.accepted  # held: all of it left
        self._accept(index, message_reference=None, evidence="operator", at=at)

    def hold(self, *, generation: int, at: Instant) -> None:
        """Do nothing with it until a person says so: the log was restored from a backup.

        Raises:
            TooLate: it ended, or is held already.
        """
        self._require("Held")
        self._record(self.Held, at=at, number=self.number, generation=generation)

    def release(self, *, actor: str, reason: str, at: Instant) -> None:
        """Let it go on: wait for a SIM if it was waiting, else be in doubt as any lost attempt.

        Raises:
            TooLate: it is not held.
        """
        self._require("Released")
        state = State.QUEUED if self.was_queued else State.IN_DOUBT
        self._record(
            self.Released,
            at=at,
            number=self.number,
            state=state.value,
            actor=actor,
            reason=reason,
        )

    def redate(self, counted: Counted, *, at: Instant) -> None:
        """Let its times count anew: a clock that was wrong has dated it.

        Raises:
            TooLate: it ended, or no clock was wrong.
        """
        self._require("Redated")
        self._record(self.Redated, at=at, number=self.number, **dated_anew(self, at, counted))

    def postpone(self, *, at: Instant) -> None:
        """Let it wait for the end of the quiet hours that have begun.

        Raises:
            TooLate: it is not waiting, or none have.
        """
        self._require("Postponed")
        times = put_off(self, at)
        if times is None:
            msg = f"no quiet hours hold message {self.number}"
            raise TooLate(msg)
        self._record(self.Postponed, at=at, number=self.number, **times)

    def report(self, index: int = 0, *, delivered: bool, tp_status: int, at: Instant) -> None:
        """A final status report came for a segment of a sent message; again changes nothing.

        It is delivered when all segments are; one that is not is enough for undelivered.
        """
        if self.state not in MAY_FOLLOW["Delivered"] or index in self.reported:
            return
        if delivered and len(self.reported) + 1 < self.segments:
            self._record(
                self.SegmentReported, at=at, number=self.number, index=index, tp_status=tp_status
            )
            return
        event = self.Delivered if delivered else self.Undelivered
        self._record(event, at=at, number=self.number, tp_status=tp_status, account=self.account)

    def report_late(self, *, evidence: str, at: Instant) -> None:
        """Word that it left came after its refund."""
        self._require("ReportedLate")
        self._record(self.ReportedLate, at=at, number=self.number, evidence=evidence)

    def has_left(self, what: Extent) -> bool:
        """Whether anything of this extent is left to be erased."""
        return self.erased is None or (self.erased, what) == (Extent.TEXT, Extent.ALL)

    def erase_content(self, what: Extent, *, actor: str, reason: str | None, at: Instant) -> None:
        """Note that its text, or recipient and text, were erased; again changes nothing.

        Raises:
            TooLate: it is still open, and its text still to be sent.
        """
        self._require("ContentErased")
        if self.has_left(what):
            self._record(
                self.ContentErased,
                at=at,
                number=self.number,
                what=what.value,
                actor=actor,
                reason=reason,
            )

    def _end(self, event: type[events.Event], *, at: Instant, **fields: object) -> None:
        self._record(
            event,
            at=at,
            number=self.number,
            account=self.account,
            network=self.network,
            credits=self.credits,
            **fields,
        )

    def _require(self, event: str, *, unless: State | None = None) -> None:
        if self.state not in MAY_FOLLOW[event] or self.state == unless:
            msg = f"message {self.number} is {self.state.replace('_', ' ')}"
            raise TooLate(msg)

"""What phones report of the messages that they were given: to be decided under the lock."""

from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import Final
from uuid import UUID

from application.books.books import Books
from application.books.commands import Command
from application.messages.settling import fail_attempt, record_with_refund, refuse
from domain.causes import Cause, ErrorCode, ErrorTable, OwnCause, RejectionClass, meaning_of
from domain.causes.android import number_of
from domain.message import REFUNDED, Message, State, message_id
from domain.phone_report import Proves, Snapshot
from domain.reports import Rejected
from domain.values import Instant

BY_PHONE: Final = "phone"
"""The evidence of a message that its phone says has left."""
_UNDER_WAY: Final = frozenset({State.SENDING, State.IN_DOUBT})


class Heard(StrEnum):
    """Where the attempt stands after a report."""

    WAITS = "waits"
    HANDED_OVER = "handed over"
    SETTLED = "settled"
    UNKNOWN = "unknown"
    """The phone knows nothing of it: it was never given it, or has forgotten it."""
    OLD = "old"
    """The report is of an attempt that is over, or not of this phone."""


def failure_of(snapshot: Snapshot) -> Rejected:
    """Say what a failure is of."""
    words = snapshot.error or "it failed"
    if snapshot.proves is Proves.REFUSED:
        return Rejected(OwnCause.PHONE_REFUSED, RejectionClass.MODEM_OR_SIM, words)
    code = ErrorCode(ErrorTable.ANDROID, number_of(words))
    return Rejected(code, meaning_of(code).rejection or RejectionClass.TRANSIENT, str(code))


class RecordPhoneReport(Command[Heard]):
    """A phone says all that it knows of one attempt; again, or late, changes nothing."""

    def __init__(
        self,
        number: int,
        attempt: int,
        snapshot: Snapshot,
        *,
        sims: Collection[int],
        at: Instant,
    ) -> None:
        """``sims`` are those that the phone has, or had."""
        self.at = at
        self._number = number
        self._attempt = attempt
        self._snapshot = snapshot
        self._sims = sims

    def touches(self) -> Iterable[UUID]:
        """The message; its wallet is loaded when there is something to refund."""
        yield message_id(self._number)

    def decide(self, books: Books) -> Heard:
        """Settle what it proves."""
        message = books.find(Message, message_id(self._number))
        if message is None or message.attempt != self._attempt or message.sim not in self._sims:
            return Heard.OLD
        proves = self._snapshot.proves
        match proves:
            case Proves.UNKNOWN | Proves.NOTHING | Proves.HANDED_OVER:
                return self._still_open(message)
            case Proves.LEFT | Proves.DELIVERED | Proves.UNDELIVERED:
                self._has_left(message, proves)
            case Proves.NOT_SENT | Proves.REFUSED | Proves.FAILED if message.state in _UNDER_WAY:
                self._has_not_left(message, proves)
        record_with_refund(books, message, at=self.at)
        return Heard.SETTLED

    def _still_open(self, message: Message) -> Heard:
        if message.state not in _UNDER_WAY:
            return Heard.SETTLED
        match self._snapshot.proves:
            case Proves.UNKNOWN:
                return Heard.UNKNOWN
            case Proves.NOTHING:
                return Heard.WAITS
            case _:
                return Heard.HANDED_OVER

    def _has_left(self, message: Message, proves: Proves) -> None:
        if message.state in REFUNDED:
            if not message.late_reports:
                message.report_late(evidence=BY_PHONE, at=self.at)
            return
        if message.state in _UNDER_WAY:
            message.accept_whole(evidence=BY_PHONE, at=self.at)
        if proves is Proves.LEFT:
            return
        delivered = proves is Proves.DELIVERED
        for index in range(message.segments if delivered else 1):
            message.report(
                index, delivered=delivered, tp_status=self._snapshot.tp_status, at=self.at
            )

    def _has_not_left(self, message: Message, proves: Proves) -> None:
        if proves is Proves.NOT_SENT:
            fail_attempt(message, cause=OwnCause.GIVEN_BACK, pause_s=0, at=self.at)
            return
        failure = failure_of(self._snapshot)
        doubt = self._why_in_doubt(message, proves, failure.cause)
        if doubt is None:
            refuse(message, failure, at=self.at)
        elif message.state is State.SENDING:
            message.doubt(cause=doubt, at=self.at)

    def _why_in_doubt(self, message: Message, proves: Proves, cause: Cause) -> Cause | None:
        """Say why it may have left all the same; None: it has not."""
        if proves is Proves.REFUSED:
            return None
        if message.segments > 1:
            return OwnCause.PHONE_FAILED
        in_doubt_after_s = meaning_of(cause).in_doubt_after_s
        if in_doubt_after_s is None:
            return None
        after_s = self._snapshot.after_s
        return cause if after_s is None or after_s >= in_doubt_after_s else None


class DoubtOffer(Command[bool]):
    """A phone was asked, and does not say what became of an attempt; False when it is settled."""

    def __init__(
        self, number: int, attempt: int, *, sim: int, cause: OwnCause, at: Instant
    ) -> None:
        self.at = at
        self._number = number
        self._attempt = attempt
        self._sim = sim
        self._cause = cause

    def touches(self) -> Iterable[UUID]:
        """The message."""
        yield message_id(self._number)

    def decide(self, books: Books) -> bool:
        """Put it in doubt."""
        message = books.get(Message, message_id(self._number))
        is_same = message.sim == self._sim and message.attempt == self._attempt
        if not is_same or message.state is not State.SENDING:
            return False
        message.doubt(cause=self._cause, at=self.at)
        books.record(message)
        return True

"""Histories of money with messages that come to every end, beside those that are only sent."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from domain.causes import OwnCause
from domain.events import Aggregate, Event
from domain.fates import Fate
from domain.message import Extent, Message
from domain.message.events import Queued
from domain.rehearsal import DOUBTED_S, Rehearsal, due_from
from domain.submission import Submission
from domain.values import SECOND, Credits, Instant
from tests.projections.history import message, start
from tests.support.money_history import ACCOUNTS, STAFF, MoneyHistory
from tests.support.outcomes import cms

BRIEF_S: Final = 300
"""How long a message is valid that is sent here."""
NEWEST: Final = 12
"""Out of so many things something happens to one."""
FATES: Final = tuple(fate for fate in Fate if fate is not Fate.UNPAID)
SAID_OF_BOTH: Final = frozenset(Rehearsal.Accepted.__annotations__) & {*Queued.__annotations__} - {
    "class_version"
}
KEPT: Final = 100
"""So many messages, and payments, are thought of; the rest stay as they are."""


class MessageHistory(MoneyHistory):
    """What may happen to messages; costs no more a step when it is long."""

    def __init__(self, save: Callable[[Sequence[Event]], None]) -> None:
        self.ended: list[Message] = []
        self.submissions: list[Submission] = []
        super().__init__(save)

    def save(self, *aggregates: Aggregate) -> None:
        super().save(*aggregates)
        over = [one for one in self.messages if not one.is_open]
        self.ended = [*self.ended, *over][-NEWEST:]
        self.messages = [one for one in self.messages if one.is_open][-KEPT:]
        if len(self.payments) > 2 * KEPT:
            self._leave_the_old()

    def _leave_the_old(self) -> None:
        """Let nothing more happen to what is over, so that a long history costs no more a step."""
        self.payments = self.payments[-KEPT:]
        paid = {payment.receipt for payment in self.payments}
        read_again = {line.name for line in self.moved[self.imported - NEWEST :]}
        self.receipts = {
            name: one
            for name, one in self.receipts.items()
            if not one.is_posted or name in read_again or str(one.id) in paid
        }

    # -- messages ------------------------------------------------------------------------------

    def _send_briefly(self, which: int, how: int) -> None:
        """A batch, under a key, some of it later."""
        wallet, count = self.wallets[which % ACCOUNTS], 1 + how % 3
        first = self._number()
        self.numbers += count - 1
        batch = first if count > 1 else None
        wallet.reserve(Credits(count), first_number=first, count=count, batch=batch, at=self.now)
        until = Instant(self.now + BRIEF_S * SECOND)
        send_at = Instant(self.now + 60 * SECOND) if how % 5 == 0 else None
        sent = [
            message(
                number,
                wallet.account,
                when=self.seconds,
                lane=("otp", "normal", "bulk")[how % 3],
                batch=batch,
                expires_at=until,
                send_at=send_at,
            )
            for number in range(first, first + count)
        ]
        kept: dict[str, Any] = {
            "fingerprint": "f",
            "first_number": first,
            "count": count,
            "answer": "a",
            "at": self.now,
        }
        earlier = [one for one in self.submissions if one.account == wallet.account]
        if how % 4 == 0 and earlier:
            submission = earlier[-1]
            submission.renew(**kept)
        else:
            submission = Submission.accept(f"k{first}", account=wallet.account, **kept)
        self.save(wallet, *sent, submission)
        self.submissions = [*self.submissions, submission][-NEWEST:]
        self.messages.extend(sent)

    def _open(self, which: int, *states: str) -> Message:
        newest = [one for one in self.messages if one.is_open and one.state in states]
        found: Message = self._pick(newest[-NEWEST:], which)
        return found

    def _deliver(self, which: int, how: int) -> None:
        sent = self._open(which, "queued")
        start(sent, when=self.seconds)
        if how % 4 == 0:
            retry_at = Instant(self.now + SECOND)
            sent.fail_attempt(cause=cms(42), retry_at=retry_at, at=self.now)
        else:
            for index in range(sent.accepted, sent.segments):
                sent.accept_segment(index, message_reference=1, evidence="cmgs", at=self.now)
        self.save(sent)

    def _end(self, which: int, how: int) -> None:
        """Without being sent: everything is paid back in the same save."""
        sent = self._open(which, "queued")
        if how % 2:
            sent.cancel(actor=f"account:{sent.account}", at=self.now)
        else:
            self.seconds += 2 * BRIEF_S
            sent.expire(at=self.now)
        self._pay_back(sent)

    def _pay_back(self, sent: Message) -> None:
        wallet = self.wallets[sent.account - 1]
        if not sent.is_open and sent.state != "sent":
            cause = sent.cause or ""
            wallet.refund(Credits(sent.credits), number=sent.number, cause=cause, at=self.now)
        self.save(sent, wallet)

    def _doubt(self, which: int, how: int) -> None:
        sent = self._open(which, "queued")
        if how % 3 == 0:
            sent.hold(generation=2, at=self.now)
            self.save(sent)
            self.seconds += 1
            sent.release(**STAFF, at=self.now)
            self.save(sent)
            return
        start(sent, when=self.seconds)
        sent.doubt(cause=OwnCause.NO_ANSWER, at=self.now)
        self.save(sent)
        if how % 7 == 0:
            counted = self.now + SECOND
            sent.redate(lambda _: Instant(counted), at=self.now)
            self.save(sent)
        self.seconds += 1
        sent.resolve(sent=how % 2 == 0, **STAFF, at=self.now)
        self._pay_back(sent)

    def _report(self, which: int, how: int) -> None:
        over: Message = self._pick(self.ended, which)
        if over.state == "sent":
            over.report((over.reported and 1) or 0, delivered=how % 3 > 0, tp_status=0, at=self.now)
        elif how % 2 and over.state == "failed":
            over.report_late(evidence="report", at=self.now)
        else:
            extent = Extent.TEXT if how % 4 else Extent.ALL
            over.erase_content(extent, actor="retention", reason=None, at=self.now)
        self.save(over)

    # -- of test keys --------------------------------------------------------------------------

    def _rehearse(self, which: int, how: int) -> None:
        """A test message: waiting, taken back, or to its end and perhaps erased."""
        asked = message(self._number(), 1 + which % ACCOUNTS, when=self.seconds)
        (queued,) = asked.collect_events()
        said = {name: getattr(queued, name) for name in SAID_OF_BOTH}
        fate = FATES[how % len(FATES)]
        due_at = due_from(fate, self.now)
        test = Rehearsal.accept(at=self.now, fate=str(fate), due_at=due_at, **said)
        self.save(test)
        if how % 7 == 0:
            test.cancel(actor=f"account:{test.account}", at=self.now)
        while test.is_open and how % 4:
            self.seconds += DOUBTED_S
            test.proceed(at=self.now)
        if how % 3 == 0 and not test.is_open:
            test.erase_content(Extent.ALL, actor="system", reason=None, at=self.now)
        self.save(test)

    def _choose_low(self, which: int, how: int) -> None:
        wallet = self.wallets[which % ACCOUNTS]
        few = max(0, wallet.available - how % 3) or None  # soon there are fewer
        wallet.choose_low_balance(few, actor="account:1", at=self.now)
        self.save(wallet)

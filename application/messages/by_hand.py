"""What people do to messages: take one back, say what became of a doubt, let held ones go on."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from uuid import UUID

from application.books.actors import Actor, permit_on
from application.books.books import Books
from application.books.commands import Command
from application.books.reasons import WithReason
from application.messages.settling import record_with_refund
from domain.errors import NotFound, TooLate
from domain.message import Message, State, message_id
from domain.roles import Duty
from domain.values import Instant
from domain.wallet import wallet_id


class CancelMessage(Command[None]):
    """Take a waiting message back; refunded."""

    def __init__(self, number: int, *, account: int | None, actor: Actor, at: Instant) -> None:
        """``account`` is whose it must be; None when staff take it back."""
        self.at = at
        self._number = number
        self._account = account
        self._actor = actor

    def touches(self) -> Iterable[UUID]:
        """The message."""
        yield message_id(self._number)

    def decide(self, books: Books) -> None:
        """Cancel it.

        Raises:
            NotFound: no such message of this account.
            TooLate: it left the queue.
        """
        message = books.get(Message, message_id(self._number))
        if self._account is None:
            permit_on(books, self._actor, Duty.SETTLE_MESSAGES, account=message.account)
        elif message.account != self._account:
            msg = "No such message."
            raise NotFound(msg)
        message.cancel(actor=self._actor.name, at=self.at)
        record_with_refund(books, message, at=self.at)


class CancelMessages(Command[int]):
    """Take back those of an account's messages that still wait; each is refunded."""

    def __init__(self, numbers: Sequence[int], *, account: int, actor: Actor, at: Instant) -> None:
        self.at = at
        self.weight = len(numbers)
        self._numbers = numbers
        self._account = account
        self._actor = actor

    def touches(self) -> Iterable[UUID]:
        """The messages, and the wallet that is refunded."""
        yield from map(message_id, self._numbers)
        yield wallet_id(self._account)

    def decide(self, books: Books) -> int:
        """Cancel them; what has left, or ended, stays as it is. Give how many were.

        Raises:
            NotFound: one is not of this account.
        """
        messages = [books.get(Message, message_id(number)) for number in self._numbers]
        if any(message.account != self._account for message in messages):
            msg = "No such message."
            raise NotFound(msg)
        cancelled = 0
        for message in messages:
            with suppress(TooLate):
                message.cancel(actor=self._actor.name, at=self.at)
                record_with_refund(books, message, at=self.at)
                cancelled += 1
        return cancelled


class ResolveDoubt(WithReason[None]):
    """An operator says what became of a message in doubt, or of one that is held."""

    def __init__(self, number: int, *, sent: bool, actor: Actor, reason: str, at: Instant) -> None:
        super().__init__(actor=actor, reason=reason, at=at)
        self._number = number
        self._sent = sent

    def touches(self) -> Iterable[UUID]:
        """The message."""
        yield message_id(self._number)

    def decide(self, books: Books) -> None:
        """Settle it; not sent is refunded.

        Raises:
            NotFound: no such message.
            NotPermitted: the actor may not.
            TooLate: it is neither in doubt nor held.
        """
        message = books.get(Message, message_id(self._number))
        permit_on(books, self._actor, Duty.SETTLE_MESSAGES, account=message.account)
        message.resolve(
            sent=self._sent,
            actor=self._actor.name,
            reason=self._reason_reference(),
            at=self.at,
        )
        self._keep_reason(books)
        record_with_refund(books, message, at=self.at)


class ReleaseMessages(WithReason[int]):
    """An operator lets held messages go on; those that are not held any more are passed over."""

    def __init__(self, numbers: Sequence[int], *, actor: Actor, reason: str, at: Instant) -> None:
        super().__init__(actor=actor, reason=reason, at=at)
        self.weight = len(numbers)
        self._numbers = numbers

    def touches(self) -> Iterable[UUID]:
        """The messages."""
        return map(message_id, self._numbers)

    def decide(self, books: Books) -> int:
        """Release them; give how many were.

        Raises:
            NotFound: no such message.
            NotPermitted: the actor may not.
        """
        messages = [books.get(Message, message_id(number)) for number in self._numbers]
        held = [message for message in messages if message.state == State.HELD]
        for message in held:
            permit_on(books, self._actor, Duty.SETTLE_MESSAGES, account=message.account)
        for message in held:
            message.release(actor=self._actor.name, reason=self._reason_reference(), at=self.at)
            books.record(message)
        if held:
            self._keep_reason(books)
        return len(held)

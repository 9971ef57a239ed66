"""Seeing what is masked: one message's recipient and text, with a reason, on record."""

from collections.abc import Iterable
from uuid import UUID

from application.books.actors import Actor, permit, permit_on
from application.books.books import Books
from application.books.commands import Preparing
from application.books.contents import MessageContent, read_message
from application.books.reasons import WithReason
from domain.auditor_read import INBOUND, MESSAGE, AuditorRead
from domain.errors import NotFound
from domain.message import Message, message_id
from domain.roles import Duty
from domain.values import Instant


class RevealMessage(WithReason[MessageContent]):
    """Note who looks at a message and why, and give its content."""

    def __init__(self, number: int, *, actor: Actor, reason: str, at: Instant) -> None:
        super().__init__(actor=actor, reason=reason, at=at)
        self._number = number
        self._read = 0

    def prepare(self, tools: Preparing) -> None:
        """Draw the look's number."""
        super().prepare(tools)
        self._read = tools.numbers.take("auditor_read")

    def touches(self) -> Iterable[UUID]:
        """The message."""
        yield message_id(self._number)

    def reads(self) -> Iterable[int]:
        """Its content."""
        yield self._number

    def decide(self, books: Books) -> MessageContent:
        """Record the look.

        Raises:
            NotFound: no such message, or its content was erased.
            NotPermitted: the actor may not.
        """
        message = books.get(Message, message_id(self._number))
        permit_on(books, self._actor, Duty.REVEAL, account=message.account)
        content = read_message(self._number, source=books)
        if content is None:
            msg = "The recipient and the text of this message were erased."
            raise NotFound(msg)
        books.record(
            AuditorRead.record(
                self._read,
                actor=self._actor.name,
                what=MESSAGE,
                subject=self._number,
                account=message.account,
                reason=self._keep_reason(books),
                at=self.at,
            )
        )
        return content


class RevealInbound(WithReason[None]):
    """Note who looks at what came in, whose (None: anybody's) and why; given before it is shown."""

    def __init__(self, account: int | None, *, actor: Actor, reason: str, at: Instant) -> None:
        super().__init__(actor=actor, reason=reason, at=at)
        self._account = account
        self._read = 0

    def prepare(self, tools: Preparing) -> None:
        """Draw the look's number."""
        super().prepare(tools)
        self._read = tools.numbers.take("auditor_read")

    def touches(self) -> Iterable[UUID]:
        """Nothing but who asks."""
        return ()

    def decide(self, books: Books) -> None:
        """Record the look.

        Raises:
            NotPermitted: the actor may not.
        """
        if self._account is None:
            permit(books, self._actor, Duty.REVEAL)
        else:
            permit_on(books, self._actor, Duty.REVEAL, account=self._account)
        books.record(
            AuditorRead.record(
                self._read,
                actor=self._actor.name,
                what=INBOUND,
                subject=self._account,
                account=self._account,
                reason=self._keep_reason(books),
                at=self.at,
            )
        )

"""What a command of a person carries beyond itself: who gave it, and why."""

from typing import TypeVar

from application.books.actors import Actor
from application.books.books import Books
from application.books.commands import Command, Preparing
from application.books.contents import SALT_BYTES, reason_content, reference
from domain.values import Instant

R = TypeVar("R")


class WithReason(Command[R]):
    """A command that a person gives with a typed reason; the reason is a content."""

    def __init__(self, *, actor: Actor, reason: str, at: Instant) -> None:
        self.at = at
        self._actor = actor
        self._reason = reason
        self._reason_number = 0
        self._salt = b""

    def prepare(self, tools: Preparing) -> None:
        """Draw the reason's number and salt."""
        self._reason_number = tools.numbers.take("reason")
        self._salt = tools.randomness.token(SALT_BYTES)

    def _keep_reason(self, books: Books) -> str:
        row = reason_content(self._reason_number, salt=self._salt, text=self._reason)
        books.keep(row)
        return reference(row)

    def _reason_reference(self) -> str:
        return reference(reason_content(self._reason_number, salt=self._salt, text=self._reason))

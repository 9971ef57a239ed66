"""Which time may be acted on: what hosts note of their clocks, and a person who vouches for one."""

from collections.abc import Iterable
from uuid import UUID

from application.books.actors import Actor, permit
from application.books.books import Books
from application.books.commands import Command
from application.ports import ClockMark
from domain.roles import Duty
from domain.values import Instant


class NoteClock(Command[None]):
    """A clock that is believed says what time it is."""

    def __init__(self, mark: ClockMark, *, at: Instant) -> None:
        self.at = at
        self._mark = mark

    def touches(self) -> Iterable[UUID]:
        """Nothing: a clock is no event."""
        return ()

    def decide(self, books: Books) -> None:
        """Note it, in place of what the same writer noted before."""
        books.mark_clock(self._mark)


class VouchForClock(NoteClock):
    """A person says that the time is right: each host whose clock agrees acts on it at once."""

    def __init__(self, mark: ClockMark, *, actor: Actor, at: Instant) -> None:
        super().__init__(mark, at=at)
        self._actor = actor

    def decide(self, books: Books) -> None:
        """Believe this, and no more what was noted before.

        Raises:
            NotPermitted: the actor may not.
        """
        permit(books, self._actor, Duty.ERASE)
        books.forget_clock_marks()
        super().decide(books)

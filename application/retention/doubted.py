"""Noting that a host's clock is doubted, and by how much it was behind: commands and a question."""

from collections.abc import Callable, Iterable
from uuid import UUID

from application.books.books import Books
from application.books.commands import Command
from application.books.reader import Reader
from domain.doubted_times import DOUBTED_TIMES, DoubtedTimes
from domain.stretch import Stretch
from domain.values import Instant


class DoubtTimes(Command[None]):
    """Nothing that a host dates from now on ends before its clock is believed again."""

    def __init__(self, host: str, *, from_at: Instant, until_at: Instant, at: Instant) -> None:
        """``until_at`` is later than it should take, by the clock that is doubted."""
        self.at = at
        self._host = host
        self._from_at = from_at
        self._until_at = until_at

    def touches(self) -> Iterable[UUID]:
        """The list of such times."""
        yield DOUBTED_TIMES

    def decide(self, books: Books) -> None:
        """Note it, once."""
        times = books.find(DoubtedTimes, DOUBTED_TIMES) or DoubtedTimes.open(self._host, at=self.at)
        times.doubt(self._host, from_at=self._from_at, until_at=self._until_at, at=self.at)
        books.record(times)


class SettleTimes(Command[None]):
    """A host's clock is believed again, and what it dated meanwhile can be counted."""

    def __init__(self, host: str, found: Stretch | None, *, at: Instant) -> None:
        """``at`` is by the clock that is believed; ``found`` None when nobody knows more."""
        self.at = at
        self._host = host
        self._found = found

    def touches(self) -> Iterable[UUID]:
        """The list of such times."""
        yield DOUBTED_TIMES

    def decide(self, books: Books) -> None:
        """Note it; nothing when that was done."""
        times = books.find(DoubtedTimes, DOUBTED_TIMES)
        if times is not None:
            times.settle(self._host, self._found, at=self.at)
            books.record(times)


def stretches_in(reader: Reader) -> Callable[[], list[Stretch]]:
    """Give what reads all stretches as of now."""

    def read() -> list[Stretch]:
        times = reader.find(DoubtedTimes, DOUBTED_TIMES)
        return times.stretches if times else []

    return read


def counted_from(books: Books, at: Instant) -> Instant | None:
    """Give when what is dated ``at`` was at the latest; None while nobody knows."""
    times = books.find(DoubtedTimes, DOUBTED_TIMES)
    return times.counts_from(at) if times else at

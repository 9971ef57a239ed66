"""What a command is, what it may use, and what can become of it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Generic, Protocol, TypeVar, cast
from uuid import UUID

from eventsourcing.persistence import Mapper

from application.books.books import Books
from application.ports import Numbers, Randomness
from domain.values import Instant

R = TypeVar("R")


class Preparing(Protocol):
    """What a command may use before the lock: numbers, randomness and the event encoder."""

    numbers: Numbers
    randomness: Randomness
    mapper: Mapper[UUID]


class Command(ABC, Generic[R]):
    """One wish, decided as a whole: it is accepted and stored, or refused and leaves nothing.

    ``decide`` may run again (after a conflict or a lost connection) and must then give the
    same numbers and times: whatever is drawn is drawn once, in ``prepare``.
    """

    at: Instant
    weight: int = 1
    """How many messages it carries."""

    def prepare(self, tools: Preparing) -> None:
        """Draw numbers and build what needs no decision, before the lock.

        Numbers come first: when there are none to be had, it is called once more.
        """

    def digests(self) -> Iterable[bytes]:
        """Name the requests, by their digests, that it looks up (contract decision 8)."""
        return ()

    def reads(self) -> Iterable[int]:
        """Number the messages whose contents it reads, so that one query finds them all."""
        return ()

    def polls(self) -> Iterable[int]:
        """Number the payments whose turns it reads, so that one query finds them all."""
        return ()

    @abstractmethod
    def touches(self) -> Iterable[UUID]:
        """Name the aggregates that it is known to need, so that one query loads them all."""

    @abstractmethod
    def decide(self, books: Books) -> R:
        """Check everything, then apply and record.

        Raises:
            Refused: nothing of it is stored.
        """


class Outcome(Generic[R]):
    """What became of a command: a result or an error."""

    __slots__ = ("error", "result")

    def __init__(self, result: R | None = None, error: BaseException | None = None) -> None:
        self.result = result
        self.error = error

    def unwrap(self) -> R:
        """Give the result, or raise the error."""
        if self.error is not None:
            raise self.error
        return cast("R", self.result)


Done = Callable[[Outcome[R]], None]


class Execute(Protocol):
    """Runs a command by the committer and waits for its outcome, bounded."""

    def __call__(self, command: Command[R]) -> R:
        """Run it.

        Raises:
            Refused: nothing was stored.
            Unavailable: the store cannot be written now; nothing was stored.
            OutcomeUnknown: it may have been stored.
        """

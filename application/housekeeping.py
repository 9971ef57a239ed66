"""What only has to be forgotten in time: stored answers of keys whose day is over."""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from application.committer import Command, Committer
from application.gateway import Books
from application.ports import Clock
from application.queries import Queries
from domain.values import SECOND, Instant

EVERY_S: Final = 600
"""Seconds between two rounds."""
GRACE_S: Final = 3_600
"""An answer is kept this long past its time: a request that is under way may still replay it."""
ANSWERS_MAX: Final = 1_000
"""Stored answers that one command forgets."""
ROUNDS_MAX: Final = 100
"""Commands of one round; what is left waits for the next."""


class ForgetAnswers(Command[int]):
    """Erase stored answers of idempotency keys that nobody can replay any more."""

    def __init__(self, numbers: Sequence[int], *, at: Instant) -> None:
        self.at = at
        self._numbers = numbers

    def touches(self) -> Iterable[UUID]:
        """Nothing: the submissions themselves stay."""
        return ()

    def decide(self, books: Books) -> int:
        """Erase them."""
        for number in self._numbers:
            books.erase("submission", number)
        return len(self._numbers)


class Housekeeping:
    """Forgets what has served its time; called every ``EVERY_S`` seconds or so."""

    def __init__(self, *, queries: Queries, committer: Committer, clock: Clock) -> None:
        self._queries = queries
        self._committer = committer
        self._clock = clock

    def step(self) -> int:
        """Do a round; give how many answers were forgotten.

        Raises:
            NgomaError: the store cannot do it now; the next round tries again.
        """
        past = Instant(self._clock.now() - GRACE_S * SECOND)
        count = 0
        for _ in range(ROUNDS_MAX):
            expired = self._queries.expired_answers(past, limit=ANSWERS_MAX)
            if not expired:
                break
            count += self._committer.execute(ForgetAnswers(expired, at=self._clock.now()))
        return count

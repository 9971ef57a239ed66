"""What only has to be forgotten in time: stored answers past their day, ids of old saves."""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from application.committer import Command, Committer
from application.gateway import Books
from application.ports import Clock, Store
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
    """Forgets what has served its time; ``step`` is cheap when nothing is due."""

    def __init__(
        self, *, store: Store, queries: Queries, committer: Committer, clock: Clock
    ) -> None:
        self._store = store
        self._queries = queries
        self._committer = committer
        self._clock = clock
        self._next_s = float("-inf")

    def step(self) -> int:
        """Do a round when one is due; give how many answers were forgotten.

        Raises:
            NgomaError: the store cannot do it now; the next step tries again.
        """
        if self._clock.monotonic_s() < self._next_s:
            return 0
        now = self._clock.now()
        self._store.drop_old_saves(now)
        count = 0
        for _ in range(ROUNDS_MAX):
            past = Instant(now - GRACE_S * SECOND)
            expired = self._queries.expired_answers(past, limit=ANSWERS_MAX)
            if not expired:
                break
            count += self._committer.execute(ForgetAnswers(expired, at=now))
        self._next_s = self._clock.monotonic_s() + EVERY_S
        return count

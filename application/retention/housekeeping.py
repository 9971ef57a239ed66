"""What has to be forgotten in time: stored answers of keys, texts, recipients' numbers."""

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Final
from uuid import UUID

from application.books.books import Books
from application.books.commands import Command
from application.books.committer import Committer
from application.ports import Clock
from application.ports.queries import Queries
from application.retention.erasure import RETENTION, Retention, erase_due
from domain.values import SECOND, Instant

EVERY_S: Final = 600
"""Seconds between two rounds."""
GRACE_S: Final = 3_600
"""An answer is kept this long past its time: a request that is under way may still replay it."""
ANSWERS_MAX: Final = 1_000
"""Stored answers that one command forgets."""
ROUNDS_MAX: Final = 100
"""Commands of one round; what is left waits for the next."""


PAUSE_S: Final = 0.05
"""Between two commands that erase contents, so that sending goes on at its pace."""


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

    def __init__(
        self,
        *,
        queries: Queries,
        committer: Committer,
        clock: Clock,
        retention: Retention,
        pause: Callable[[float], bool] | None = None,
    ) -> None:
        """``pause`` waits for some seconds, and gives True when it is time to end."""
        self._queries = queries
        self._committer = committer
        self._clock = clock
        self._retention = retention
        self._pause = pause or threading.Event().wait

    def step(self) -> int:
        """Do a round; give how many answers and contents were forgotten.

        Raises:
            NgomaError: the store cannot do it now; the next round tries again.
        """
        return self._forget_answers() + self._erase_contents()

    def _erase_contents(self) -> int:
        count = 0
        for _, done in erase_due(
            self._queries,
            self._retention,
            actor=RETENTION,
            now=self._clock.now,
            run=self._committer.execute,
            batches_max=ROUNDS_MAX,
        ):
            count += done.erased
            if self._pause(PAUSE_S):
                break
        return count

    def _forget_answers(self) -> int:
        past = Instant(self._clock.now() - GRACE_S * SECOND)
        count = 0
        for _ in range(ROUNDS_MAX):
            expired = self._queries.expired_answers(past, limit=ANSWERS_MAX)
            if not expired:
                break
            count += self._committer.execute(ForgetAnswers(expired, at=self._clock.now()))
        return count

"""What has to be forgotten in time: answers under keys, requests, texts, recipients' numbers."""

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Final
from uuid import UUID

from application.books.books import Books
from application.books.commands import Command
from application.books.committer import Committer
from application.ports import Clock
from application.ports.queries import Queries
from application.retention.erasure import RETENTION, Erased, Retention, erase_due
from application.retention.inbound import erase_due_inbound
from application.retention.payers import ErasePayers, Payers, erase_due_payers
from application.retention.uploads import erase_due_uploads
from domain.contents import ContentKind
from domain.repeats import REPEATS_KEPT_S
from domain.stretch import Stretch
from domain.values import SECOND, Instant

EVERY_S: Final = 600
"""Seconds between two rounds."""
GRACE_S: Final = 3_600
"""An answer is kept this long past its time: a request that is under way may still replay it."""
ANSWERS_MAX: Final = 1_000
"""Stored answers that one command forgets."""
REPEATABLES_MAX: Final = 200
"""Requests that one command forgets."""
CATCH_UP_S: Final = 5.0
"""How long to wait for the read model that knows which messages are open."""
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
            books.erase(ContentKind.SUBMISSION, number)
        return len(self._numbers)


class ForgetRepeatables(Command[int]):
    """Forget requests that, coming again, would be new."""

    def __init__(self, first_numbers: Sequence[int], *, at: Instant) -> None:
        self.at = at
        self._first_numbers = first_numbers

    def touches(self) -> Iterable[UUID]:
        """Nothing: their messages have ended, and what has ended stays so."""
        return ()

    def decide(self, books: Books) -> int:
        """Forget them."""
        for number in self._first_numbers:
            books.forget_repeatable(number)
        return len(self._first_numbers)


class Housekeeping:
    """Forgets what has served its time; called every ``EVERY_S`` seconds or so."""

    def __init__(
        self,
        *,
        queries: Queries,
        committer: Committer,
        clock: Clock,
        retention: Retention,
        as_of: Callable[[], Instant] | None = None,
        stretches: Callable[[], Sequence[Stretch]] = list,
        pause: Callable[[float], bool] | None = None,
    ) -> None:
        """``as_of`` gives, once a round, the time by which things have served their time,
        ``stretches`` those of a clock that was behind: what it dated has more time.

        ``pause`` waits for some seconds, and gives True when it is time to end.
        """
        self._queries = queries
        self._committer = committer
        self._clock = clock
        self._retention = retention
        self._as_of = as_of or clock.now
        self._stretches = stretches
        self._pause = pause or threading.Event().wait

    def step(self) -> int:
        """Do a round; give how many answers, requests and contents were forgotten.

        Raises:
            NgomaError: the store cannot do it now; the next round tries again.
        """
        as_of = self._as_of()
        return (
            self._forget_answers(as_of)
            + self._forget_repeatables(as_of)
            + self._erase_contents(as_of)
            + self._erase_payers(as_of)
            + self._erase_beside(as_of)
        )

    def _erase_contents(self, as_of: Instant) -> int:
        erased = erase_due(
            self._queries,
            self._retention,
            actor=RETENTION,
            as_of=as_of,
            now=self._clock.now,
            run=self._committer.execute,
            spared=self._stretches(),
            batches_max=ROUNDS_MAX,
        )
        return self._at_its_pace(done.erased for _, done in erased)

    def _erase_beside(self, as_of: Instant) -> int:
        """Erase what came in, and lists that were uploaded."""
        return sum(
            self._at_its_pace(
                erase(
                    self._queries,
                    self._retention,
                    actor=RETENTION,
                    as_of=as_of,
                    now=self._clock.now,
                    run=self._committer.execute,
                    batches_max=ROUNDS_MAX,
                )
            )
            for erase in (erase_due_inbound, erase_due_uploads)
        )

    def _at_its_pace(self, batches: Iterable[int]) -> int:
        """Erase batch after batch, until they or the process end; give how many it were."""
        count = 0
        for erased in batches:
            count += erased
            if self._pause(PAUSE_S):
                break
        return count

    def _erase_payers(self, as_of: Instant) -> int:
        def run(payers: Payers) -> Erased:
            now = self._clock.now()
            return self._committer.execute(ErasePayers(payers, actor=RETENTION, at=now))

        erased = erase_due_payers(
            self._queries, self._retention, as_of=as_of, run=run, batches_max=ROUNDS_MAX
        )
        return self._at_its_pace(done.erased for done in erased)

    def _forget_answers(self, as_of: Instant) -> int:
        past = Instant(as_of - GRACE_S * SECOND)
        count, spared = 0, self._stretches()
        for _ in range(ROUNDS_MAX):
            expired = self._queries.expired_answers(past, limit=ANSWERS_MAX, spared=spared)
            if not expired:
                break
            count += self._committer.execute(ForgetAnswers(expired, at=self._clock.now()))
        return count

    def _forget_repeatables(self, as_of: Instant) -> int:
        past = Instant(as_of - REPEATS_KEPT_S * SECOND)
        head = max(status.head for status in self._queries.projections())
        if not self._queries.reached(head, timeout_s=CATCH_UP_S, projection="dispatch"):
            return 0  # a message that it has not seen would look as if it had ended
        if any((one.settled_at or as_of) >= past for one in self._stretches()):
            return 0  # some may seem older than they are
        count = 0
        for _ in range(ROUNDS_MAX):
            ended = self._queries.ended_repeatables(past, limit=REPEATABLES_MAX)
            if not ended:
                break
            count += self._committer.execute(ForgetRepeatables(ended, at=self._clock.now()))
        return count

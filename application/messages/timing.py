"""What time asks for messages: an end to those that wait too long, doubt about lost attempts.

And times that count anew for what a clock dated that was wrong.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from application.books.commands import Execute
from application.books.due import DueWork, Ids
from application.fleet.liveness import LeaseWatch
from application.messages.rehearsing import Proceed
from application.messages.settling import DoubtAttempt, ExpireMessage, RedateMessage
from application.ports import Clock
from application.ports.queries import Queries
from domain.causes import OwnCause
from domain.stretch import Stretch
from domain.values import SECOND, Instant

AHEAD_S: Final = 300
"""A time that is further ahead than this is of a clock that was."""
LOOK_EVERY_S: Final = 60.0
"""Between two looks for times of a clock that was wrong: they go through all open messages."""
REHEARSED: Final = "message.rehearsed"
REHEARSED_TOGETHER: Final = 50
"""Test messages that one job goes on with."""
AWAY_S: Final = 3.0
"""Not asked for so long: the clock was doubted, and may be another one now."""


def message_work(
    *,
    queries: Queries,
    leases: LeaseWatch,
    clock: Clock,
    stretches: Callable[[], Sequence[Stretch]],
) -> Sequence[DueWork]:
    """Give the kinds of work that messages have; ``stretches`` are of a clock that was behind."""

    def overdue(now: Instant, limit: int) -> Iterable[Ids]:
        found = queries.overdue(now, limit=limit, spared=stretches())
        return [(waiting.number,) for waiting in found]

    def end(ids: Ids, execute: Execute) -> bool:
        (number,) = ids
        return execute(ExpireMessage(number, at=clock.now()))

    def lapsed(_: Instant, limit: int) -> Iterable[Ids]:
        ended = leases.lapsed()
        live = leases.held() - {lease.sim for lease in ended}
        marks = {lease.sim: (lease.fence, int(lease.expires_at)) for lease in ended}
        held = queries.held_by_others(live, limit=limit)
        return [
            (waiting.number, waiting.sim, *marks.get(waiting.sim, (0, 0)))
            for waiting in held
            if waiting.sim is not None
        ]

    def doubt(ids: Ids, execute: Execute) -> bool:
        number, sim, fence, ends_at = ids
        return execute(
            DoubtAttempt(
                number,
                sim=sim,
                new_fence=None,
                cause=OwnCause.LEASE_LAPSED,
                lapsed=(fence, ends_at),
                at=clock.now(),
            )
        )

    def redate(ids: Ids, execute: Execute) -> bool:
        (number,) = ids
        return execute(RedateMessage(number, at=clock.now()))

    def rehearsed(now: Instant, limit: int) -> Iterable[Ids]:
        return [(number,) for number in queries.due_rehearsals(now, limit=limit)]

    def proceed(ids: Ids, execute: Execute) -> bool:
        return execute(Proceed(ids, at=clock.now())) > 0

    misdated = Misdated(queries, clock, stretches)
    return (
        DueWork(kind="message.misdated", due=misdated.due, handle=redate),
        DueWork(kind="message.overdue", due=overdue, handle=end),
        DueWork(kind="message.lapsed", due=lapsed, handle=doubt, needs_clock=False),
        DueWork(kind=REHEARSED, due=rehearsed, handle=proceed, together=REHEARSED_TOGETHER),
    )


class Misdated:
    """Open messages whose times are of a clock that was wrong, of this host or of another."""

    def __init__(
        self, queries: Queries, clock: Clock, stretches: Callable[[], Sequence[Stretch]]
    ) -> None:
        self._queries = queries
        self._clock = clock
        self._stretches = stretches
        self._settled_at = 0
        self._asked_at_s = float("-inf")
        self._look_at_s = float("-inf")

    def due(self, now: Instant, limit: int) -> Iterable[Ids]:
        """Look once a minute, at once after a doubt, and until all is done.

        Raises:
            StoreDown: the read models cannot be read.
        """
        now_s = self._clock.monotonic_s()
        was_away = now_s - self._asked_at_s > AWAY_S
        self._asked_at_s = now_s
        early = [stretch for stretch in self._stretches() if stretch.settled_at is not None]
        settled_at = max((stretch.settled_at or 0 for stretch in early), default=0)
        if not was_away and settled_at == self._settled_at and now_s < self._look_at_s:
            return []
        self._settled_at = settled_at
        late = Instant(now + AHEAD_S * SECOND)
        found = self._queries.misdated(late, limit=limit, early=early)
        self._look_at_s = now_s if found else now_s + LOOK_EVERY_S
        return [(waiting.number,) for waiting in found]

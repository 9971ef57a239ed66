"""What time asks for messages: an end to those that wait too long, doubt about lost attempts."""

from collections.abc import Iterable, Sequence

from application.books.commands import Execute
from application.books.due import DueWork, Ids
from application.fleet.liveness import LeaseWatch
from application.messages.settling import DoubtAttempt, ExpireMessage
from application.ports import Clock
from application.ports.queries import Queries
from domain.causes import OwnCause
from domain.values import Instant


def message_work(*, queries: Queries, leases: LeaseWatch, clock: Clock) -> Sequence[DueWork]:
    """Give the kinds of work that messages have."""

    def overdue(now: Instant, limit: int) -> Iterable[Ids]:
        return [(waiting.number,) for waiting in queries.overdue(now, limit=limit)]

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

    return (
        DueWork(kind="message.overdue", due=overdue, handle=end),
        DueWork(kind="message.lapsed", due=lapsed, handle=doubt, needs_clock=False),
    )

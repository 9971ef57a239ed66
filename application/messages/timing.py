"""What time asks for messages: an end to those that wait too long, doubt about lost attempts."""

from collections.abc import Iterable, Sequence

from application.books.due import DueWork, Execute, Ids
from application.messages.settling import DoubtAttempt, ExpireMessage
from application.ports import Clock
from application.ports.queries import Queries
from domain.causes import OwnCause
from domain.values import Instant


def message_work(*, queries: Queries, clock: Clock) -> Sequence[DueWork]:
    """Give the kinds of work that messages have."""

    def overdue(now: Instant, limit: int) -> Iterable[Ids]:
        return [(waiting.number,) for waiting in queries.overdue(now, limit=limit)]

    def end(ids: Ids, execute: Execute) -> bool:
        (number,) = ids
        return execute(ExpireMessage(number, at=clock.now()))

    def lapsed(now: Instant, limit: int) -> Iterable[Ids]:
        held = queries.held_by_lapsed(now, limit=limit)
        return [(waiting.number, waiting.sim) for waiting in held if waiting.sim is not None]

    def doubt(ids: Ids, execute: Execute) -> bool:
        number, sim = ids
        cause = OwnCause.LEASE_LAPSED
        return execute(DoubtAttempt(number, sim=sim, new_fence=None, cause=cause, at=clock.now()))

    return (
        DueWork(kind="message.overdue", due=overdue, handle=end),
        DueWork(kind="message.lapsed", due=lapsed, handle=doubt),
    )

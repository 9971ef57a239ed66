"""How much of the queue leaves before a message that waits in it."""

from typing import Final

from sqlalchemy import Connection, and_, case, func, or_, select

from application.ports.queries import Ahead
from domain.message_states import State
from domain.values import Instant, Network
from projections.dispatch.tables import MESSAGES, TURNS

COUNTED_MAX: Final = 20_000
"""Of an account's own messages: further back in its queue nobody counts."""


def ahead_of(connection: Connection, number: int) -> Ahead | None:
    """Count the segments ahead of a message; None when it waits not, or too far back.

    Ahead are higher lanes, what its account sent before it in its lane, and of each other account
    there as many messages as that, by their mean length: accounts are served in turn.
    """
    of = MESSAGES.c
    found = connection.execute(
        select(MESSAGES).where(of.number == number, of.state == State.QUEUED.value)
    ).one_or_none()
    if found is None:
        return None
    earlier = (
        select(of.segments)
        .where(of.network == found.network, of.lane == found.lane, of.account == found.account)
        .where(
            or_(
                of.ready_at < found.ready_at,
                and_(of.ready_at == found.ready_at, of.position < found.position),
            )
        )
        .limit(COUNTED_MAX)
        .subquery()
    )
    count, own = connection.execute(
        select(func.count(), func.coalesce(func.sum(earlier.c.segments), 0))
    ).one()
    if count == COUNTED_MAX:
        return None
    rounds, turn = count + 1, TURNS.c
    shared = case(
        (turn.queued <= rounds, turn.waiting_segments),
        else_=turn.waiting_segments * rounds / func.nullif(turn.queued, 0),
    )
    is_other = and_(turn.lane == found.lane, turn.account != found.account)
    others = connection.scalar(
        select(func.sum(case((turn.lane < found.lane, turn.waiting_segments), else_=shared))).where(
            turn.network == found.network, or_(turn.lane < found.lane, is_other)
        )
    )
    return Ahead(Network(found.network), Instant(found.ready_at), int(own) + int(others or 0))

"""Which requests need not be known again: their time is over, and so are all their messages."""

from collections.abc import Sequence

from sqlalchemy import Connection, exists, select

from domain.values import Instant
from projections.dispatch.tables import MESSAGES
from projections.tables import REPEATABLES


def ended_repeatables(connection: Connection, before: Instant, *, limit: int) -> Sequence[int]:
    """List first numbers of acceptances that were answered 503 last up to ``before``, by age.

    It begins with what is known at all: outages of the last days, however long the history.
    """
    first = REPEATABLES.c.first_number
    is_open = exists().where(MESSAGES.c.number.between(first, first + REPEATABLES.c.count - 1))
    ended = (
        select(first)
        .where(
            REPEATABLES.c.answered_at <= before,
            ~is_open,
        )
        .order_by(REPEATABLES.c.answered_at)
        .limit(limit)
    )
    return connection.scalars(ended).all()

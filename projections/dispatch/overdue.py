"""What the relay asks: what has expired, was dated wrongly, or has lost its sender."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Select, select

from application.ports.queries import Waiting
from domain.message_states import State
from domain.values import Instant
from projections.dispatch.rows import COLUMNS, read_waiting
from projections.dispatch.tables import MESSAGES


def overdue(connection: Connection, now: Instant, *, limit: int) -> Sequence[Waiting]:
    """List queued messages past ``expires_at`` and doubts past their limit, longest past first."""
    return _list(
        connection,
        select(*COLUMNS)
        .where(MESSAGES.c.overdue_at <= now)
        .order_by(MESSAGES.c.overdue_at, MESSAGES.c.number)
        .limit(limit),
    )


def dated_after(connection: Connection, at: Instant, *, limit: int) -> Sequence[Waiting]:
    """List open messages whose newest event is dated later; looks at all that are open."""
    return _list(connection, select(*COLUMNS).where(MESSAGES.c.dated_at > at).limit(limit))


def held_by(connection: Connection, sim: int) -> Sequence[Waiting]:
    """List the messages that a SIM is sending."""
    return _list(
        connection,
        select(*COLUMNS).where(MESSAGES.c.held_by == sim).order_by(MESSAGES.c.number),
    )


def held_by_others(
    connection: Connection, live: Collection[int], *, limit: int
) -> Sequence[Waiting]:
    """List the messages that are being sent by SIMs that are not among ``live``."""
    return _list(
        connection,
        select(*COLUMNS)
        .where(MESSAGES.c.held_by.is_not(None), MESSAGES.c.held_by.not_in(live))
        .order_by(MESSAGES.c.number)
        .limit(limit),
    )


def open_messages(
    connection: Connection, state: State, *, after: int, limit: int
) -> Sequence[Waiting]:
    """List the open messages in a state, by number."""
    return _list(
        connection,
        select(*COLUMNS)
        .where(MESSAGES.c.state == state.value, MESSAGES.c.number > after)
        .order_by(MESSAGES.c.number)
        .limit(limit),
    )


def _list(connection: Connection, wanted: Select[Any]) -> Sequence[Waiting]:
    return [read_waiting(row) for row in connection.execute(wanted)]

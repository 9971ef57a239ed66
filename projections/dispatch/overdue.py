"""What the relay asks: what time has run out for, was dated wrongly, or has lost its sender."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, not_, or_, select

from application.ports.queries import Waiting
from domain.message_states import State
from domain.stretch import Stretch
from domain.values import Instant
from projections.dispatch.rows import COLUMNS, read_waiting
from projections.dispatch.tables import MESSAGES


def overdue(
    connection: Connection, now: Instant, spared: Sequence[Stretch], *, limit: int
) -> Sequence[Waiting]:
    """List queued messages past ``expires_at`` or in quiet hours, and doubts past their limit.

    Longest past first. What was dated in a stretch is dated anew before it ends.
    """
    return _list(
        connection,
        select(*COLUMNS)
        .where(MESSAGES.c.overdue_at <= now, *(not_(_is_in(stretch)) for stretch in spared))
        .order_by(MESSAGES.c.overdue_at, MESSAGES.c.number)
        .limit(limit),
    )


def misdated(
    connection: Connection, at: Instant, early: Sequence[Stretch], *, limit: int
) -> Sequence[Waiting]:
    """List open messages whose newest event is dated later, or in a stretch; looks at all."""
    found = or_(MESSAGES.c.dated_at > at, *map(_is_in, early))
    return _list(connection, select(*COLUMNS).where(found).limit(limit))


def _is_in(stretch: Stretch) -> ColumnElement[bool]:
    return MESSAGES.c.dated_at.between(stretch.from_at, stretch.until_at)


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

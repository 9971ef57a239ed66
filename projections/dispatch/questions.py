"""What SIM threads and the relay ask: what may be sent next, what is overdue, who holds what."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, FromClause, Select, bindparam, func, or_, select, true

from application.ports.queries import Backlog, Waiting
from domain.message_states import State
from domain.values import Instant, Network
from projections.dispatch.tables import LANES, MESSAGES, TURNS

_COLUMNS = tuple(
    MESSAGES.c[name]
    for name in (
        "number",
        "account",
        "network",
        "lane",
        "state",
        "position",
        "due_at",
        "expires_at",
        "sim",
        "bound_sim",
        "fence",
        "last_attempt_at",
    )
)


def next_waiting(
    connection: Connection, network: Network, *, sim: int, now: Instant, limit: int
) -> Sequence[Waiting]:
    """List the due messages that SIM number ``sim`` may carry, best first.

    By lane; then each account's first message, who was served longest ago coming first, then
    each account's second one, and so on. An account's messages come in the order in which they
    became due, those of one moment in the order of the log. Accounts are looked at in growing
    steps until ``limit`` of them have a message, since what is due may be bound to another SIM.
    """
    statement = _WAITING[connection.dialect.name]
    asked = {"network": network.value, "sim": sim, "now": now, "limit": limit}
    places: Counter[tuple[int, int]] = Counter()
    found: list[tuple[tuple[int, int, int, int], Any]] = []
    skipped, turns = 0, limit
    while turns:
        seen = set()
        for row in connection.execute(statement, {**asked, "turns": turns, "skipped": skipped}):
            turn = (row.turn_lane, row.turn_account)
            seen.add(turn)
            if row.number is not None:
                places[turn] += 1
                found.append(((row.turn_lane, places[turn], row.served, row.turn_account), row))
        skipped += turns
        turns = turns * 4 if len(seen) == turns and len(places) < limit else 0
    found.sort(key=itemgetter(0))
    return [_waiting(row) for _, row in found[:limit]]


def _waiting_statement(*, is_postgresql: bool) -> Select[Any]:
    """Take the turns in order, and of each the first messages by the index ``…_ready``.

    PostgreSQL does this by LATERAL; SQLite has none, but takes row ids from a correlated list.
    """
    turn = (
        select(TURNS.c.network, TURNS.c.lane, TURNS.c.account, TURNS.c.served)
        .where(TURNS.c.network == bindparam("network"), TURNS.c.next_ready_at <= bindparam("now"))
        .order_by(TURNS.c.lane, TURNS.c.served, TURNS.c.account)
        .limit(bindparam("turns"))
        .offset(bindparam("skipped"))
        .subquery("turn")
    )
    message = MESSAGES.alias("message")
    first = (
        select(message if is_postgresql else message.c.number)
        .where(*(message.c[name] == turn.c[name] for name in ("network", "lane", "account")))
        .where(message.c.ready_at <= bindparam("now"), message.c.expires_at > bindparam("now"))
        .where(or_(message.c.bound_sim.is_(None), message.c.bound_sim == bindparam("sim")))
        .where(or_(message.c.state == "queued", message.c.sim != bindparam("sim")))
        .order_by(message.c.ready_at, message.c.position)
        .limit(bindparam("limit"))
    )
    waiting: FromClause
    if is_postgresql:
        waiting = first.lateral("waiting")
        source = turn.join(waiting, true(), isouter=True)
    else:
        waiting = MESSAGES.alias("waiting")
        source = turn.join(waiting, waiting.c.number.in_(first.correlate(turn)), isouter=True)
    return (
        select(*(waiting.c[column.name] for column in _COLUMNS))
        .add_columns(turn.c.lane.label("turn_lane"), turn.c.account.label("turn_account"))
        .add_columns(turn.c.served)
        .select_from(source)
        .order_by(turn.c.lane, turn.c.served, turn.c.account)
        .order_by(waiting.c.ready_at, waiting.c.position)
    )


_WAITING: Final = {
    "sqlite": _waiting_statement(is_postgresql=False),
    "postgresql": _waiting_statement(is_postgresql=True),
}


def due_networks(connection: Connection, now: Instant) -> Sequence[Network]:
    """List the networks that have at least one due message."""
    due = select(TURNS.c.network).where(TURNS.c.next_ready_at <= now).distinct()
    found = set(connection.scalars(due))
    return [network for network in Network if network in found]


def waiting_since(connection: Connection, now: Instant) -> Mapping[Network, Instant]:
    """Say since when the oldest due message of each network that has one is due."""
    oldest = (
        select(TURNS.c.network, func.min(TURNS.c.next_ready_at))
        .where(TURNS.c.next_ready_at <= now)
        .group_by(TURNS.c.network)
    )
    return {Network(name): Instant(at) for name, at in connection.execute(oldest)}


def overdue(connection: Connection, now: Instant, *, limit: int) -> Sequence[Waiting]:
    """List queued messages past ``expires_at`` and doubts past their limit, longest past first."""
    return _list(
        connection,
        select(*_COLUMNS)
        .where(MESSAGES.c.overdue_at <= now)
        .order_by(MESSAGES.c.overdue_at, MESSAGES.c.number)
        .limit(limit),
    )


def held_by(connection: Connection, sim: int) -> Sequence[Waiting]:
    """List the messages that a SIM is sending."""
    return _list(
        connection,
        select(*_COLUMNS).where(MESSAGES.c.held_by == sim).order_by(MESSAGES.c.number),
    )


def held_by_others(
    connection: Connection, live: Collection[int], *, limit: int
) -> Sequence[Waiting]:
    """List the messages that are being sent by SIMs that are not among ``live``."""
    return _list(
        connection,
        select(*_COLUMNS)
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
        select(*_COLUMNS)
        .where(MESSAGES.c.state == state.value, MESSAGES.c.number > after)
        .order_by(MESSAGES.c.number)
        .limit(limit),
    )


def backlog(connection: Connection) -> Sequence[Backlog]:
    """Count the open messages of each network; the counts are kept, not counted."""
    counts = {
        row.network: (int(row.queued), int(row.sending), int(row.in_doubt), int(row.held))
        for row in connection.execute(_OPEN_COUNTS)
    }
    return [Backlog(network, *counts.get(network, (0, 0, 0, 0))) for network in Network]


_OPEN_COUNTS: Final = select(
    TURNS.c.network,
    *(func.sum(TURNS.c[name]).label(name) for name in ("queued", "sending", "in_doubt", "held")),
).group_by(TURNS.c.network)


def _list(connection: Connection, wanted: Select[Any]) -> Sequence[Waiting]:
    return [_waiting(row) for row in connection.execute(wanted)]


def _waiting(row: Any) -> Waiting:
    fields = {column.name: row._mapping[column.name] for column in _COLUMNS}
    fields["network"] = Network(fields["network"])
    fields["lane"] = LANES[fields["lane"]]
    fields["state"] = State(fields["state"])
    return Waiting(**fields)

"""What SIM threads ask: which message is next, which networks have any, how many are open."""

from collections import Counter
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, FromClause, Select, bindparam, func, or_, select, true

from application.ports.queries import Backlog, Waiting
from domain.values import Instant, Network
from projections.dispatch.rows import COLUMNS, read_waiting
from projections.dispatch.tables import MESSAGES, TURNS


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
    return [read_waiting(row) for _, row in found[:limit]]


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
        .where(or_(message.c.state != "queued", message.c.overdue_at > bindparam("now")))
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
        select(*(waiting.c[column.name] for column in COLUMNS))
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

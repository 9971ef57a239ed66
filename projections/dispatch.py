"""What waits to be sent: one row for each open message, and whose turn it is.

Fairness needs a memory of who was served: ``dispatch_turns`` keeps, for each network, lane and
account, the log position of its last AttemptStarted. The account that was served longest ago
comes first, so one message never waits behind somebody else's ten thousand.
"""

from collections import Counter
from collections.abc import Sequence
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    FromClause,
    Index,
    Select,
    Table,
    Text,
    bindparam,
    func,
    or_,
    select,
    true,
)

from application.ports.queries import Backlog, Waiting
from domain.message import OPEN, State
from domain.message.events import (
    AttemptFailed,
    AttemptStarted,
    Delivered,
    Event,
    Queued,
    SegmentAccepted,
    Undelivered,
)
from domain.message.states import DOUBT_LIMIT_S
from domain.values import SECOND, Instant, Lane, Network
from projections.projection import Batch, Projection
from projections.rows import Key, Row, Rows
from projections.states import STATE_EVENTS, state_after
from projections.tables import READ, SIM_LEASES, changing, computed, fixed, key

LANES: Final = tuple(Lane)
"""A lane is stored as its place in the order of service."""

MESSAGES: Final = Table(
    "dispatch_messages",
    READ,
    key("number"),
    fixed("account"),
    fixed("network", Text),
    fixed("lane"),
    fixed("position"),
    fixed("expires_at"),
    fixed("offline", Boolean),
    changing("state", Text),
    changing("due_at"),
    changing("sim", nullable=True),
    changing("bound_sim", nullable=True),
    changing("fence"),
    changing("attempts"),
    changing("last_attempt_at", nullable=True),
    changing("resent", Boolean),
    changing("ready_at", nullable=True),
    changing("overdue_at", nullable=True),
    changing("held_by", nullable=True),
)
"""One row an open message; it goes when the message ends.

``due_at`` is the latest of acceptance, send time and next try. The last three columns repeat
others while they matter and are NULL otherwise, so that an index holds just the rows that matter:
``ready_at`` (``due_at`` of what a SIM may take: a queued message, or a doubt in lane ``otp`` that
was not sent again yet), ``overdue_at`` (when a queued message expires or a doubt reaches its
limit), ``held_by`` (the SIM that is sending it).
"""

_NEXT_READY: Final = """
    SELECT m.ready_at FROM dispatch_messages{suffix} m
    WHERE m.network = {network} AND m.lane = {lane} AND m.account = {account}
    AND m.ready_at IS NOT NULL ORDER BY m.ready_at LIMIT 1
"""


TURNS: Final = Table(
    "dispatch_turns",
    READ,
    key("network", Text),
    key("lane"),
    key("account"),
    changing("served"),
    computed("next_ready_at", _NEXT_READY),
    changing("queued"),
    changing("sending"),
    changing("in_doubt"),
    sqlite_with_rowid=False,
)
"""For each network, lane and account: the log position at which it was served last (0: never),
the earliest ``ready_at`` of its messages, and how many it has in each open state."""


def _index(name: str, *columns: ColumnElement[Any], when: ColumnElement[Any]) -> None:
    """Index just the rows in which ``when`` is set."""
    where = when.is_not(None)
    Index(name, *columns, sqlite_where=where, postgresql_where=where)


_index(
    "dispatch_messages_ready",
    *(MESSAGES.c[name] for name in ("network", "lane", "account", "ready_at", "position")),
    when=MESSAGES.c.ready_at,
)
_index("dispatch_messages_overdue", MESSAGES.c.overdue_at, when=MESSAGES.c.overdue_at)
_index("dispatch_messages_held", MESSAGES.c.held_by, when=MESSAGES.c.held_by)
_index(
    "dispatch_turns_by_served",
    *(TURNS.c[name] for name in ("network", "lane", "served", "account", "next_ready_at")),
    when=TURNS.c.next_ready_at,
)


class Dispatch(Projection):
    """Folds the events of messages into ``dispatch_messages`` and ``dispatch_turns``."""

    name = "dispatch"
    version = 1
    tables = (MESSAGES, TURNS)
    events = STATE_EVENTS - {Delivered, Undelivered}

    def apply(self, batch: Batch) -> None:
        """Fold a batch of messages' events."""
        new = {event.number for _, event in batch.events if type(event) is Queued}
        messages = batch.rows(MESSAGES)
        messages.load(event.number for _, event in batch.events if event.number not in new)
        turns = _turns(batch, messages)
        for position, event in batch.events:
            if type(event) is Queued:
                row = messages.add(_new_row(position, event))
                turns[_turn_of(row)]["queued"] += 1
            else:
                row = messages[event.number]
                _take_turn(turns[_turn_of(row)], row["state"], position, event)
                if state_after(event, row["state"]) in OPEN:
                    _change(row, event)
                else:
                    messages.remove(event.number)


def _turns(batch: Batch, messages: Rows) -> Rows:
    """Load the turns that the batch touches, making those that are new.

    They are asked for after the messages: what is written to them looks at the messages.
    """
    touched = {
        (event.network, LANES.index(Lane(event.lane)), event.account)
        for _, event in batch.events
        if type(event) is Queued
    }
    touched.update(_turn_of(messages[number]) for number in messages)
    turns = batch.rows(TURNS)
    turns.load(touched)
    for turn in touched.difference(turns):
        fields = dict(zip(("network", "lane", "account"), turn, strict=True))
        counts = dict.fromkeys((state.value for state in OPEN), 0)
        turns.add({**fields, "served": 0, **counts})
    return turns


def _turn_of(row: Row) -> Key:
    return row["network"], row["lane"], row["account"]


def _take_turn(turn: Row, state: str, position: int, event: Event) -> None:
    """Count the message in its next state, and remember who was served."""
    after = state_after(event, state)
    turn[state] -= 1
    if after in OPEN:
        turn[after] += 1
    if type(event) is AttemptStarted:
        turn["served"] = position


def _new_row(position: int, event: Queued) -> Row:
    due_at = max(event.at, event.send_at or 0)
    return {
        "number": event.number,
        "account": event.account,
        "network": event.network,
        "lane": LANES.index(Lane(event.lane)),
        "position": position,
        "expires_at": event.expires_at,
        "offline": event.offline,
        "state": "queued",
        "due_at": due_at,
        "sim": None,
        "bound_sim": None,
        "fence": 0,
        "attempts": 0,
        "last_attempt_at": None,
        "resent": False,
        "ready_at": due_at,
        "overdue_at": event.expires_at,
        "held_by": None,
    }


def _change(row: Row, event: Event) -> None:
    state = state_after(event, row["state"])
    match event:
        case AttemptStarted():
            row["resent"] = row["state"] == State.IN_DOUBT
            row["sim"] = event.sim
            row["fence"] = event.fence
            row["attempts"] = event.attempt
            row["last_attempt_at"] = event.at
        case SegmentAccepted():
            row["bound_sim"] = row["sim"]
        case AttemptFailed():
            row["due_at"] = max(row["due_at"], event.retry_at)
    row["state"] = state.value
    _settle(row, state)


def _settle(row: Row, state: State) -> None:
    """Set the columns that stand in an index only while they matter."""
    in_doubt = state is State.IN_DOUBT
    may_resend = in_doubt and LANES[row["lane"]] is Lane.OTP and not row["resent"]
    row["ready_at"] = row["due_at"] if state is State.QUEUED or may_resend else None
    row["held_by"] = row["sim"] if state is State.SENDING else None
    if in_doubt:
        row["overdue_at"] = row["last_attempt_at"] + DOUBT_LIMIT_S * SECOND
    else:
        row["overdue_at"] = row["expires_at"] if state is State.QUEUED else None


# -- queries --------------------------------------------------------------------------------

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


def held_by_lapsed(connection: Connection, now: Instant, *, limit: int) -> Sequence[Waiting]:
    """List the messages that are being sent by SIMs without a live lease."""
    lapsed = or_(SIM_LEASES.c.sim.is_(None), SIM_LEASES.c.expires_at <= now)
    return _list(
        connection,
        select(*_COLUMNS)
        .join(SIM_LEASES, SIM_LEASES.c.sim == MESSAGES.c.held_by, isouter=True)
        .where(MESSAGES.c.held_by.is_not(None), lapsed)
        .order_by(MESSAGES.c.number)
        .limit(limit),
    )


def backlog(connection: Connection) -> Sequence[Backlog]:
    """Count the open messages of each network; the counts are kept, not counted."""
    counts = {
        row.network: (int(row.queued), int(row.sending), int(row.in_doubt))
        for row in connection.execute(_OPEN_COUNTS)
    }
    return [Backlog(network, *counts.get(network, (0, 0, 0))) for network in Network]


_OPEN_COUNTS: Final = select(
    TURNS.c.network,
    *(func.sum(TURNS.c[name]).label(name) for name in ("queued", "sending", "in_doubt")),
).group_by(TURNS.c.network)


def _list(connection: Connection, wanted: Select[Any]) -> Sequence[Waiting]:
    return [_waiting(row) for row in connection.execute(wanted)]


def _waiting(row: Any) -> Waiting:
    fields = {column.name: row._mapping[column.name] for column in _COLUMNS}
    fields["network"] = Network(fields["network"])
    fields["lane"] = LANES[fields["lane"]]
    fields["state"] = State(fields["state"])
    return Waiting(**fields)

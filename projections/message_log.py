"""The message log: one row a message, as its account reads it; totals are kept, never counted."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import (
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
)

from application.ports.queries import (
    ActivityRow,
    BatchRow,
    LogEntry,
    LogFilter,
    LogPage,
    TrafficRow,
)
from domain.contents import ContentKind
from domain.message_states import OPEN, REFUNDED, SPENT, State
from domain.message_text import MESSAGE_CHARACTERS_MAX
from domain.msisdn import search_forms
from domain.values import Instant, Network
from projections.tables import CONTENTS, READ, changing, fixed, index_when_set, is_content, key

MESSAGES: Final = Table(
    "message_log",
    READ,
    key("number"),
    fixed("account"),
    fixed("position"),
    fixed("batch", nullable=True),
    fixed("network", Text),
    fixed("encoding", Text),
    fixed("segments"),
    fixed("credits"),
    fixed("queued_at"),
    changing("credits_refunded"),
    changing("state", Text),
    changing("status", Text),
    changing("sim", nullable=True),
    changing("sent_at", nullable=True),
    changing("delivered_at", nullable=True),
    changing("failure_code", Text, nullable=True),
)
"""``position`` is that of Queued: the order of the log. ``sim`` made the last attempt.

``account`` is the number of the account's log: below zero are its tests (``domain/mode.py``).
"""

Index("message_log_by_account", MESSAGES.c.account, MESSAGES.c.position)
index_when_set("message_log_by_batch", MESSAGES.c.batch, when=MESSAGES.c.batch)
Index("message_log_by_status", MESSAGES.c.account, MESSAGES.c.status, MESSAGES.c.position)

REHEARSALS: Final = Table(
    "message_log_rehearsals",
    READ,
    key("number"),
    changing("due_at"),
)
"""Test messages of which more is to become, and when."""

Index("message_log_rehearsals_due", REHEARSALS.c.due_at)

TOTALS: Final = Table(
    "message_log_totals",
    READ,
    key("account"),
    changing("queued"),
    changing("sent"),
    changing("failed"),
)
"""How many messages an account has in each public status; the columns are the statuses."""

TRAFFIC: Final = Table(
    "message_log_traffic",
    READ,
    key("network", Text),
    changing("accepted"),
    changing("sent"),
    changing("delivered"),
    changing("undelivered"),
    changing("failed"),
    changing("expired"),
    changing("cancelled"),
    changing("credits_refunded"),
)
"""How many messages to a network ever came to what, tests apart: no number ever falls."""

ACTIVITY: Final = Table(
    "message_log_activity",
    READ,
    key("account"),
    key("day"),
    key("network", Text),
    key("state", Text),
    changing("messages"),
)
"""How many messages of a day in Lusaka stand how, for each network; none has no row."""

_SIM = CONTENTS.alias("sim_content")
_REFERENCE = CONTENTS.alias("reference_content")
_WITH_CONTENT = (
    is_content(ContentKind.MESSAGE, MESSAGES.c.number),
    is_content(ContentKind.SIM, MESSAGES.c.sim, among=_SIM),
    is_content(ContentKind.CLIENT_REFERENCE, MESSAGES.c.number, among=_REFERENCE),
)
_ENTRY_COLUMNS = (
    *(column for column in MESSAGES.columns if column.name not in {"account", "status", "sim"}),
    CONTENTS.c.msisdn.label("recipient"),
    CONTENTS.c.body.label("text"),
    CONTENTS.c.sender.label("sender_id"),
    _SIM.c.msisdn.label("sender_used"),
    _REFERENCE.c.body.label("client_reference"),
)


_ACTIVITY: Final = select(
    ACTIVITY.c.day, ACTIVITY.c.network, ACTIVITY.c.state, ACTIVITY.c.messages
).where(ACTIVITY.c.account == bindparam("account"), ACTIVITY.c.day >= bindparam("first_day"))


def page(connection: Connection, account: int, wanted: LogFilter) -> LogPage:
    """Give a page of an account's log without a search, newest first, and how many match in all.

    ``total`` counts what matches the status, not what ``before`` leaves of it.
    """
    matching = select(MESSAGES.c.number).where(MESSAGES.c.account == account)
    if wanted.status is not None:
        matching = matching.where(MESSAGES.c.status == wanted.status)
    if wanted.before is not None:
        matching = matching.where(MESSAGES.c.position < place_of(account, wanted.before))
    found = (
        matching.order_by(MESSAGES.c.position.desc())
        .limit(wanted.limit)
        .offset(wanted.offset)
        .subquery("page")
    )
    entries = _entries(found.join(MESSAGES, found.c.number == MESSAGES.c.number))
    rows = connection.execute(entries.order_by(MESSAGES.c.position.desc()))
    total = _kept_total(connection, account, wanted.status)
    return LogPage(entries=tuple(_entry(row._mapping) for row in rows), total=total)


def entries_of(connection: Connection, numbers: Sequence[int]) -> tuple[LogEntry, ...]:
    """Give the messages with these numbers, newest first."""
    wanted = _entries(MESSAGES).where(MESSAGES.c.number.in_(numbers))
    rows = connection.execute(wanted.order_by(MESSAGES.c.position.desc()))
    return tuple(_entry(row._mapping) for row in rows)


def entry(connection: Connection, account: int, number: int) -> LogEntry | None:
    """Find one message of an account."""
    wanted = _entries(MESSAGES).where(MESSAGES.c.number == number, MESSAGES.c.account == account)
    row = connection.execute(wanted).first()
    return None if row is None else _entry(row._mapping)


def activity(connection: Connection, account: int, first_day: int) -> Sequence[ActivityRow]:
    """Give how many messages stand how, by day in Lusaka and network, from a day on."""
    bounds = {"account": account, "first_day": first_day}
    return [
        ActivityRow(day, Network(network), State(state), messages)
        for day, network, state, messages in connection.execute(_ACTIVITY, bounds)
    ]


def traffic(connection: Connection) -> Sequence[TrafficRow]:
    """Say what ever became of messages, by network."""
    found = {row.network: row._mapping for row in connection.execute(select(TRAFFIC))}
    counts = [column.name for column in TRAFFIC.columns if column.name != "network"]
    nothing = dict.fromkeys(counts, 0)
    return [
        TrafficRow(network=network, **{name: row[name] for name in counts})
        for network in Network
        for row in [found.get(network.value, nothing)]
    ]


def batch_row(connection: Connection, account: int, batch: int) -> BatchRow | None:
    """Count how the messages of a bulk stand; at most as many as one bulk has."""
    wanted = (
        select(
            MESSAGES.c.state,
            func.count().label("messages"),
            func.sum(MESSAGES.c.credits).label("credits"),
            func.sum(MESSAGES.c.credits_refunded).label("refunded"),
        )
        .where(MESSAGES.c.batch == batch, MESSAGES.c.account == account)
        .group_by(MESSAGES.c.state)
    )
    rows = connection.execute(wanted).all()
    if not rows:
        return None
    counts = {State(row.state): int(row.messages) for row in rows}

    def count(states: Iterable[State]) -> int:
        return sum(counts.get(state, 0) for state in states)

    return BatchRow(
        batch=batch,
        accepted=sum(counts.values()),
        queued=count(OPEN),
        sent=count(SPENT),
        delivered=count((State.DELIVERED,)),
        failed=count(REFUNDED - {State.CANCELLED}),
        cancelled=count((State.CANCELLED,)),
        credits_used=sum(int(row.credits) for row in rows),
        credits_refunded=sum(int(row.refunded) for row in rows),
    )


def open_of_batch(connection: Connection, account: int, batch: int) -> Sequence[int]:
    """Number the messages of a bulk that have not ended."""
    wanted = select(MESSAGES.c.number).where(
        MESSAGES.c.batch == batch,
        MESSAGES.c.account == account,
        MESSAGES.c.state.in_([state.value for state in OPEN]),
    )
    return list(connection.scalars(wanted.order_by(MESSAGES.c.number)))


def due_rehearsals(connection: Connection, now: Instant, *, limit: int) -> Sequence[int]:
    """Number the test messages whose time has come, longest due first."""
    wanted = select(REHEARSALS.c.number).where(REHEARSALS.c.due_at <= now)
    return list(connection.scalars(wanted.order_by(REHEARSALS.c.due_at).limit(limit)))


def numbers_of(
    connection: Connection, account: int, *, after: int, limit: int
) -> Sequence[tuple[int, int]]:
    """List an account's messages after a log position: position and number, oldest first."""
    wanted = (
        select(MESSAGES.c.position, MESSAGES.c.number)
        .where(MESSAGES.c.account == account, MESSAGES.c.position > after)
        .order_by(MESSAGES.c.position)
        .limit(limit)
    )
    return [(row.position, row.number) for row in connection.execute(wanted)]


def _entries(messages: FromClause) -> Select[Any]:
    return (
        select(*_ENTRY_COLUMNS)
        .select_from(messages)
        .join(CONTENTS, _WITH_CONTENT[0], isouter=True)
        .join(_SIM, _WITH_CONTENT[1], isouter=True)
        .join(_REFERENCE, _WITH_CONTENT[2], isouter=True)
    )


def _entry(row: Any) -> LogEntry:
    fields = dict(row)
    fields["network"] = Network(fields["network"])
    fields["state"] = State(fields["state"])
    return LogEntry(**fields)


def place_of(account: int, number: int) -> ColumnElement[int]:
    """Give the position of a message of the account; NULL, so an empty page, when it has none."""
    earlier = MESSAGES.alias("earlier")
    place = select(earlier.c.position).where(
        earlier.c.number == number, earlier.c.account == account
    )
    return place.scalar_subquery()


def _kept_total(connection: Connection, account: int, status: str | None) -> int:
    row = connection.execute(select(TOTALS).where(TOTALS.c.account == account)).first()
    if row is None:
        return 0
    if status is None:
        return int(row.queued + row.sent + row.failed)
    return int(row._mapping.get(status, 0))


def contains(search: str, *, is_postgresql: bool) -> ColumnElement[bool]:
    """Match text in any case, or the number in any written form; % and _ stand for themselves.

    What is not ASCII was folded when it was stored, because the stores fold only ASCII alike.
    """
    body = func.lower(CONTENTS.c.body.collate("C") if is_postgresql else CONTENTS.c.body)
    text = func.coalesce(CONTENTS.c.folded, body)
    matches = text.contains(search.casefold(), autoescape=True)
    digits = search_forms(search)
    if digits is None:
        return matches
    return or_(matches, CONTENTS.c.msisdn.contains(digits, autoescape=True))


def is_searchable(search: str) -> bool:
    """Whether any stored text could hold this: no lone surrogate, no NUL, nothing longer.

    SQLite also refuses patterns over 50,000 octets; so much is well below that, however it folds.
    """
    if len(search) > MESSAGE_CHARACTERS_MAX:
        return False
    try:
        return b"\0" not in search.encode()
    except UnicodeEncodeError:
        return False

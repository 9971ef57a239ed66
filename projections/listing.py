"""Messages as staff list them: the log's rows, beside what is known of those that are open."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Select, select

from application.ports.queries import MessageFilter, MessageRow
from domain.message_states import OPEN, State
from domain.values import Network
from projections.dispatch.tables import LANES
from projections.dispatch.tables import MESSAGES as WAITING
from projections.message_log import MESSAGES

_COLUMNS: Final = (
    *(
        MESSAGES.c[name]
        for name in (
            *("number", "account", "network", "state", "batch", "credits", "credits_refunded"),
            *("queued_at", "sent_at", "failure_code", "sim"),
        )
    ),
    *(WAITING.c[name] for name in ("lane", "expires_at", "last_attempt_at")),
)


def messages(connection: Connection, wanted: MessageFilter) -> Sequence[MessageRow]:
    """List messages of all accounts, newest first, and no tests."""
    log = MESSAGES.c
    statement = (
        select(*_COLUMNS)
        .select_from(MESSAGES.outerjoin(WAITING, WAITING.c.number == log.number))
        .where(log.number < wanted.before, log.account > 0)
        .order_by(log.number.desc())
        .limit(wanted.limit)
    )
    if wanted.states <= OPEN:
        statement = statement.where(log.number.in_(_waiting(wanted)))
    elif wanted.states < frozenset(State):
        statement = statement.where(log.state.in_([state.value for state in wanted.states]))
    if wanted.account is not None:
        statement = statement.where(log.account == wanted.account)
    if wanted.network is not None:
        statement = statement.where(log.network == wanted.network.value)
    if wanted.since is not None:
        statement = statement.where(log.queued_at >= wanted.since)
    return [_row(row._mapping) for row in connection.execute(statement)]


def _waiting(wanted: MessageFilter) -> Select[Any]:
    """Number the open messages in these states: few, however long the log is."""
    states = [state.value for state in wanted.states]
    return select(WAITING.c.number).where(WAITING.c.state.in_(states))


def _row(row: Any) -> MessageRow:
    fields = dict(row)
    fields["network"] = Network(fields["network"])
    fields["state"] = State(fields["state"])
    if fields["lane"] is not None:
        fields["lane"] = LANES[fields["lane"]]
    return MessageRow(**fields)

"""The feed: what accounts are told of, numbered for each without a gap; and their webhooks."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

import orjson
from sqlalchemy import Connection, FromClause, Select, Table, Text, bindparam, func, select

from application.ports.queries import AttemptRow, FeedRow, InboundRow, WebhookRow
from domain.contents import ContentKind, SenderIdRequest
from domain.feed import FeedType
from domain.values import Instant
from projections.balances import BALANCES
from projections.tables import (
    CONTENTS,
    READ,
    WEBHOOK_ATTEMPTS,
    WEBHOOKS,
    changing,
    fixed,
    is_content,
    key,
)

FEED: Final = Table(
    "feed",
    READ,
    key("account"),
    key("sequence"),
    fixed("id", Text),
    fixed("position"),
    fixed("type", Text),
    fixed("number"),
    fixed("at"),
    fixed("details", Text),
)
"""``number`` is that of what the event is about; ``details`` is JSON, and nothing personal."""

ENDS: Final = Table("feed_ends", READ, key("account"), changing("last"))

_OF_MESSAGES: Final = frozenset(
    {
        FeedType.MESSAGE_SENT,
        FeedType.MESSAGE_DELIVERED,
        FeedType.MESSAGE_UNDELIVERED,
        FeedType.MESSAGE_FAILED,
    }
)
_OF_SENDER_IDS: Final = frozenset({FeedType.SENDER_ID_APPROVED, FeedType.SENDER_ID_REJECTED})


def page(
    connection: Connection, account: int, *, after: int, limit: int, types: Sequence[FeedType]
) -> Sequence[Any]:
    """Give the rows of an account's feed after a sequence, with what stands beside the log of each.

    What was erased of it is None.
    """
    given: dict[str, Any] = {"account": account, "after": after, "limit": limit}
    if types:
        given["types"] = [each.value for each in types]
    return connection.execute(_page(of_types=bool(types)), given).all()


@cache
def _page(*, of_types: bool) -> Select[Any]:
    """Make the question once: to make it costs a tenth of the answer."""
    wanted = select(FEED).where(
        FEED.c.account == bindparam("account"), FEED.c.sequence > bindparam("after")
    )
    if of_types:
        wanted = wanted.where(FEED.c.type.in_(bindparam("types", expanding=True)))
    rows = wanted.order_by(FEED.c.sequence).limit(bindparam("limit")).subquery()
    message, reference, asked = (CONTENTS.alias() for _ in range(3))
    of_message = rows.c.type.in_([each.value for each in _OF_MESSAGES])
    of_sender_id = rows.c.type.in_([each.value for each in _OF_SENDER_IDS])
    number = rows.c.number
    contents = (
        (message, is_content(ContentKind.MESSAGE, number, among=message) & of_message),
        (reference, is_content(ContentKind.CLIENT_REFERENCE, number, among=reference) & of_message),
        (asked, is_content(ContentKind.SENDER_ID, number, among=asked) & of_sender_id),
    )
    joined: FromClause = rows
    for one, is_its in contents:
        joined = joined.join(one, is_its, isouter=True)
    whole = select(
        rows,
        message.c.msisdn.label("recipient"),
        reference.c.body.label("client_reference"),
        asked.c.body.label("asked"),
    )
    return whole.select_from(joined).order_by(rows.c.sequence)


def inbound_of(rows: Iterable[Any]) -> Mapping[int, Any]:
    """Give the rows about messages that came in, by the message's number."""
    return {row.number: row for row in rows if row.type == _INBOUND}


def missing_of(row: Any) -> int:
    """Give how many parts were missing of a message that came in, when it was told."""
    return int(orjson.loads(row.details)["missing"])


def completed(rows: Sequence[Any], inbound: Mapping[int, InboundRow]) -> Sequence[FeedRow]:
    """Give rows as they are told, with the messages that came in."""
    return [
        FeedRow(
            sequence,
            id_,
            position,
            _TYPES[word],
            number,
            at,
            orjson.loads(details),
            recipient,
            reference,
            None if asked is None else SenderIdRequest.read(asked).name,
            inbound.get(number) if word == _INBOUND else None,
        )
        for (
            _,
            sequence,
            id_,
            position,
            word,
            number,
            at,
            details,
            recipient,
            reference,
            asked,
        ) in rows
    ]


_TYPES: Final = {each.value: each for each in FeedType}
_INBOUND: Final = FeedType.MESSAGE_INBOUND.value


def ends(connection: Connection, accounts: Sequence[int]) -> Mapping[int, int]:
    """Give the newest sequence of each account that has one."""
    rows = connection.execute(select(ENDS).where(ENDS.c.account.in_(accounts)))
    return {row.account: row.last for row in rows}


def marks(connection: Connection, accounts: Sequence[int]) -> Mapping[int, int]:
    """Give of each account a number that grows whenever its wallet or its feed does.

    Each of what it is the sum of only grows.
    """
    rows = connection.execute(_MARKS, {"accounts": accounts})
    return {row.account: row.mark for row in rows}


_MARKS: Final = (
    select(
        BALANCES.c.account,
        (BALANCES.c.position + func.coalesce(ENDS.c.last, 0)).label("mark"),
    )
    .join(ENDS, ENDS.c.account == BALANCES.c.account, isouter=True)
    .where(BALANCES.c.account.in_(bindparam("accounts", expanding=True)))
)


# -- webhooks -------------------------------------------------------------------------------------


def webhook(connection: Connection, account: int) -> WebhookRow | None:
    """Say how an account's webhook stands."""
    row = connection.execute(_webhooks().where(WEBHOOKS.c.account == account)).first()
    return None if row is None else _webhook(row)


def due_webhooks(connection: Connection, now: Instant, *, limit: int) -> Sequence[WebhookRow]:
    """List webhooks that have something to be told now, longest due first."""
    wanted = (
        _webhooks()
        .where(
            WEBHOOKS.c.state != "gone",
            WEBHOOKS.c.due_at <= now,
            ENDS.c.last > WEBHOOKS.c.delivered,
        )
        .order_by(WEBHOOKS.c.due_at)
        .limit(limit)
    )
    return list(map(_webhook, connection.execute(wanted)))


def paused_webhooks(connection: Connection, *, limit: int) -> Sequence[WebhookRow]:
    """List webhooks whose receivers took nothing for days, by account."""
    wanted = _webhooks().where(WEBHOOKS.c.state == "paused").order_by(WEBHOOKS.c.account)
    return list(map(_webhook, connection.execute(wanted.limit(limit))))


def webhooks_waiting(connection: Connection) -> Mapping[str, int]:
    """Count the webhooks that have something to be told: active and paused ones."""
    wanted = (
        select(WEBHOOKS.c.state, func.count())
        .join(ENDS, ENDS.c.account == WEBHOOKS.c.account)
        .where(WEBHOOKS.c.state != "gone", ENDS.c.last > WEBHOOKS.c.delivered)
        .group_by(WEBHOOKS.c.state)
    )
    found = {state: int(count) for state, count in connection.execute(wanted)}
    return {"active": 0, "paused": 0, **found}


def attempts(
    connection: Connection, account: int, *, before: int, limit: int
) -> Sequence[AttemptRow]:
    """List the attempts that are kept, newest first."""
    columns = [one for one in WEBHOOK_ATTEMPTS.c if one.name not in {"account", "slot"}]
    wanted = (
        select(*columns)
        .where(WEBHOOK_ATTEMPTS.c.account == account, WEBHOOK_ATTEMPTS.c.number < before)
        .order_by(WEBHOOK_ATTEMPTS.c.number.desc())
        .limit(limit)
    )
    return [AttemptRow(**row._mapping) for row in connection.execute(wanted)]


def _webhooks() -> Select[Any]:
    return select(WEBHOOKS, ENDS.c.last).join(
        ENDS, ENDS.c.account == WEBHOOKS.c.account, isouter=True
    )


def _webhook(row: Any) -> WebhookRow:
    return WebhookRow(
        account=row.account,
        epoch=row.epoch,
        state=row.state,
        types=[FeedType(word) for word in row.types.split()],
        delivered=row.delivered,
        tries=row.tries,
        due_at=Instant(row.due_at),
        attempts=row.attempts,
        last=row.last or 0,
    )

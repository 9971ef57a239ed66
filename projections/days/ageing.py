"""What was open just before a moment, and for how many days."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, Subquery, Text, case, cast, func, literal, select

from application.ports.queries import AgeRow, OpenRow
from domain.ageing import BUCKETS, Kind
from domain.days import DAY_S, OFFSET_S, day_of
from domain.values import SECOND, Instant
from projections.days.sheets import was_open
from projections.days.tables import (
    COMING,
    ENTRIES,
    GOING,
    ITEMS,
    LINE,
    PAYMENT,
    RECEIPTS,
    REFUND,
    UNALLOCATED,
)

_KINDS = {
    COMING: Kind.CLEARING,
    GOING: Kind.CLEARING,
    LINE: Kind.UNALLOCATED,
    UNALLOCATED: Kind.UNALLOCATED,
    REFUND: Kind.REFUNDS_PAYABLE,
    PAYMENT: Kind.PAYMENTS,
}


def ages(connection: Connection, until: Instant) -> Sequence[AgeRow]:
    """Sum what was open by kind, wallet and age."""
    found = _open(until).subquery()
    day = (found.c.since // SECOND + OFFSET_S) // DAY_S
    age = day_of(Instant(until - 1)) - day
    bucket = case(
        *((age <= most, number) for number, (_, most) in enumerate(BUCKETS) if most is not None),
        else_=len(BUCKETS) - 1,
    )
    rows = connection.execute(
        select(
            *(found.c.group, found.c.wallet, bucket.label("bucket")),
            *(func.count().label("rows"), func.sum(found.c.amount).label("amount")),
        )
        .group_by(found.c.group, found.c.wallet, bucket)
        .order_by(found.c.group, found.c.wallet, bucket)
    )
    return [
        AgeRow(
            kind=row.group,
            provider_account=row.wallet,
            days_least=BUCKETS[row.bucket][0],
            days_most=BUCKETS[row.bucket][1],
            count=row.rows,
            amount_ngwee=int(row.amount),
        )
        for row in rows
    ]


def aged_items(
    connection: Connection, until: Instant, *, after: str, limit: int
) -> Sequence[OpenRow]:
    """List what was open, by kind and by receipt or payment."""
    found: Subquery = _open(until).subquery()
    rows = connection.execute(
        select(found, RECEIPTS.c.transaction_id)
        .join(RECEIPTS, RECEIPTS.c.receipt == found.c.subject, isouter=True)
        .where(found.c.key > after)
        .order_by(found.c.key)
        .limit(limit)
    )
    return [
        OpenRow(
            kind=row.group,
            provider_account=row.wallet,
            subject=row.transaction_id or row.subject,
            since=row.since,
            amount_ngwee=int(row.amount),
            next=row.key,
        )
        for row in rows
    ]


def _open(until: Instant) -> Select[Any]:
    """Select each receipt, or payment, of which something of a kind was open."""
    group = case(*((ITEMS.c.kind == kind, name.value) for kind, name in _KINDS.items()))
    key = group.concat(literal(":")).concat(cast(ITEMS.c.subject, Text))
    return (
        select(
            *(group.label("group"), ITEMS.c.wallet, ITEMS.c.subject, key.label("key")),
            func.min(ENTRIES.c.at).label("since"),
            func.sum(ENTRIES.c.amount).label("amount"),
        )
        .join(ENTRIES, (ENTRIES.c.kind == ITEMS.c.kind) & (ENTRIES.c.subject == ITEMS.c.subject))
        .where(was_open(until), ENTRIES.c.at < until)
        .group_by(group, ITEMS.c.wallet, ITEMS.c.subject)
        .having(func.sum(ENTRIES.c.amount) != 0)
    )

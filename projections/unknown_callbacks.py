"""Callbacks about no payment of ours; a table of the read model ``receipts``."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, Index, Table, Text, select

from application.ports.queries import CallbackRow
from domain.contents import ContentKind
from domain.values import Instant
from projections.tables import CONTENTS, READ, fixed, is_content, key

UNKNOWN_CALLBACKS: Final = Table(
    "receipt_callbacks",
    READ,
    key("number"),
    fixed("provider_account", Text),
    fixed("amount_ngwee", nullable=True),
    fixed("kept_at"),
)

_C = UNKNOWN_CALLBACKS.c
Index("receipt_callbacks_by_time", _C.kept_at, _C.number)


def unknown_callbacks(
    connection: Connection, *, as_of: Instant, after: int, limit: int
) -> Sequence[CallbackRow]:
    """List those that came by a time, and of which is kept what they said."""
    wanted = (
        select(_C.number, _C.provider_account, _C.amount_ngwee, _C.kept_at)
        .join(CONTENTS, is_content(ContentKind.CALLBACK, _C.number))
        .where(_C.kept_at <= as_of, _C.number > after)
        .order_by(_C.number)
        .limit(limit)
    )
    return [CallbackRow(**row._mapping) for row in connection.execute(wanted)]

"""What is odd about receipts and moves nothing; a table of the read model ``receipts``."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, Table, Text, select

from application.ports.queries import OddityRow
from domain.values import Instant
from projections.receipts import RECEIPTS
from projections.tables import READ, fixed, key

ODDITIES: Final = Table(
    "receipt_oddities",
    READ,
    key("place"),
    fixed("receipt", Text),
    fixed("provider_account", Text),
    fixed("transaction_id", Text),
    fixed("kind", Text),
    fixed("amount_ngwee"),
    fixed("since"),
)

_O, _R = ODDITIES.c, RECEIPTS.c


def oddities(
    connection: Connection, *, as_of: Instant, after: int, limit: int
) -> Sequence[OddityRow]:
    """List what was found by a time, with the account that the receipt credited."""
    wanted = (
        select(
            *(_O.place, _O.receipt, _O.provider_account, _O.transaction_id),
            *(_O.kind, _O.amount_ngwee, _O.since, _R.account),
        )
        .join(RECEIPTS, _R.id == _O.receipt)
        .where(_O.since <= as_of, _O.place > after)
        .order_by(_O.place)
        .limit(limit)
    )
    return [OddityRow(**row._mapping) for row in connection.execute(wanted)]

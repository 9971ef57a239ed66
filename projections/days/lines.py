"""What statements show, line by line, with what they say of people."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from application.ports.queries import ShownLine
from domain.contents import ContentKind
from domain.values import Instant
from projections.receipts import RECEIPTS
from projections.tables import CONTENTS, is_content


def lines(
    connection: Connection, since: Instant, until: Instant, *, after: int, limit: int
) -> Sequence[ShownLine]:
    """List the lines of a stretch of time, as their receipts became known."""
    rows = connection.execute(
        select(
            *(RECEIPTS.c.place, RECEIPTS.c.provider_account, RECEIPTS.c.transaction_id),
            *(RECEIPTS.c.happened_at, RECEIPTS.c.kind, RECEIPTS.c.amount_ngwee),
            *(RECEIPTS.c.fee_ngwee, RECEIPTS.c.reference, RECEIPTS.c.account, RECEIPTS.c.held),
            *(CONTENTS.c.msisdn.label("payer"), CONTENTS.c.body),
        )
        .join(CONTENTS, is_content(ContentKind.LINE, RECEIPTS.c.content), isouter=True)
        .where(RECEIPTS.c.happened_at >= since, RECEIPTS.c.happened_at < until)
        .where(RECEIPTS.c.place > after)
        .order_by(RECEIPTS.c.place)
        .limit(limit)
    )
    return [ShownLine(**row._mapping) for row in rows]

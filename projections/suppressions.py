"""Numbers that get no promotions, by whose they are."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, Index, Table, Text, select

from application.ports.queries import SuppressionRow
from domain.contents import ContentKind
from domain.suppression import EVERYBODY
from projections.tables import CONTENTS, READ, changing, fixed, is_content, key
from projections.typed_reasons import is_reason, reasons

SUPPRESSIONS: Final = Table(
    "suppressions",
    READ,
    key("number"),
    fixed("account"),
    changing("since", nullable=True),
    changing("inbound", nullable=True),
    changing("actor", Text, nullable=True),
    changing("reason", nullable=True),
)
"""One row a number and account, ``since`` None once it was lifted; ``reason`` by its number."""

Index("suppressions_by_account", SUPPRESSIONS.c.account, SUPPRESSIONS.c.number)


def page(
    connection: Connection, account: int | None, *, before: int, limit: int
) -> Sequence[SuppressionRow]:
    """List suppressions that hold, newest first; an account's are those for all, too."""
    typed = reasons("suppression_reason")
    of, listed = SUPPRESSIONS.c, CONTENTS.c.msisdn
    wanted = (
        select(
            of.number, of.account, listed, of.since, of.inbound, of.actor,
            typed.c.body.label("reason"),
        )
        .join(CONTENTS, is_content(ContentKind.SUPPRESSION, of.number), isouter=True)
        .join(typed, is_reason(typed, of.reason), isouter=True)
        .where(of.since.is_not(None), of.number < before)
    )  # fmt: skip
    if account is not None:
        wanted = wanted.where(of.account.in_([account, EVERYBODY]))
    rows = connection.execute(wanted.order_by(of.number.desc()).limit(limit))
    return [SuppressionRow(**row._mapping) for row in rows]

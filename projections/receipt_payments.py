"""Payments as finance matches them; a table of the read model ``receipts``."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Boolean, Connection, Index, Select, Table, Text, select

from application.ports.queries import PaymentRow
from domain.contents import ContentKind
from domain.values import Instant
from projections.tables import CONTENTS, READ, changing, fixed, index_when_set, is_content, key

FOUND_MAX: Final = 1_000

PAYMENTS: Final = Table(
    "receipt_payments",
    READ,
    key("number"),
    fixed("payment", Text),
    fixed("account"),
    fixed("provider", Text),
    fixed("provider_account", Text),
    fixed("reference", Text),
    changing("provider_reference", Text, nullable=True),
    fixed("amount_ngwee"),
    changing("paid_ngwee"),
    changing("state", Text),
    changing("cause", Text, nullable=True),
    changing("was_late", Boolean),
    changing("receipt", Text, nullable=True),
    fixed("requested_at"),
    changing("ended_at", nullable=True),
    changing("confirmed_at", nullable=True),
    changing("refund_since", nullable=True),
    changing("refund_until", nullable=True),
    changing("odd", Text, nullable=True),
    changing("odd_since", nullable=True),
    changing("doubt_since", nullable=True),
    changing("doubt_until", nullable=True),
)
"""``odd`` says in what it was paid otherwise than asked; in doubt is whether it was paid."""

Index("receipt_payments_by_id", PAYMENTS.c.payment)
Index("receipt_payments_by_reference", PAYMENTS.c.reference)
Index("receipt_payments_by_ended", PAYMENTS.c.provider_account, PAYMENTS.c.ended_at)
Index("receipt_payments_by_time", PAYMENTS.c.requested_at, PAYMENTS.c.number)
Index("receipt_payments_odd", PAYMENTS.c.odd_since)
index_when_set("receipt_payments_doubt", PAYMENTS.c.doubt_since, when=PAYMENTS.c.doubt_since)
Index("receipt_payments_by_refund", PAYMENTS.c.refund_since)

PAYERS = CONTENTS.alias("payers")
_P = PAYMENTS.c


def waiting_payments(
    connection: Connection, wallet: str, *, since: Instant, after: int, limit: int
) -> Sequence[PaymentRow]:
    """List payments that nobody confirmed, which ended since then or have not."""
    is_recent = _P.ended_at.is_(None) | (_P.ended_at >= since)
    wanted = _payments().where(
        _P.provider_account == wallet, _P.number > after, _P.receipt.is_(None), is_recent
    )
    return [PaymentRow(**row._mapping) for row in connection.execute(wanted.limit(limit))]


def payments_by_reference(
    connection: Connection, references: Sequence[str]
) -> Sequence[PaymentRow]:
    """Find payments by our reference."""
    wanted = _payments().where(_P.reference.in_(references[:FOUND_MAX]))
    return [PaymentRow(**row._mapping) for row in connection.execute(wanted)]


def odd_payments(
    connection: Connection, *, as_of: Instant, stale_before: Instant, after: int, limit: int
) -> Sequence[PaymentRow]:
    """List payments that finance has to look at."""
    was_waiting = (_P.ended_at.is_(None) | (_P.ended_at > as_of)) & (
        _P.requested_at <= stale_before
    )
    owes = (_P.refund_since <= stale_before) & (
        _P.refund_until.is_(None) | (_P.refund_until > as_of)
    )
    is_doubted = (_P.doubt_since <= as_of) & (_P.doubt_until.is_(None) | (_P.doubt_until > as_of))
    is_odd = was_waiting | owes | is_doubted | (_P.odd_since <= as_of)
    wanted = _payments().where(is_odd, _P.number > after)
    return [PaymentRow(**row._mapping) for row in connection.execute(wanted.limit(limit))]


def _payments() -> Select[Any]:
    return (
        select(
            _P.number, _P.payment, _P.account, _P.provider, _P.provider_account, _P.reference,
            _P.provider_reference, _P.amount_ngwee, _P.paid_ngwee, _P.state, _P.cause,
            _P.was_late, _P.receipt, _P.requested_at, _P.ended_at, _P.confirmed_at,
            _P.refund_since, _P.refund_until, _P.odd, _P.odd_since,
            _P.doubt_since, _P.doubt_until, PAYERS.c.msisdn.label("payer"),
        )
        .join(PAYERS, is_content(ContentKind.TOP_UP, _P.number, among=PAYERS), isouter=True)
        .order_by(_P.number)
    )  # fmt: skip

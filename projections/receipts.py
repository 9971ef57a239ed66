"""Receipts and payments that finance has to match: what is open of each, and since when.

No number and no name is in these tables: a line's and a payment's are joined from the contents.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Boolean, ColumnElement, Connection, Index, Select, Table, Text, func, select

from application.ports.queries import (
    CaseRow,
    ConfirmedRow,
    KnownLine,
    LineRow,
    OpenItem,
    PaymentRow,
)
from domain.contents import ContentKind
from domain.values import Instant
from projections.tables import (
    CONTENTS,
    READ,
    changing,
    fixed,
    index_when_set,
    is_content,
    key,
)
from projections.typed_reasons import is_reason, reasons

FOUND_MAX: Final = 1_000

RECEIPTS: Final = Table(
    "receipts",
    READ,
    key("id", Text),
    fixed("place"),
    fixed("provider_account", Text),
    fixed("transaction_id", Text),
    changing("state", Text),
    changing("kind", Text, nullable=True),
    changing("amount_ngwee"),
    changing("fee_ngwee"),
    changing("happened_at", nullable=True),
    changing("seen_at", nullable=True),
    changing("reference", Text, nullable=True),
    changing("content", nullable=True),
    changing("payment", Text, nullable=True),
    changing("account", nullable=True),
    changing("credited_at", nullable=True),
    changing("held", Text, nullable=True),
    changing("shows", Text, nullable=True),
    changing("in_ngwee"),
    changing("out_ngwee"),
    changing("reversed_ngwee"),
    changing("is_apart", Boolean),
    changing("items", Text),
    changing("open_line", nullable=True),
    changing("open_confirmed", nullable=True),
)
"""``state`` is what a receipt's events know of it (JSON, ``domain.receipt.events.Progress``);
``shows`` the one receipt that its line shows, ``items`` which of ``ITEMS`` are not over;
``is_apart`` after a person took a match back. ``open_line`` and ``open_confirmed`` are its place
while there is something to match."""

index_when_set(
    "receipts_open_lines",
    RECEIPTS.c.provider_account,
    RECEIPTS.c.open_line,
    when=RECEIPTS.c.open_line,
)
index_when_set(
    "receipts_confirmed",
    RECEIPTS.c.provider_account,
    RECEIPTS.c.open_confirmed,
    when=RECEIPTS.c.open_confirmed,
)
index_when_set(
    "receipts_by_amount",
    RECEIPTS.c.provider_account,
    RECEIPTS.c.amount_ngwee,
    RECEIPTS.c.happened_at,
    when=RECEIPTS.c.happened_at,
)
index_when_set("receipts_by_seen", RECEIPTS.c.seen_at, when=RECEIPTS.c.content)

ITEMS: Final = Table(
    "receipt_items",
    READ,
    key("place"),
    fixed("receipt", Text),
    fixed("what", Text),
    fixed("cause", Text, nullable=True),
    fixed("amount_ngwee"),
    fixed("is_on_statement", Boolean),
    fixed("since"),
    changing("until", nullable=True),
)
"""What was open of a receipt, from when to when; ``place`` is position * 4 + which."""

Index("receipt_items_by_until", ITEMS.c.until, ITEMS.c.place)

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
)
"""``odd`` says in what it was paid otherwise than asked, or that nobody knows whether it was."""

Index("receipt_payments_by_id", PAYMENTS.c.payment)
Index("receipt_payments_by_reference", PAYMENTS.c.reference)
Index("receipt_payments_by_ended", PAYMENTS.c.provider_account, PAYMENTS.c.ended_at)
Index("receipt_payments_by_time", PAYMENTS.c.requested_at, PAYMENTS.c.number)
Index("receipt_payments_odd", PAYMENTS.c.odd_since)
Index("receipt_payments_by_refund", PAYMENTS.c.refund_since)

FILES: Final = Table(
    "receipt_files",
    READ,
    key("place"),
    fixed("provider_account", Text),
    fixed("imported_at"),
    fixed("last_at"),
)
"""Up to when each import of a statement reaches."""

Index("receipt_files_by_wallet", FILES.c.provider_account, FILES.c.imported_at)

CASES: Final = Table(
    "receipt_cases",
    READ,
    key("subject", Text),
    changing("owner", nullable=True),
    changing("note", nullable=True),
    changing("is_closed", Boolean),
    changing("actor", Text),
    changing("noted_at"),
)

_LINES = CONTENTS.alias("lines")
_PAYERS = CONTENTS.alias("payers")
_R, _P = RECEIPTS.c, PAYMENTS.c


def wallets_to_match(connection: Connection) -> Sequence[str]:
    """List the wallets that have open lines."""
    found = select(_R.provider_account).where(_R.open_line.is_not(None)).distinct()
    return list(connection.execute(found.order_by(_R.provider_account)).scalars())


def reach(connection: Connection, wallet: str, *, as_of: Instant | None) -> Instant | None:
    """Say up to when the statements of a wallet reach."""
    wanted = select(func.max(FILES.c.last_at)).where(FILES.c.provider_account == wallet)
    if as_of is not None:
        wanted = wanted.where(FILES.c.imported_at <= as_of)
    return connection.execute(wanted).scalar()


def open_lines(connection: Connection, wallet: str, *, after: int, limit: int) -> Sequence[LineRow]:
    """List lines that are to be matched."""
    wanted = (
        select(
            _R.place, _R.id.label("receipt"), _R.provider_account, _R.transaction_id, _R.kind,
            _R.amount_ngwee, _R.fee_ngwee, _R.happened_at, _R.reference, _R.held, _R.seen_at,
            _LINES.c.msisdn.label("payer"), _LINES.c.body,
        )
        .join(_LINES, is_content(ContentKind.LINE, _R.content, among=_LINES), isouter=True)
        .where(_R.provider_account == wallet, _R.open_line > after)
        .order_by(_R.open_line)
        .limit(limit)
    )  # fmt: skip
    return [LineRow(**row._mapping) for row in connection.execute(wanted)]


def confirmed(
    connection: Connection, wallet: str, *, after: int, limit: int
) -> Sequence[ConfirmedRow]:
    """List receipts of which something stands in Clearing."""
    wanted = (
        select(
            _R.place, _R.id.label("receipt"), _R.provider_account, _R.transaction_id,
            _R.in_ngwee, _R.out_ngwee, _R.happened_at.is_not(None).label("is_on_statement"),
            _R.account, _R.credited_at, _R.payment, _P.number, _P.provider,
            _P.reference, _P.provider_reference, _PAYERS.c.msisdn.label("payer"),
        )
        .join(PAYMENTS, _P.payment == _R.payment, isouter=True)
        .join(_PAYERS, is_content(ContentKind.TOP_UP, _P.number, among=_PAYERS), isouter=True)
        .where(_R.provider_account == wallet, _R.open_confirmed > after)
        .order_by(_R.open_confirmed)
        .limit(limit)
    )  # fmt: skip
    return [ConfirmedRow(**row._mapping) for row in connection.execute(wanted)]


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


def known_lines(connection: Connection, receipts: Sequence[str]) -> Sequence[KnownLine]:
    """Find lines by their receipts."""
    wanted = _known().where(_R.id.in_(receipts[:FOUND_MAX]), _R.happened_at.is_not(None))
    return [KnownLine(**row._mapping) for row in connection.execute(wanted)]


def known_lines_of(
    connection: Connection, wallet: str, amount_ngwee: int, *, since: Instant, until: Instant
) -> Sequence[KnownLine]:
    """Find lines of an amount that happened within a time."""
    wanted = _known().where(
        _R.provider_account == wallet,
        _R.amount_ngwee == amount_ngwee,
        _R.happened_at.between(since, until),
        _R.open_line.is_(None),
    )
    rows = connection.execute(wanted.order_by(_R.happened_at, _R.place).limit(FOUND_MAX))
    return [KnownLine(**row._mapping) for row in rows]


def _known() -> Select[Any]:
    shown = RECEIPTS.alias("shown")
    return (
        select(
            _R.id.label("receipt"), _R.transaction_id, _R.amount_ngwee, _R.happened_at,
            _LINES.c.msisdn.label("payer"), _R.shows, shown.c.account, shown.c.out_ngwee,
            func.coalesce(shown.c.reversed_ngwee, 0).label("reversed_ngwee"),
        )
        .join(_LINES, is_content(ContentKind.LINE, _R.content, among=_LINES), isouter=True)
        .join(shown, shown.c.id == _R.shows, isouter=True)
    )  # fmt: skip


def _payments() -> Select[Any]:
    return (
        select(
            _P.number, _P.payment, _P.account, _P.provider, _P.provider_account, _P.reference,
            _P.provider_reference, _P.amount_ngwee, _P.paid_ngwee, _P.state, _P.cause,
            _P.was_late, _P.receipt, _P.requested_at, _P.ended_at, _P.confirmed_at,
            _P.refund_since, _P.refund_until, _P.odd, _P.odd_since, _PAYERS.c.msisdn.label("payer"),
        )
        .join(_PAYERS, is_content(ContentKind.TOP_UP, _P.number, among=_PAYERS), isouter=True)
        .order_by(_P.number)
    )  # fmt: skip


# -- what is to be explained ------------------------------------------------------------------


def open_items(
    connection: Connection, *, as_of: Instant | None, after: int, limit: int
) -> Sequence[OpenItem]:
    """List what of receipts was open at a time."""
    items = ITEMS.c
    is_open: ColumnElement[bool] = items.until.is_(None)
    if as_of is not None:
        is_open = (items.since <= as_of) & (is_open | (items.until > as_of))
    wanted = (
        select(
            items.place, _R.id.label("receipt"), _R.provider_account, _R.transaction_id,
            items.what, items.cause, items.amount_ngwee, items.is_on_statement,
            items.since, items.until, _R.account, _P.number, _R.kind,
            _R.open_line.is_not(None).label("is_to_match"),
        )
        .join(RECEIPTS, _R.id == items.receipt)
        .join(PAYMENTS, _P.payment == _R.payment, isouter=True)
        .where(is_open, items.place > after)
        .order_by(items.place)
        .limit(limit)
    )  # fmt: skip
    return [OpenItem(**row._mapping) for row in connection.execute(wanted)]


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
    wanted = _payments().where(was_waiting | owes | (_P.odd_since <= as_of), _P.number > after)
    return [PaymentRow(**row._mapping) for row in connection.execute(wanted.limit(limit))]


def old_payers(
    connection: Connection, kind: ContentKind, *, before: Instant, after: int, limit: int
) -> Sequence[tuple[int, int]]:
    """List what is kept of who paid before a time."""
    if kind is ContentKind.LINE:
        place, content, at = _R.place, _R.content, _R.seen_at
    else:
        place, content, at = _P.number, _P.number, _P.requested_at
    wanted = (
        select(place, content)
        .join(CONTENTS, is_content(kind, content))
        .where(at < before, place > after)
        .order_by(place)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in connection.execute(wanted)]


def cases(connection: Connection, subjects: Sequence[str]) -> Sequence[CaseRow]:
    """Find what was noted about these."""
    words = reasons("words")
    wanted = (
        select(
            CASES.c.subject, CASES.c.owner, words.c.body.label("note"), CASES.c.is_closed,
            CASES.c.actor, CASES.c.noted_at,
        )
        .join(words, is_reason(words, CASES.c.note), isouter=True)
        .where(CASES.c.subject.in_(subjects[:FOUND_MAX]))
    )  # fmt: skip
    return [CaseRow(**row._mapping) for row in connection.execute(wanted)]

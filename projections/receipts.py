"""Receipts and payments that finance has to match: what is open of each, and since when.

No number and no name is in these tables: a line's and a payment's are joined from the contents.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Boolean, ColumnElement, Connection, Index, Select, Table, Text, func, select

from application.ports.queries import (
    CaseRow,
    ConfirmedRow,
    ImportRow,
    KnownLine,
    LineRow,
    OpenItem,
)
from domain.contents import ContentKind
from domain.values import Instant
from projections.receipt_payments import PAYERS, PAYMENTS
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
from projections.unknown_callbacks import UNKNOWN_CALLBACKS

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

FILES: Final = Table(
    "receipt_files",
    READ,
    key("place"),
    fixed("provider_account", Text),
    fixed("number"),
    fixed("imported_at"),
    fixed("template", Text),
    fixed("opening_ngwee", nullable=True),
    fixed("total_ngwee"),
    fixed("closing_ngwee", nullable=True),
    fixed("lines"),
    fixed("added"),
    fixed("refused"),
    fixed("first_at"),
    fixed("last_at"),
    fixed("is_balanced", Boolean),
    fixed("is_contiguous", Boolean),
    fixed("actor", Text),
)
"""What each import of a statement brought, and up to when it reaches."""

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
_R, _P, _C = RECEIPTS.c, PAYMENTS.c, UNKNOWN_CALLBACKS.c
_KEPT: Final = {
    ContentKind.LINE: (_R.place, _R.content, _R.seen_at),
    ContentKind.TOP_UP: (_P.number, _P.number, _P.requested_at),
    ContentKind.CALLBACK: (_C.number, _C.number, _C.kept_at),
}


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


def imports(
    connection: Connection, wallet: str | None, *, before: int, limit: int
) -> Sequence[ImportRow]:
    """List what imports of statements brought, newest first; of all wallets for None."""
    wanted = select(FILES).where(FILES.c.place < before)
    if wallet is not None:
        wanted = wanted.where(FILES.c.provider_account == wallet)
    rows = connection.execute(wanted.order_by(FILES.c.place.desc()).limit(limit))
    return [ImportRow(**row._mapping) for row in rows]


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
            _P.reference, _P.provider_reference, PAYERS.c.msisdn.label("payer"),
        )
        .join(PAYMENTS, _P.payment == _R.payment, isouter=True)
        .join(PAYERS, is_content(ContentKind.TOP_UP, _P.number, among=PAYERS), isouter=True)
        .where(_R.provider_account == wallet, _R.open_confirmed > after)
        .order_by(_R.open_confirmed)
        .limit(limit)
    )  # fmt: skip
    return [ConfirmedRow(**row._mapping) for row in connection.execute(wanted)]


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
            _R.open_line.is_not(None).label("is_to_match"), _R.amount_ngwee.label("line_ngwee"),
        )
        .join(RECEIPTS, _R.id == items.receipt)
        .join(PAYMENTS, _P.payment == _R.payment, isouter=True)
        .where(is_open, items.place > after)
        .order_by(items.place)
        .limit(limit)
    )  # fmt: skip
    return [OpenItem(**row._mapping) for row in connection.execute(wanted)]


def old_payers(
    connection: Connection, kind: ContentKind, *, before: Instant, after: int, limit: int
) -> Sequence[tuple[int, int]]:
    """List what is kept of who paid before a time."""
    place, content, at = _KEPT[kind]
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

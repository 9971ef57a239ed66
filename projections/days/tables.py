"""The tables of the days: each change of something open, dated as finance dates it.

What a line of a statement shows is dated by the line, also when it is matched days later, unless
that day was locked by then: then, like all else, by when it was recorded.
"""

from typing import Final

from sqlalchemy import Index, Table, Text

from projections.tables import READ, changing, fixed, index_when_set, key

SEEN: Final = "seen"
"""What lines move; it is summed only."""
LINE: Final = "line"
"""What lines move that nobody has said anything of."""
UNALLOCATED: Final = "unallocated"
"""What lines show and nobody claims."""
COMING: Final = "coming"
"""Confirmed to come in, and not yet shown by lines: Clearing, as what comes and what goes."""
GOING: Final = "going"
REFUND: Final = "refund"
"""Owed to a customer whose credits are gone."""
PAYMENT: Final = "payment"
"""Asked for, and neither paid nor ended; by its number."""

ENTRY_BITS: Final = 6
"""An event makes fewer than 64 entries."""

RECEIPTS: Final = Table(
    "days_receipts",
    READ,
    key("receipt", Text),
    fixed("wallet", Text),
    changing("transaction_id", Text, nullable=True),
    changing("happened_at", nullable=True),
    changing("moved"),
)
"""Transactions; ``moved`` is what the line that happened then moved, less its fee."""

index_when_set(
    "days_receipts_by_time",
    RECEIPTS.c.wallet,
    RECEIPTS.c.happened_at,
    when=RECEIPTS.c.happened_at,
)

ITEMS: Final = Table(
    "days_items",
    READ,
    key("kind", Text),
    key("subject", Text),
    fixed("wallet", Text),
    fixed("begun"),
    changing("opened_at"),
    changing("changed_at"),
    changing("balance"),
    sqlite_with_rowid=False,
)
"""Of a receipt or payment; ``begun`` is the first entry, the times are the first and the last."""

_OPEN = ITEMS.c.balance != 0
Index("days_items_open", ITEMS.c.kind, ITEMS.c.wallet, sqlite_where=_OPEN, postgresql_where=_OPEN)
Index("days_items_changed", ITEMS.c.kind, ITEMS.c.wallet, ITEMS.c.changed_at)

ENTRIES: Final = Table(
    "days_entries",
    READ,
    key("place"),
    fixed("kind", Text),
    fixed("subject", Text),
    fixed("at"),
    fixed("amount"),
    fixed("by_line"),
)
"""``place`` is position * 64 + which one; ``by_line`` is 1 where a line shows it."""

Index("days_entries_by_item", ENTRIES.c.kind, ENTRIES.c.subject)

SUMS: Final = Table(
    "days_sums",
    READ,
    key("wallet", Text),
    key("kind", Text),
    key("day"),
    changing("amount"),
    sqlite_with_rowid=False,
)
"""What a wallet's entries of a day sum to."""

FILES: Final = Table(
    "days_files",
    READ,
    key("position"),
    fixed("wallet", Text),
    fixed("first_at"),
    fixed("last_at"),
    fixed("opening_ngwee", nullable=True),
    fixed("closing_ngwee", nullable=True),
)
"""Imports of statements."""

Index("days_files_by_wallet", FILES.c.wallet)

CLOSINGS: Final = Table(
    "days_closings",
    READ,
    key("wallet", Text),
    changing("until"),
)
"""Up to when the books of a wallet are closed."""

PERIODS: Final = Table(
    "days_periods",
    READ,
    key("id", Text),
    fixed("wallet", Text),
    fixed("period", Text),
    changing("state", Text),
    changing("position", nullable=True),
    changing("book_ngwee", nullable=True),
    changing("in_transit_ngwee", nullable=True),
    changing("explained_ngwee", nullable=True),
    changing("unidentified_ngwee", nullable=True),
    changing("statement_ngwee", nullable=True),
    changing("preparer", Text, nullable=True),
    changing("prepared_at", nullable=True),
    changing("note", nullable=True),
    changing("approver", Text, nullable=True),
    changing("signed_at", nullable=True),
    changing("locked_by", Text, nullable=True),
    changing("locked_at", nullable=True),
)
"""Periods that somebody began to close, with the figures that were prepared."""

Index("days_periods_by_wallet", PERIODS.c.wallet, PERIODS.c.period)

"""Questions about receipts and payments that are open: what matching reads, and what it leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from domain.contents import ContentKind
from domain.values import Instant


class LineRow(NamedTuple):
    """A line of a statement that nothing accounts for, or that waits for a person."""

    place: int
    """The log position of its receipt: what lists go on after."""
    receipt: str
    """The receipt's id."""
    provider_account: str
    transaction_id: str
    kind: str
    amount_ngwee: int
    fee_ngwee: int
    happened_at: Instant
    reference: str | None
    held: str | None
    """Why it waits for a person, if it does."""
    seen_at: Instant
    payer: str | None
    """The number that it names, of the contents beside the log."""
    body: str | None
    """What else it says of people (a ``LineNote``)."""


class ConfirmedRow(NamedTuple):
    """A receipt of which something stands in Clearing: confirmed, and no line shows it."""

    place: int
    receipt: str
    provider_account: str
    transaction_id: str
    in_ngwee: int
    """What came in, at least 0."""
    out_ngwee: int
    """What went back, at most 0."""
    is_on_statement: bool
    account: int | None
    credited_at: Instant
    payment: str | None
    """The payment's id."""
    number: int | None
    """Of the top-up."""
    provider: str | None
    reference: str | None
    provider_reference: str | None
    payer: str | None


class PaymentRow(NamedTuple):
    """A payment as its events left it; the receipt is none before it was paid."""

    number: int
    payment: str
    account: int
    provider: str
    provider_account: str
    reference: str
    provider_reference: str | None
    amount_ngwee: int
    paid_ngwee: int
    state: str
    cause: str | None
    was_late: bool
    receipt: str | None
    requested_at: Instant
    ended_at: Instant | None
    """When it stopped waiting; None while it waits."""
    confirmed_at: Instant | None
    refund_since: Instant | None
    """When a refund was approved that is, or was, to be paid out."""
    refund_until: Instant | None
    odd: str | None
    """``late``, ``failed`` or ``amount``."""
    odd_since: Instant | None
    doubt_since: Instant | None
    """When it expired and nobody could tell whether it was paid, until somebody could."""
    doubt_until: Instant | None
    payer: str | None


class KnownLine(NamedTuple):
    """A line that is in the books, and the one receipt that it shows, if it is one.

    The account that this credited, what went back of it, and how much was reversed.
    """

    receipt: str
    transaction_id: str
    amount_ngwee: int
    happened_at: Instant
    payer: str | None
    shows: str | None
    account: int | None
    out_ngwee: int | None
    reversed_ngwee: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """What one import of a statement brought (``Statement.Imported``), at its log position."""

    place: int
    number: int
    provider_account: str
    imported_at: Instant
    template: str
    opening_ngwee: int | None
    total_ngwee: int
    closing_ngwee: int | None
    lines: int
    added: int
    refused: int
    first_at: Instant
    last_at: Instant
    is_balanced: bool
    is_contiguous: bool
    actor: str


class CallbackRow(NamedTuple):
    """A callback about no payment of ours; the amount is what it claims, if it claims one."""

    number: int
    provider_account: str
    amount_ngwee: int | None
    kept_at: Instant


class OddityRow(NamedTuple):
    """What is odd about a receipt and moves nothing (``domain.oddity``)."""

    place: int
    receipt: str
    provider_account: str
    transaction_id: str
    kind: str
    amount_ngwee: int
    since: Instant
    account: int | None


class OpenItem(NamedTuple):
    """Something of a receipt that was open from ``since`` to ``until`` (None: still is)."""

    place: int
    receipt: str
    provider_account: str
    transaction_id: str
    what: str
    """``held``, ``in`` (confirmed, no line), ``out`` (gone back, no line) or ``line``."""
    cause: str | None
    amount_ngwee: int
    is_on_statement: bool
    since: Instant
    until: Instant | None
    account: int | None
    number: int | None
    """Of the top-up that it paid."""
    kind: str | None
    is_to_match: bool
    """Whether its line waits for matching now."""
    line_ngwee: int
    """What all of its line shows."""


@dataclass(frozen=True, slots=True)
class CaseRow:
    """What finance last noted about a receipt or a payment, by its id."""

    subject: str
    owner: int | None
    note: str | None
    is_closed: bool
    actor: str
    noted_at: Instant


class ReceiptQueries(Protocol):
    """Receipts and payments; lists are in order of their place, ``after`` it."""

    def wallets_to_match(self) -> Sequence[str]:
        """List the wallets of ours that have open lines, by name."""

    def reach(self, provider_account: str, *, as_of: Instant | None = None) -> Instant | None:
        """Say up to when the statements of a wallet reach, that were imported by ``as_of``."""

    def imports(
        self, provider_account: str | None, *, before: int, limit: int
    ) -> Sequence[ImportRow]:
        """List what imports of statements brought, newest first; of all wallets for None."""

    def open_lines(self, provider_account: str, *, after: int, limit: int) -> Sequence[LineRow]:
        """List a wallet's lines that are to be matched."""

    def confirmed(self, provider_account: str, *, after: int, limit: int) -> Sequence[ConfirmedRow]:
        """List a wallet's receipts of which something stands in Clearing."""

    def waiting_payments(
        self, provider_account: str, *, since: Instant, after: int, limit: int
    ) -> Sequence[PaymentRow]:
        """List a wallet's payments that nobody confirmed, by number: since then, or still open."""

    def payments_by_reference(self, references: Sequence[str]) -> Sequence[PaymentRow]:
        """Find payments by our reference."""

    def known_lines(self, receipts: Sequence[str]) -> Sequence[KnownLine]:
        """Find lines by their receipts' ids."""

    def known_lines_of(
        self, provider_account: str, amount_ngwee: int, *, since: Instant, until: Instant
    ) -> Sequence[KnownLine]:
        """Find lines of an amount that happened within a time, at most a thousand."""

    def open_items(self, *, as_of: Instant | None, after: int, limit: int) -> Sequence[OpenItem]:
        """List what of receipts was open at a time (None: now)."""

    def odd_payments(
        self, *, as_of: Instant, stale_before: Instant, after: int, limit: int
    ) -> Sequence[PaymentRow]:
        """List payments that wait since before, ended unknown, or were paid otherwise than asked.

        By number; as they were at ``as_of``.
        """

    def old_payers(
        self, kind: ContentKind, *, before: Instant, after: int, limit: int
    ) -> Sequence[tuple[int, int]]:
        """List what is kept of who paid before a time: place and content, in order of the place.

        The place is a receipt's for a ``LINE``, the top-up's number for a ``TOP_UP``, and the
        callback's for a ``CALLBACK``.
        """

    def oddities(self, *, as_of: Instant, after: int, limit: int) -> Sequence[OddityRow]:
        """List what was found odd about receipts by a time."""

    def unknown_callbacks(self, *, as_of: Instant, after: int, limit: int) -> Sequence[CallbackRow]:
        """List callbacks about no payment of ours that came by a time and are kept, by number."""

    def cases(self, subjects: Sequence[str]) -> Sequence[CaseRow]:
        """Find what was noted about these."""

"""The questions about receipts, payments and top-ups, answered from their read models."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from sqlalchemy import Connection

import projections
from application.ports.queries import (
    CallbackRow,
    CaseRow,
    ConfirmedRow,
    ImportRow,
    KnownLine,
    LineRow,
    OddityRow,
    OpenItem,
    PaymentRow,
    TopUpRow,
)
from domain.contents import ContentKind
from domain.values import Instant
from projections.catalogue import RECEIPTS, TOP_UPS, ReadModel

if TYPE_CHECKING:  # else each is imported when it is asked
    import projections.oddities
    import projections.receipt_payments
    import projections.receipts
    import projections.topups
    import projections.unknown_callbacks


class ReceiptReading(ABC):
    """Implements ``ReceiptQueries`` and ``TopUpQueries`` of ``application.ports.queries``."""

    @abstractmethod
    def _reading(self, model: ReadModel) -> AbstractContextManager[Connection]:
        """Lend a connection to ask a read model."""

    def wallets_to_match(self) -> Sequence[str]:
        """List the wallets of ours that have open lines, by name."""
        with self._reading(RECEIPTS) as connection:
            return projections.receipts.wallets_to_match(connection)

    def reach(self, provider_account: str, *, as_of: Instant | None = None) -> Instant | None:
        """Say up to when the statements of a wallet reach, that were imported by ``as_of``."""
        with self._reading(RECEIPTS) as connection:
            return projections.receipts.reach(connection, provider_account, as_of=as_of)

    def imports(
        self, provider_account: str | None, *, before: int, limit: int
    ) -> Sequence[ImportRow]:
        """List what imports of statements brought, newest first; of all wallets for None."""
        with self._reading(RECEIPTS) as connection:
            return projections.receipts.imports(
                connection, provider_account, before=before, limit=limit
            )

    def open_lines(self, provider_account: str, *, after: int, limit: int) -> Sequence[LineRow]:
        """List a wallet's lines that are to be matched."""
        with self._reading(RECEIPTS) as connection:
            return projections.receipts.open_lines(
                connection, provider_account, after=after, limit=limit
            )

    def confirmed(self, provider_account: str, *, after: int, limit: int) -> Sequence[ConfirmedRow]:
        """List a wallet's receipts of which something stands in Clearing."""
        with self._reading(RECEIPTS) as connection:
            return projections.receipts.confirmed(
                connection, provider_account, after=after, limit=limit
            )

    def waiting_payments(
        self, provider_account: str, *, since: Instant, after: int, limit: int
    ) -> Sequence[PaymentRow]:
        """List a wallet's payments that nobody confirmed, by number: since then, or still open."""
        with self._reading(RECEIPTS) as connection:
            return projections.receipt_payments.waiting_payments(
                connection, provider_account, since=since, after=after, limit=limit
            )

    def payments_by_reference(self, references: Sequence[str]) -> Sequence[PaymentRow]:
        """Find payments by our reference."""
        with self._reading(RECEIPTS) as connection:
            return projections.receipt_payments.payments_by_reference(connection, references)

    def known_lines(self, receipts: Sequence[str]) -> Sequence[KnownLine]:
        """Find lines by their receipts' ids."""
        with self._reading(RECEIPTS) as connection:
            return projections.receipts.known_lines(connection, receipts)

    def known_lines_of(
        self, provider_account: str, amount_ngwee: int, *, since: Instant, until: Instant
    ) -> Sequence[KnownLine]:
        """Find lines of an amount that happened within a time, at most a thousand."""
        with self._reading(RECEIPTS) as connection:
            return projections.receipts.known_lines_of(
                connection, provider_account, amount_ngwee, since=since, until=until
            )

    def open_items(self, *, as_of: Instant | None, after: int, limit: int) -> Sequence[OpenItem]:
        """List what of receipts was open at a time (None: now)."""
        with self._reading(RECEIPTS) as connection:
            return projections.receipts.open_items(
                connection, as_of=as_of, after=after, limit=limit
            )

    def odd_payments(
        self, *, as_of: Instant, stale_before: Instant, after: int, limit: int
    ) -> Sequence[PaymentRow]:
        """List payments that wait since before, ended unknown, or were paid otherwise."""
        with self._reading(RECEIPTS) as connection:
            return projections.receipt_payments.odd_payments(
                connection, as_of=as_of, stale_before=stale_before, after=after, limit=limit
            )

    def old_payers(
        self, kind: ContentKind, *, before: Instant, after: int, limit: int
    ) -> Sequence[tuple[int, int]]:
        """List what is kept of who paid before a time: place and content."""
        with self._reading(RECEIPTS) as connection:
            return projections.receipts.old_payers(
                connection, kind, before=before, after=after, limit=limit
            )

    def oddities(self, *, as_of: Instant, after: int, limit: int) -> Sequence[OddityRow]:
        """List what was found odd about receipts by a time."""
        with self._reading(RECEIPTS) as connection:
            return projections.oddities.oddities(connection, as_of=as_of, after=after, limit=limit)

    def unknown_callbacks(self, *, as_of: Instant, after: int, limit: int) -> Sequence[CallbackRow]:
        """List callbacks about no payment of ours that came by a time and are kept, by number."""
        with self._reading(RECEIPTS) as connection:
            return projections.unknown_callbacks.unknown_callbacks(
                connection, as_of=as_of, after=after, limit=limit
            )

    def cases(self, subjects: Sequence[str]) -> Sequence[CaseRow]:
        """Find what was noted about these."""
        with self._reading(RECEIPTS) as connection:
            return projections.receipts.cases(connection, subjects)

    def top_ups(
        self, account: int | None, states: Sequence[str], *, before: int, limit: int
    ) -> Sequence[TopUpRow]:
        """List top-ups of an account, or of all (None), newest first; no states are all."""
        with self._reading(TOP_UPS) as connection:
            return projections.topups.top_ups(
                connection, account, states, before=before, limit=limit
            )

    def top_up(self, number: int) -> TopUpRow | None:
        """Find one top-up."""
        with self._reading(TOP_UPS) as connection:
            return projections.topups.top_up(connection, number)

"""Questions about the days of our wallets: sheets, closed periods, and what is open since when."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.sheet import Figures
from domain.values import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodRow:
    """A period that somebody began to close; the figures are those that were prepared."""

    provider_account: str
    period: str
    state: str
    position: int | None
    """The log position as of which they were prepared."""
    figures: Figures | None
    preparer: str | None
    prepared_at: Instant | None
    note: str | None
    approver: str | None
    signed_at: Instant | None
    locked_by: str | None
    locked_at: Instant | None


@dataclass(frozen=True, slots=True)
class AgeRow:
    """How much of a kind is open for so many days, in one wallet."""

    kind: str
    provider_account: str
    days_least: int
    days_most: int | None
    """None is without end."""
    count: int
    amount_ngwee: int


@dataclass(frozen=True, slots=True)
class OpenRow:
    """One transaction (by its id at the provider) or top-up (by its number) that is open."""

    kind: str
    provider_account: str
    subject: str
    since: Instant
    amount_ngwee: int
    next: str
    """What to go on after."""


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of a statement; ``place`` is what lists go on after, ``body`` a ``LineNote``."""

    place: int
    provider_account: str
    transaction_id: str
    happened_at: Instant
    kind: str | None
    amount_ngwee: int
    fee_ngwee: int
    reference: str | None
    account: int | None
    held: str | None
    payer: str | None
    body: str | None


class DayQueries(Protocol):
    """Sheets, periods, ages."""

    def wallets_with_days(self) -> Sequence[str]:
        """Name the wallets at providers that anything is known of."""

    def figures(self, provider_account: str, period: str) -> Figures:
        """Give what the sheet of a period says now."""

    def period(self, provider_account: str, period: str) -> PeriodRow | None:
        """Find a period that somebody began to close."""

    def periods(
        self, provider_account: str | None, *, after: str, limit: int
    ) -> Sequence[PeriodRow]:
        """List such periods with a later name, by name; None is of every wallet."""

    def ages(self, until: Instant) -> Sequence[AgeRow]:
        """Say how much was open for how long just before a moment."""

    def aged_items(self, until: Instant, *, after: str, limit: int) -> Sequence[OpenRow]:
        """List what was open just before a moment."""

    def shown_lines(
        self, since: Instant, until: Instant, *, after: int, limit: int
    ) -> Sequence[ShownLine]:
        """List the lines of statements that are of a stretch of time."""

"""Questions about the days of our wallets, answered from their read model."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from sqlalchemy import Connection

import projections.days
from application.ports.queries import AgeRow, JournalRow, OpenRow, PeriodRow, ShownLine
from domain.sheet import Figures
from domain.values import Instant
from projections import catalogue
from projections.catalogue import ReadModel

if TYPE_CHECKING:  # else each is imported when it is asked
    import projections.days.ageing
    import projections.days.lines
    import projections.days.sheets
    import projections.ledger


class DayAnswers(ABC):
    """Implements ``application.ports.queries.days.DayQueries``."""

    @abstractmethod
    def _reading(self, model: ReadModel) -> AbstractContextManager[Connection]:
        """Lend a connection to ask a read model."""

    def wallets_with_days(self) -> Sequence[str]:
        """Name the wallets at providers that anything is known of."""
        with self._reading(catalogue.DAYS) as connection:
            return projections.days.sheets.wallets(connection)

    def figures(self, provider_account: str, period: str) -> Figures:
        """Give what the sheet of a period says now."""
        with self._reading(catalogue.DAYS) as connection:
            return projections.days.sheets.figures(connection, provider_account, period)

    def period(self, provider_account: str, period: str) -> PeriodRow | None:
        """Find a period that somebody began to close."""
        with self._reading(catalogue.DAYS) as connection:
            return projections.days.sheets.period(connection, provider_account, period)

    def periods(
        self, provider_account: str | None, *, after: str, limit: int
    ) -> Sequence[PeriodRow]:
        """List such periods with a later name, by name; None is of every wallet."""
        with self._reading(catalogue.DAYS) as connection:
            return projections.days.sheets.periods(
                connection, provider_account, after=after, limit=limit
            )

    def ages(self, until: Instant) -> Sequence[AgeRow]:
        """Say how much was open for how long just before a moment."""
        with self._reading(catalogue.DAYS) as connection:
            return projections.days.ageing.ages(connection, until)

    def aged_items(self, until: Instant, *, after: str, limit: int) -> Sequence[OpenRow]:
        """List what was open just before a moment."""
        with self._reading(catalogue.DAYS) as connection:
            return projections.days.ageing.aged_items(connection, until, after=after, limit=limit)

    def journal(
        self, first_day: int, last_day: int, *, after: tuple[int, str], limit: int
    ) -> Sequence[JournalRow]:
        """List what was posted in money by day and account, after a day and account."""
        with self._reading(catalogue.LEDGER) as connection:
            return projections.ledger.journal(
                connection, first_day, last_day, after=after, limit=limit
            )

    def shown_lines(
        self, since: Instant, until: Instant, *, after: int, limit: int
    ) -> Sequence[ShownLine]:
        """List the lines of statements that are of a stretch of time."""
        with self._reading(catalogue.RECEIPTS) as connection:
            return projections.days.lines.lines(connection, since, until, after=after, limit=limit)

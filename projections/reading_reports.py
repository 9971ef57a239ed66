"""The questions about status reports, answered from their read model."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Connection

import projections
from application.ports.queries import ReportPair
from domain.values import Instant
from projections.catalogue import REPORTS, ReadModel

if TYPE_CHECKING:  # else it is imported when it is asked
    import projections.reports


class ReportReading(ABC):
    """Implements ``application.ports.queries.ReportQueries``."""

    @abstractmethod
    def _reading(self, model: ReadModel) -> AbstractContextManager[Connection]:
        """Lend a connection to ask a read model."""

    def report_pairs(self, since: Instant, *, limit: int) -> Sequence[ReportPair]:
        """Pair unmatched reports that came since then with segments that they may be about."""
        with self._reading(REPORTS) as connection:
            return projections.reports.pairs(connection, since, limit=limit)

    def report(self, number: int) -> UUID | None:
        """Find the record of an unmatched report."""
        with self._reading(REPORTS) as connection:
            return projections.reports.inbound_of(connection, number)

    def old_reports(self, before: Instant, *, limit: int) -> Sequence[int]:
        """List unmatched reports that came before a time, oldest first."""
        with self._reading(REPORTS) as connection:
            return projections.reports.old(connection, before, limit=limit)

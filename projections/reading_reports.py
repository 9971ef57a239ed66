"""The questions about what came to SIMs, reports and messages, answered from read models."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Connection

import projections
from application.ports.queries import InboundRow, PortedRow, ReportPair, SuppressionRow
from domain.gathering import Piece
from domain.values import Instant, Network
from projections.catalogue import INBOX, PORTED_NUMBERS, REPORTS, SUPPRESSIONS, ReadModel

if TYPE_CHECKING:  # else it is imported when it is asked
    import projections.inbox
    import projections.ported_numbers
    import projections.reports
    import projections.suppressions


class ReportReading(ABC):
    """Implements the queries of reports, of what came in, of suppressed and of ported numbers."""

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

    # -- messages ---------------------------------------------------------------------------

    def pieces(self, since: Instant, *, limit: int) -> Sequence[Piece]:
        """List what waits to be put together, and the parts since then that do not."""
        with self._reading(INBOX) as connection:
            return projections.inbox.pieces(connection, since, limit=limit)

    def pieces_of(self, numbers: Sequence[int]) -> Sequence[Piece]:
        """Find some of them."""
        with self._reading(INBOX) as connection:
            return projections.inbox.pieces_of(connection, numbers)

    def inbound_ids(self, numbers: Sequence[int]) -> Sequence[tuple[UUID, int]]:
        """Find the records of some, each with its position in the log, in that order."""
        with self._reading(INBOX) as connection:
            return projections.inbox.ids_of(connection, numbers)

    def last_sent(self, sim: int, msisdn: str, *, since: Instant, until: Instant) -> int | None:
        """Find the message that a SIM sent last to a number in that time."""
        with self._reading(REPORTS) as connection:
            return projections.reports.last_sent(connection, sim, msisdn, since, until)

    def inbox(
        self, account: int | None, *, unowned: bool = False, before: int, limit: int
    ) -> Sequence[InboundRow]:
        """List what came in for an account, or for all (None), newest first."""
        with self._reading(INBOX) as connection:
            return projections.inbox.page(
                connection, account, unowned=unowned, before=before, limit=limit
            )

    def inbound_of(self, account: int, *, after: int, limit: int) -> Sequence[int]:
        """List the PDUs of what came in for an account, by number."""
        with self._reading(INBOX) as connection:
            return projections.inbox.of_account(connection, account, after=after, limit=limit)

    def old_inbound(
        self, before: Instant, *, with_numbers: bool, after: int, limit: int
    ) -> Sequence[int]:
        """List PDUs of which there is a text (or also a number) that came before a time."""
        with self._reading(INBOX) as connection:
            return projections.inbox.old(
                connection, before, with_numbers=with_numbers, after=after, limit=limit
            )

    def suppressions(
        self, account: int | None, *, before: int, limit: int
    ) -> Sequence[SuppressionRow]:
        """List numbers that get no promotions of an account, or all there are, newest first."""
        with self._reading(SUPPRESSIONS) as connection:
            return projections.suppressions.page(connection, account, before=before, limit=limit)

    def ported(self, *, before: int, limit: int) -> Sequence[PortedRow]:
        """List numbers that were recorded as ported, newest first."""
        with self._reading(PORTED_NUMBERS) as connection:
            return projections.ported_numbers.page(connection, before=before, limit=limit)

    def ported_position(self) -> int:
        """Give the log position of the newest change; 0 when there was none."""
        with self._reading(PORTED_NUMBERS) as connection:
            return projections.ported_numbers.position(connection)

    def ported_networks(self) -> Mapping[UUID, Network]:
        """Give the network of each that holds, by the id of its record."""
        with self._reading(PORTED_NUMBERS) as connection:
            return projections.ported_numbers.networks(connection)

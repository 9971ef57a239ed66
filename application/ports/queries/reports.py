"""Questions about status reports."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from domain.values import Instant


@dataclass(frozen=True, slots=True)
class ReportPair:
    """A report that nobody has matched, and a segment to the same number that it may be about."""

    report: int
    sim: int
    centre_at: Instant | None
    """When the service centre took the segment, by the centre's clock."""
    message: int
    index: int
    at: Instant
    """When the answer to the segment came, or the doubt about it."""
    has_reference: bool
    """Whether the segment's TP-MR is known, and is the report's; else nobody knows its TP-MR."""


class ReportQueries(Protocol):
    """Status reports."""

    def report_pairs(self, since: Instant, *, limit: int) -> Sequence[ReportPair]:
        """Pair unmatched reports that came since then with segments that they may be about."""

    def report(self, number: int) -> UUID | None:
        """Find the record of an unmatched report."""

    def old_reports(self, before: Instant, *, limit: int) -> Sequence[int]:
        """List unmatched reports that came before a time, oldest first."""

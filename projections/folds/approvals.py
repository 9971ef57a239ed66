"""Folds what takes two people."""

from typing import Any

from domain.contents import reason_number
from domain.manual_entry import EntryStatus, ManualEntry
from projections import catalogue
from projections.approvals import ENTRIES
from projections.projection import Batch, Projection
from projections.rows import Rows


class Approvals(Projection):
    """Folds the events of manual entries into ``approvals``."""

    name, version = catalogue.APPROVALS
    tables = (ENTRIES,)
    events = frozenset(
        {
            ManualEntry.Prepared,
            ManualEntry.Approved,
            ManualEntry.Rejected,
            ManualEntry.Withdrawn,
        }
    )

    def apply(self, batch: Batch) -> None:
        """Fold a batch of events of entries."""
        rows = batch.rows(ENTRIES)
        rows.load({e.number for _, e in batch.events if not isinstance(e, ManualEntry.Prepared)})
        for _, event in batch.events:
            _fold(event, rows)


def _fold(event: ManualEntry.Event, rows: Rows) -> None:
    match event:
        case ManualEntry.Prepared():
            rows.add(
                {
                    "number": event.number,
                    "kind": event.kind,
                    "account": event.account,
                    "credits": event.credits,
                    "role": event.role,
                    "receipt": event.receipt,
                    "amount_ngwee": event.amount_ngwee,
                    "seal_key": event.seal_key,
                    "actor": event.actor,
                    "reason": reason_number(event.reason),
                    "prepared_at": event.at,
                    "status": EntryStatus.WAITING.value,
                    "approver": None,
                    "remark": None,
                    "decided_at": None,
                }
            )
        case ManualEntry.Approved():
            _decide(rows, event, EntryStatus.APPROVED, approver=event.approver)
        case ManualEntry.Rejected():
            _decide(rows, event, EntryStatus.REJECTED, approver=event.approver)
        case ManualEntry.Withdrawn():
            _decide(rows, event, EntryStatus.WITHDRAWN, approver=None)


def _decide(rows: Rows, event: Any, status: EntryStatus, *, approver: str | None) -> None:
    rows[event.number].update(
        status=status.value,
        approver=approver,
        remark=reason_number(event.reason),
        decided_at=event.at,
    )

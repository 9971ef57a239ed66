"""Folds which segments left by which SIM, and which reports are still to be matched."""

from typing import Final

from domain.inbound import Inbound, InboundKind
from domain.message.events import InDoubt, SegmentAccepted, Sent
from projections import catalogue
from projections.projection import Batch, Projection
from projections.reports import REPORTS, SEGMENTS
from projections.rows import Rows

_HANDED_OVER: Final = frozenset({SegmentAccepted, Sent, InDoubt})
_ENDS: Final = frozenset({Inbound.Matched, Inbound.Forgotten})


class Reports(Projection):
    """Folds what was handed to the network, and what the network reported."""

    name, version = catalogue.REPORTS
    tables = (SEGMENTS, REPORTS)
    events = frozenset({*_HANDED_OVER, Inbound.Received, *_ENDS})

    def apply(self, batch: Batch) -> None:
        """Add what left and what came, and take away what is matched."""
        segments, reports = batch.rows(SEGMENTS), batch.rows(REPORTS)
        segments.load((e.number, e.index) for _, e in batch.events if type(e) in _HANDED_OVER)
        reports.load(e.number for _, e in batch.events if type(e) in _ENDS)
        for _, event in batch.events:
            if type(event) in _HANDED_OVER:
                _note(segments, event)
            elif type(event) in _ENDS:
                reports.remove(event.number)
            else:
                _take(reports, event)


def _note(segments: Rows, event: SegmentAccepted | Sent | InDoubt) -> None:
    if event.sim is None:  # written before it was recorded, or settled without a SIM
        return
    key = (event.number, event.index)
    reference = None if isinstance(event, InDoubt) else event.message_reference
    if key not in segments:
        segments.add(
            {
                "number": event.number,
                "segment": event.index,
                "sim": event.sim,
                "reference": reference,
                "at": event.at,
            }
        )
        return
    row = segments[key]
    if isinstance(event, InDoubt) or row["reference"] is None:
        row.update(sim=event.sim, reference=reference, at=event.at)


def _take(reports: Rows, event: Inbound.Received) -> None:
    if event.kind == InboundKind.REPORT and event.message_reference is not None:
        reports.add(
            {
                "number": event.number,
                "inbound": event.originator_id.hex,
                "sim": event.sim,
                "reference": event.message_reference,
                "centre_at": event.centre_at,
                "received_at": event.at,
            }
        )

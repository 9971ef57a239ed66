"""Folds how far uploaded lists are."""

from domain.mode import Mode, log_of
from domain.upload.aggregate import Upload
from domain.upload.states import UploadState
from projections import catalogue
from projections.projection import Batch, Projection
from projections.rows import Row
from projections.uploads import UPLOADS


class Uploads(Projection):
    """Folds the events of uploads into ``uploads``."""

    name, version = catalogue.UPLOADS
    tables = (UPLOADS,)
    events = frozenset(
        {
            Upload.Previewed,
            Upload.Started,
            Upload.PartAccepted,
            Upload.Paused,
            Upload.Cancelled,
            Upload.ContentErased,
        }
    )

    def apply(self, batch: Batch) -> None:
        """Add a row for each, and say how far it is."""
        rows = batch.rows(UPLOADS)
        rows.load({e.number for _, e in batch.events if not isinstance(e, Upload.Previewed)})
        for _, event in batch.events:
            if isinstance(event, Upload.Previewed):
                rows.add(_row(event))
            else:
                _change(rows[event.number], event)


def _row(event: Upload.Previewed) -> Row:
    return {
        "number": event.number,
        "log": log_of(event.account, Mode.TEST if event.is_test else Mode.LIVE),
        "created_at": event.at,
        "good": event.good,
        "bad": event.bad,
        "segments": event.segments,
        "credits": event.credits,
        "state": UploadState.PREVIEW.value,
        "queued": 0,
        "skipped": 0,
        "credits_used": 0,
        "pause_cause": None,
        "required": None,
        "available": None,
        "sending_since": None,
        "kept": 1,
    }


def _change(row: Row, event: object) -> None:
    match event:
        case Upload.Started():
            row.update(state=UploadState.SENDING.value, sending_since=event.at)
            row.update(pause_cause=None, required=None, available=None)
        case Upload.PartAccepted():
            row["queued"] += event.count
            row["skipped"] += event.skipped
            row["credits_used"] += event.credits
            if event.is_last:
                row.update(state=UploadState.DONE.value, sending_since=None)
        case Upload.Paused():
            row.update(state=UploadState.PAUSED.value, sending_since=None)
            row.update(pause_cause=event.cause, required=event.required, available=event.available)
        case Upload.Cancelled():
            row.update(state=UploadState.CANCELLED.value, sending_since=None)
        case Upload.ContentErased():
            row["kept"] = None

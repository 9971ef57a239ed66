"""Folds what is still kept of each message's content."""

from typing import Final

from application.ports.queries import Kept
from domain.events import Event
from domain.message.events import ContentErased, Queued
from domain.rehearsal import Rehearsal
from projections import catalogue
from projections.projection import Batch, Projection
from projections.retention import CONTENTS_KEPT

_BEGINS: Final[frozenset[type[Event]]] = frozenset({Queued, Rehearsal.Accepted})
_ERASES: Final[frozenset[type[Event]]] = frozenset({ContentErased, Rehearsal.ContentErased})


class RetentionDates(Projection):
    """Folds acceptance and erasure into ``retention``."""

    name, version = catalogue.RETENTION
    tables = (CONTENTS_KEPT,)
    events = _BEGINS | _ERASES

    def apply(self, batch: Batch) -> None:
        """Add, change or remove a row for each event."""
        rows = batch.rows(CONTENTS_KEPT)
        rows.load({event.number for _, event in batch.events if type(event) in _ERASES})
        for _, event in batch.events:
            if type(event) in _BEGINS:
                rows.add({"number": event.number, "queued_at": event.at, "kept": Kept.ALL.value})
            elif event.what == "all":
                rows.remove(event.number)
            else:
                rows[event.number]["kept"] = Kept.NUMBER.value

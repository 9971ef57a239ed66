"""Folds what staff looked at."""

from domain.auditor_read import AuditorRead
from domain.contents import reason_number
from projections import catalogue
from projections.looks import LOOKS
from projections.projection import Batch, Projection


class Looks(Projection):
    """Folds what was read into ``looks``."""

    name, version = catalogue.LOOKS
    tables = (LOOKS,)
    events = frozenset({AuditorRead.Read})

    def apply(self, batch: Batch) -> None:
        """Add a row for each look."""
        rows = batch.rows(LOOKS)
        for _, event in batch.events:
            rows.add(
                {
                    "number": event.number,
                    "at": event.at,
                    "actor": event.actor,
                    "what": event.what,
                    "subject": event.subject,
                    "account": event.account,
                    "reason": reason_number(event.reason),
                }
            )

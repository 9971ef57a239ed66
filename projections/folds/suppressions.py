"""Folds which numbers get no promotions."""

from domain.contents import reason_number
from domain.suppression import Suppression
from projections import catalogue
from projections.projection import Batch, Projection
from projections.suppressions import SUPPRESSIONS


class Suppressions(Projection):
    """Folds the events of suppressions into ``suppressions``."""

    name, version = catalogue.SUPPRESSIONS
    tables = (SUPPRESSIONS,)
    events = frozenset({Suppression.Suppressed, Suppression.Renewed, Suppression.Lifted})

    def apply(self, batch: Batch) -> None:
        """Add a row for each, and say since when it holds."""
        rows = batch.rows(SUPPRESSIONS)
        begun = Suppression.Suppressed
        rows.load(e.number for _, e in batch.events if not isinstance(e, begun))
        for _, event in batch.events:
            if isinstance(event, begun):
                rows.add({"number": event.number, "account": event.account})
            rows[event.number].update(
                since=None if isinstance(event, Suppression.Lifted) else event.at,
                inbound=event.inbound,
                actor=event.actor,
                reason=reason_number(event.reason),
            )

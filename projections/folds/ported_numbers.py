"""Folds which network carries ported numbers."""

from domain.contents import reason_number
from domain.ported_number import PortedNumber
from projections import catalogue
from projections.ported_numbers import PORTED
from projections.projection import Batch, Projection


class PortedNumbers(Projection):
    """Folds the events of ported numbers into ``ported_numbers``."""

    name, version = catalogue.PORTED_NUMBERS
    tables = (PORTED,)
    events = frozenset({PortedNumber.Overridden, PortedNumber.Changed, PortedNumber.Lifted})

    def apply(self, batch: Batch) -> None:
        """Add a row for each, and say who carries it."""
        rows = batch.rows(PORTED)
        begun = PortedNumber.Overridden
        rows.load(e.number for _, e in batch.events if not isinstance(e, begun))
        for position, event in batch.events:
            if isinstance(event, begun):
                rows.add({"number": event.number, "record": event.originator_id.hex})
            rows[event.number].update(
                network=None if isinstance(event, PortedNumber.Lifted) else event.network,
                position=position,
                since=event.at,
                actor=event.actor,
                reason=reason_number(event.reason),
            )

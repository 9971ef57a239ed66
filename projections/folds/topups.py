"""Folds where each top-up stands."""

from typing import Final

from domain.payment import Payment, PaymentState
from projections import catalogue
from projections.projection import Batch, Projection
from projections.topups import TOP_UPS

LEADS_TO: Final = {
    Payment.Initiated: PaymentState.INITIATED,
    Payment.Pending: PaymentState.PENDING,
    Payment.Unknown: PaymentState.UNKNOWN,
    Payment.Confirmed: PaymentState.CONFIRMED,
    Payment.Held: PaymentState.HELD,
    Payment.Failed: PaymentState.FAILED,
    Payment.Expired: PaymentState.EXPIRED,
    Payment.RefundRequested: PaymentState.REFUND_REQUESTED,
    Payment.RefundRejected: PaymentState.CONFIRMED,
    Payment.RefundApproved: PaymentState.REFUND_APPROVED,
    Payment.Refunded: PaymentState.REFUNDED,
    Payment.Reversed: PaymentState.REVERSED,
}


class TopUps(Projection):
    """Folds the events of payments into ``topups``."""

    name, version = catalogue.TOP_UPS
    tables = (TOP_UPS,)
    events = frozenset({Payment.Requested, *LEADS_TO})

    def apply(self, batch: Batch) -> None:
        """Add a row for each payment, and change its state."""
        rows = batch.rows(TOP_UPS)
        rows.load({e.number for _, e in batch.events if not isinstance(e, Payment.Requested)})
        for _, event in batch.events:
            if isinstance(event, Payment.Requested):
                rows.add(
                    {
                        "number": event.number,
                        "account": event.account,
                        "payment": event.originator_id.hex,
                        "state": PaymentState.REQUESTED.value,
                    }
                )
            else:
                rows[event.number]["state"] = LEADS_TO[type(event)].value

"""Folds payments for the read model ``receipts``: where each stands, and what is odd about it."""

from typing import Any

from domain.payment import Payment, PaymentState
from projections.folds.topups import LEADS_TO
from projections.receipt_payments import PAYMENTS
from projections.rows import Rows


def fold_payment(payments: Rows, event: Any) -> None:
    """Fold one event into the row of its payment."""
    if isinstance(event, Payment.Requested):
        empty = dict.fromkeys((column.name for column in PAYMENTS.c), None)
        payments.add(
            {
                **empty,
                "number": event.number,
                "payment": str(event.originator_id),
                "account": event.account,
                "provider": event.provider,
                "provider_account": event.provider_account,
                "reference": event.reference,
                "amount_ngwee": event.amount_ngwee,
                "paid_ngwee": 0,
                "state": PaymentState.REQUESTED.value,
                "was_late": False,
                "requested_at": event.at,
            }
        )
        return
    row = payments[event.number]
    before, row["state"] = row["state"], LEADS_TO[type(event)].value
    match event:
        case Payment.Pending():
            row["provider_reference"] = event.provider_reference or row["provider_reference"]
        case Payment.Unknown():
            row["cause"] = event.cause
        case Payment.Failed() | Payment.Expired():
            row["ended_at"] = event.at
            row["cause"] = getattr(event, "cause", row["cause"])
            if isinstance(event, Payment.Expired) and row["cause"] is not None:
                row["doubt_since"] = event.at
        case Payment.Held():
            row.update(receipt=event.receipt, cause=event.cause)
            _end_doubt(row, event)
            row["ended_at"] = row["ended_at"] or event.at
        case Payment.Confirmed():
            _confirm(row, event, before)
            _end_doubt(row, event)
        case Payment.RefundApproved():
            row["refund_since"] = event.at
        case Payment.Refunded():
            row["refund_until"] = event.at
        case _:
            pass


def _end_doubt(row: dict[str, Any], event: Any) -> None:
    if row["doubt_since"] is not None and row["doubt_until"] is None:
        row["doubt_until"] = event.at


def _confirm(row: dict[str, Any], event: Any, before: str) -> None:
    is_other = event.amount_ngwee != row["amount_ngwee"]
    late = "failed" if before == PaymentState.FAILED else "late"
    odd = late if event.is_late else "amount" if is_other else None
    row.update(
        receipt=event.receipt,
        paid_ngwee=event.amount_ngwee,
        cause=None,
        was_late=event.is_late,
        ended_at=row["ended_at"] or event.at,
        confirmed_at=event.at,
        odd=odd,
        odd_since=None if odd is None else event.at,
    )

"""The truth about simulated payments as JSON, for whoever compares it with what was understood."""

from typing import Final

from adapters.mobile_money.simulation.payments import SimAnswer, SimPayment, SimPayments
from adapters.mobile_money.wire.json_text import write_compact
from domain.values import SECOND, Instant

PATH: Final = "/_simulator/payments"
"""Beside the provider's own paths; none of them begins so."""


def listing(payments: SimPayments) -> SimAnswer:
    """List every request for money, taken or not."""
    now = payments.clock.now()
    return SimAnswer(200, write_compact([_entry(one, now) for one in payments]))


def _entry(payment: SimPayment, now: Instant) -> dict[str, object]:
    after_s = payment.script.reversed_after_s
    reversed_at = None if after_s is None else payment.taken_at + round(after_s * SECOND)
    return {
        "reference": payment.reference,
        "receipt": payment.receipt,
        "payer": payment.payer,
        "label": payment.label,
        "asked_ngwee": payment.amount_ngwee,
        "paid_ngwee": payment.paid_ngwee,
        "refunded_ngwee": payment.refunded_ngwee,
        "taken": payment.is_taken,
        "taken_at": payment.taken_at,
        "ends_at": payment.ends_at,
        "ending": payment.ending(now) if payment.is_taken else None,
        "reversed_at": reversed_at if reversed_at and reversed_at <= now else None,
    }

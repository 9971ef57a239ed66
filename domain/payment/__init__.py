"""A payment by mobile money: from the wish to pay to credits, or to where it ended instead."""

from domain.payment.aggregate import Payment, payment_id
from domain.payment.states import MAY_FOLLOW, OPEN, PaymentState

__all__ = ["MAY_FOLLOW", "OPEN", "Payment", "PaymentState", "payment_id"]

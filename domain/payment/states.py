"""A payment's states: what may follow what, and what each says to the payer.

from                                 event             to
----                                 -----             --
Requested                            Initiated         Initiated (committed before the call)
Initiated, Unknown                   Pending           Pending
Initiated, Pending                   Unknown           Unknown (no answer that can be relied on)
Requested, Initiated, Pending,
Unknown                              Failed, Expired   Failed, Expired
Initiated, Pending, Unknown,
Failed, Expired, Held                Confirmed         Confirmed, credited (from Failed or
                                                       Expired: late)
Initiated, Pending, Unknown,
Failed, Expired                      Held              Held (paid, but not as was asked)
Confirmed                            RefundRequested   RefundRequested
RefundRequested                      RefundRejected    Confirmed
RefundRequested                      RefundApproved    RefundApproved, credits taken back
RefundApproved                       Refunded          Refunded
Confirmed, Held, RefundRequested     Reversed          Reversed by the provider, credits
                                                       clawed back where there were any

No answer is never "failed", and nothing that was paid is an end without its money: what comes
late is confirmed all the same.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class PaymentState(StrEnum):
    """Where a payment stands."""

    REQUESTED = "requested"
    INITIATED = "initiated"
    PENDING = "pending"
    UNKNOWN = "unknown"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    EXPIRED = "expired"
    HELD = "held"
    REFUND_REQUESTED = "refund_requested"
    REFUND_APPROVED = "refund_approved"
    REFUNDED = "refunded"
    REVERSED = "reversed"


_S = PaymentState

OPEN: Final = frozenset({_S.REQUESTED, _S.INITIATED, _S.PENDING, _S.UNKNOWN})
"""Nobody knows yet whether it will be paid: the provider is asked again."""
_ASKED: Final = OPEN - {_S.REQUESTED}
_MAY_STILL_BE_PAID: Final = _ASKED | {_S.FAILED, _S.EXPIRED}

MAY_FOLLOW: Final[Mapping[str, frozenset[PaymentState]]] = MappingProxyType(
    {
        "Initiated": frozenset({_S.REQUESTED}),
        "Pending": frozenset({_S.INITIATED, _S.UNKNOWN}),
        "Unknown": frozenset({_S.INITIATED, _S.PENDING}),
        "Failed": OPEN,
        "Expired": OPEN,
        "Confirmed": _MAY_STILL_BE_PAID | {_S.HELD},
        "Held": _MAY_STILL_BE_PAID,
        "RefundRequested": frozenset({_S.CONFIRMED}),
        "RefundRejected": frozenset({_S.REFUND_REQUESTED}),
        "RefundApproved": frozenset({_S.REFUND_REQUESTED}),
        "Refunded": frozenset({_S.REFUND_APPROVED}),
        "Reversed": frozenset({_S.CONFIRMED, _S.HELD, _S.REFUND_REQUESTED}),
    }
)
"""The table above, by event: the states in which it may happen."""

PUBLIC_STATE: Final[Mapping[PaymentState, str]] = MappingProxyType(
    {
        **{state: state.value for state in PaymentState},
        _S.INITIATED: "requested",
        _S.REFUND_REQUESTED: "confirmed",
        _S.REFUND_APPROVED: "confirmed",
    }
)
"""What its payer reads."""

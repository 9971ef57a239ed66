"""What a provider's code means: what it says of the money, and a sentence for whoever pays."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

NOT_APPROVED: Final = "The payment was not approved on the phone."
TIMED_OUT: Final = "The payment was not approved on the phone in time."
WRONG_PIN: Final = "The PIN was wrong."
NO_FUNDS: Final = "There was not enough money in the mobile wallet."
OVER_LIMIT: Final = "The mobile wallet's limit does not allow this amount."
NO_WALLET: Final = "The number has no active mobile wallet with this network."
BAD_AMOUNT: Final = "The network does not take this amount."
NOT_ALLOWED: Final = "The network does not allow this payment."
NOT_SET_UP: Final = "Payments by this network are not set up rightly; the operator has to look."
NETWORK_FAULT: Final = "The network could not carry out the payment."
CANCELLED: Final = "The payment was cancelled."
IN_PROGRESS: Final = "Another payment of this number is under way."
CANNOT_REFUND: Final = "The network does not give this payment back."


class Says(StrEnum):
    """What a code says of the money."""

    TAKEN = "taken"
    """The request arrived; nothing is decided."""
    KNOWN = "known"
    """The reference was there before."""
    PAID = "paid"
    FAILED = "failed"
    """Nothing was taken and nothing will be."""
    NOT_FOUND = "not_found"
    UNCLEAR = "unclear"
    """The provider does not know itself: to be asked again."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """A row of a provider's table."""

    says: Says
    words: str = ""
    """For whoever pays, of what FAILED."""

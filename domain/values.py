"""The small words that every aggregate uses: instants, credits, networks, lanes."""

from enum import StrEnum
from typing import Final, NewType

Instant = NewType("Instant", int)
"""A moment: whole microseconds since 1970-01-01T00:00:00Z."""

Credits = NewType("Credits", int)
"""Prepaid credits; one pays for one segment under the published plan."""

SECOND = 1_000_000
"""Microseconds in a second: instants are compared and moved in these."""

INT_MAX: Final = 2**63 - 1
"""The largest number that both stores hold."""


class Network(StrEnum):
    """A mobile network of Zambia that a SIM of ours can belong to."""

    MTN = "mtn"
    AIRTEL = "airtel"
    ZAMTEL = "zamtel"


NETWORK_CODES: Final = {Network.AIRTEL: "01", Network.MTN: "02", Network.ZAMTEL: "03"}
"""The network's code in an IMSI, after 645 for Zambia (E.212)."""


def network_of_imsi(imsi: str) -> Network | None:
    """Say whose SIM an IMSI is; None for one of no network that we serve."""
    return next(
        (network for network, code in NETWORK_CODES.items() if imsi.startswith(f"645{code}")), None
    )


class Lane(StrEnum):
    """How urgent a message is; the order of this list is the order of service."""

    OTP = "otp"
    NORMAL = "normal"
    BULK = "bulk"


class Category(StrEnum):
    """Why a message is sent: because of what its recipient does, or to win them for something."""

    TRANSACTIONAL = "transactional"
    PROMOTIONAL = "promotional"


class Encoding(StrEnum):
    """The alphabet that a message needs (3GPP 23.038)."""

    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


def credits_in_words(count: int) -> str:
    """Give a number of credits in words."""
    return f"{count} credit" if count in {1, -1} else f"{count} credits"

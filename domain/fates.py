"""The numbers of test mode: what becomes of a test message is said by whom it is to."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from domain.msisdn import Msisdn


class Fate(StrEnum):
    """What becomes of a test message."""

    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    """Nobody knows for a while, then it fails."""
    UNPAID = "unpaid"
    """It is refused as if the credits for it were not there."""
    OFFLINE = "offline"
    """It is answered as if no SIM of its network were online, and sent later."""


FATES: Final[Mapping[Msisdn, Fate]] = MappingProxyType(
    {Msisdn(f"+26097000000{place}"): fate for place, fate in enumerate(Fate, start=1)}
)
"""By recipient: 0970000001 and those that follow it."""


def fate_of(msisdn: Msisdn) -> Fate:
    """Give what becomes of a test message to a number; to any other it is sent."""
    return FATES.get(msisdn, Fate.SENT)

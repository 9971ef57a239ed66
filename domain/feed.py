"""What an account is told of, in its feed and at its webhook: types of events, and their ids."""

import hashlib
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.values import Instant

FEED_PAGE: Final = 100
FEED_PAGE_MAX: Final = 1_000
FEED_WAIT_MAX_S: Final = 30
"""How long a question may wait for the next event."""


class FeedType(StrEnum):
    """What an event in the feed is about."""

    MESSAGE_SENT = "message.sent"
    MESSAGE_DELIVERED = "message.delivered"
    MESSAGE_UNDELIVERED = "message.undelivered"
    MESSAGE_FAILED = "message.failed"
    MESSAGE_INBOUND = "message.inbound"
    BALANCE_LOW = "balance.low"
    SENDER_ID_APPROVED = "sender_id.approved"
    SENDER_ID_REJECTED = "sender_id.rejected"
    TOPUP_CONFIRMED = "topup.confirmed"


def feed_id(originator: UUID, version: int, at: Instant) -> str:
    """Give the id of the feed's event about an event of an aggregate: the same, always.

    The time is in it because a restore may take back an aggregate's newest events, and others
    then have their versions.
    """
    digest = hashlib.sha256(f"{originator.hex}:{version}:{at}".encode())
    return f"evt_{digest.hexdigest()[:32]}"

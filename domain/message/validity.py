"""How long a message may wait to be sent."""

from typing import Final

from domain.values import SECOND, Instant, Lane

VALIDITY_S: Final = 24 * 3600
OTP_VALIDITY_S: Final = 10 * 60
"""In the lane of one-time passwords."""


def valid_until(lane: Lane, at: Instant) -> Instant:
    """Give when a message that was accepted ``at`` ends unsent."""
    return Instant(at + (OTP_VALIDITY_S if lane is Lane.OTP else VALIDITY_S) * SECOND)

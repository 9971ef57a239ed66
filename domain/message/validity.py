"""How long a message may wait to be sent, and how far ahead its sending may be asked for."""

from typing import Final

from domain.values import SECOND, Instant, Lane

VALIDITY_S: Final = 24 * 3600
OTP_VALIDITY_S: Final = 10 * 60
"""In the lane of one-time passwords."""
VALIDITY_MINUTES_MAX: Final = 72 * 60
"""The longest that an account may ask for."""
AHEAD_DAYS_MAX: Final = 20
"""Days from now to the latest time at which a message may be asked to be sent."""


def valid_until(lane: Lane, at: Instant, *, minutes: int | None = None) -> Instant:
    """Give when a message that may be sent from ``at`` on ends unsent."""
    if minutes is not None:
        return Instant(at + minutes * 60 * SECOND)
    return Instant(at + (OTP_VALIDITY_S if lane is Lane.OTP else VALIDITY_S) * SECOND)

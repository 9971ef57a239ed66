"""How long a message may be in doubt."""

from typing import Final

from domain.values import SECOND, Instant

DOUBT_LIMIT_S: Final = 24 * 3600


def given_up_at(last_attempt_at: Instant) -> Instant:
    """Give when a doubt that nothing settles ends: failed, refunded."""
    return Instant(last_attempt_at + DOUBT_LIMIT_S * SECOND)

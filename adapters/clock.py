"""The host's clock and its source of randomness."""

import secrets
import time

from domain.values import Instant

POOLED_BYTES = 64 * 1024


class SystemClock:
    """``application.ports.Clock`` over the operating system."""

    def now(self) -> Instant:
        """Wall time in microseconds."""
        return Instant(time.time_ns() // 1_000)

    def monotonic_s(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()


class SystemRandomness:
    """``application.ports.Randomness`` over the operating system's CSPRNG."""

    def token(self, length: int) -> bytes:
        """Give random bytes."""
        return secrets.token_bytes(length)

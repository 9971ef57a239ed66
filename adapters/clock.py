"""The host's clock and its source of randomness."""

import secrets
import threading
import time
from typing import Final

from domain.values import Instant

POOLED_BYTES: Final = 16 * 1024
"""Random bytes drawn at once: a system call for each send is a switch to another thread."""
STEADY: Final[int] = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Linux stops CLOCK_MONOTONIC while a laptop sleeps, whose clock would then seem to jump."""


class SystemClock:
    """``application.ports.Clock`` over the operating system."""

    def now(self) -> Instant:
        """Wall time in microseconds."""
        return Instant(time.time_ns() // 1_000)

    def monotonic_s(self) -> float:
        """Seconds that never go back, and go on while the machine sleeps."""
        return time.clock_gettime(STEADY)


class SystemRandomness:
    """``application.ports.Randomness`` over the operating system's CSPRNG."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool = b""
        self._used = 0

    def token(self, length: int) -> bytes:
        """Give random bytes, each byte once."""
        if length > POOLED_BYTES:
            return secrets.token_bytes(length)
        with self._lock:
            if self._used + length > len(self._pool):
                self._pool, self._used = secrets.token_bytes(POOLED_BYTES), 0
            start, self._used = self._used, self._used + length
            return self._pool[start : self._used]

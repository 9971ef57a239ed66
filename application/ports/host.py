"""What the host gives: time, unpredictable bytes, and a slow hash."""

from typing import Protocol

from domain.values import Instant


class Clock(Protocol):
    """Time, as the running process may know it."""

    def now(self) -> Instant:
        """Wall time in microseconds since the epoch, UTC."""

    def monotonic_s(self) -> float:
        """Seconds that never go back, alike in all processes of a host; for deadlines, pacing."""


class Randomness(Protocol):
    """Unpredictable bytes: salts, keys."""

    def token(self, length: int) -> bytes:
        """Give ``length`` bytes from a CSPRNG (or a seed, in simulations)."""


class KeyHasher(Protocol):
    """A slow, salted hash for API keys and passwords."""

    def hash(self, secret: str) -> str:
        """Hash a secret for storage."""

    def verify(self, stored: str, secret: str) -> bool:
        """Whether the secret is the one that was hashed."""


class Numbers(Protocol):
    """Unbroken runs of numbers."""

    def take(self, kind: str, count: int = 1) -> int:
        """Take ``count`` numbers in a row; the first is returned."""

    def forget(self) -> None:
        """Give out none that were reserved in a store that is there no more."""

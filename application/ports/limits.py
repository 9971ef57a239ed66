"""How often somebody may ask."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Quota:
    """Where a caller stands under one limit; seconds are rounded up."""

    limit: int
    remaining: int
    reset_s: int
    is_allowed: bool


class RateLimiter(Protocol):
    """Sliding windows of one minute, shared by all processes where a shared store answers."""

    async def hit(self, policy: str, subject: str, per_minute: int) -> Quota:
        """Count a request of ``subject`` under ``policy`` and say whether it may pass."""

    async def look(self, policy: str, subject: str, per_minute: int) -> Quota:
        """Say whether a request would pass, without counting it."""

    async def close(self) -> None:
        """Let go of connections, on the event loop that used them."""

"""What time it is by the clock of this host, as it is noted."""

from application.ports import Clock, ClockMark
from domain.values import SECOND, Instant


def mark_now(writer: str, *, clock: Clock, actor: str = "") -> ClockMark:
    """Read the clock of this host for a mark."""
    now = clock.now()
    booted_at = Instant(now - round(clock.monotonic_s() * SECOND))
    return ClockMark(writer, now, booted_at, actor)

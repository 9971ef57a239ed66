"""Days as people in Zambia count them: Central Africa Time, UTC+2, never moved by the season."""

from typing import Final

from domain.values import SECOND, Instant

DAY_S: Final = 24 * 3600
OFFSET_S: Final = 2 * 3600
"""Lusaka is two hours ahead of UTC all year (IANA: Africa/Lusaka, an alias of Africa/Maputo)."""


def counts_for(counted: int, today: int) -> bool:
    """Whether what was counted for a day counts today.

    Also for tomorrow: a clock that went back over midnight brings back no day. What stands further
    ahead is of a clock that was days ahead, and would otherwise count until then.
    """
    return counted in {today, today + 1}


def day_of(at: Instant) -> int:
    """Give the number of the day in Lusaka: days since 1970-01-01 there."""
    return (at // SECOND + OFFSET_S) // DAY_S


def until_midnight_s(at: Instant) -> int:
    """Give the whole seconds until the next midnight in Lusaka, rounded up."""
    end_s = (day_of(at) + 1) * DAY_S - OFFSET_S
    return -(-(end_s * SECOND - at) // SECOND)

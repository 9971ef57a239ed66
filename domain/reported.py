"""Which segment a status report is about, when several might be: told by reference and time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from domain.values import SECOND, Instant

REPORTS_S: Final = 7 * 86_400
"""How long after it came a report is looked at again: no SMS is valid for longer than 3 days."""

_QUARTER_S: Final = 900
_ZONE_S: Final = 14 * 3_600
"""No time zone is further from another clock; centres are known to name the wrong one."""
_NEAR_S: Final = 26 * 3_600
"""How far apart the two times of one segment may be: a zone at either end, and slow clocks."""
_BEFORE_S: Final = 240
"""A doubt is noted so long, at most, after the centre may have taken the segment."""
_AFTER_S: Final = 120
"""And so long before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MayBe:
    """A segment to the number that a report names, sent by the SIM that the report came to."""

    message: int
    index: int
    at: Instant
    """When its answer came, or the doubt about it."""
    has_reference: bool
    """Whether its TP-MR is known, and is the report's; else nobody knows its TP-MR."""


def segment_of(
    candidates: Sequence[MayBe], *, centre_at: Instant | None, offset_s: int | None
) -> MayBe | None:
    """Choose the segment that a report is about; None when none fits, or two fit alike.

    ``centre_at`` is when the centre took it, by its own clock, which is ``offset_s`` ahead of ours
    as far as that is known. TP-MR has 8 bits: of segments with the same one the time decides, and
    one without any counts only when none has the report's own.
    """
    known = [one for one in candidates if one.has_reference]
    if centre_at is None:
        return known[0] if len(known) == 1 else None
    if known:
        apart = sorted(
            ((abs(_ahead_s(one, centre_at) - (offset_s or 0)), one) for one in known),
            key=lambda pair: pair[0],
        )
        return apart[0][1] if apart[0][0] <= _NEAR_S else None
    fitting = [one for one in candidates if _fits(_ahead_s(one, centre_at), offset_s)]
    return fitting[0] if len(fitting) == 1 else None


def learned_offset_s(candidates: Sequence[MayBe], *, centre_at: Instant | None) -> int | None:
    """Give how far the centre's clock is ahead, when the segment is certain without the time."""
    known = [one for one in candidates if one.has_reference]
    if centre_at is None or len(known) != 1:
        return None
    ahead_s = _ahead_s(known[0], centre_at)
    return ahead_s if abs(ahead_s) <= _NEAR_S else None


def _ahead_s(one: MayBe, centre_at: Instant) -> int:
    """Give whole seconds, the earlier way: the centre's own time has no more."""
    return (centre_at - one.at) // SECOND


def _fits(ahead_s: int, offset_s: int | None) -> bool:
    """Whether the time is that of a doubt; an unknown clock may be wrong by a zone, no more."""
    if offset_s is not None:
        return -_BEFORE_S <= ahead_s - offset_s <= _AFTER_S
    # The quarter hour to which the middle of the window is nearest.
    zone_s = (ahead_s + (_BEFORE_S - _AFTER_S + _QUARTER_S) // 2) // _QUARTER_S * _QUARTER_S
    return abs(zone_s) <= _ZONE_S and -_BEFORE_S <= ahead_s - zone_s <= _AFTER_S

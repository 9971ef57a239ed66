"""A stretch of time as people ask for it: from a day or a moment on, up to another."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.days import DAY_S, OFFSET_S
from domain.errors import InvalidRequest
from domain.public_ids import check_iso_time
from domain.values import SECOND, Instant

_EPOCH: Final = date(1970, 1, 1)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT: Final = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)(?:(Z)|([+ -])(\d\d:\d\d))", re.ASCII
)
"""The zone's plus is a space where a URL was not encoded."""


@dataclass(frozen=True, slots=True)
class Span:
    """From ``since`` on, and before ``until``; None is without an end on that side."""

    since: Instant | None = None
    until: Instant | None = None


def read_span(since: str | None, until: str | None) -> Span:
    """Read days in Lusaka (2026-11-30), of which ``until`` is the last, or moments with a zone.

    Raises:
        InvalidRequest: one of them cannot be read, or the end is before the beginning.
    """
    span = Span(_read(since, "from", days=0), _read(until, "to", days=1))
    if span.since is not None and span.until is not None and span.since > span.until:
        msg = "The end of the time asked for, to, is before its beginning, from."
        raise InvalidRequest(msg, field="to")
    return span


def read_as_of(written: str | None) -> Instant | None:
    """Read as of when something is asked: the end of a day in Lusaka, or a moment with a zone.

    Raises:
        InvalidRequest: it cannot be read.
    """
    until = _read(written, "as_of", days=1)
    is_day = written is not None and _DAY.fullmatch(written)
    return Instant(until - 1) if is_day and until is not None else until


def _read(written: str | None, field: str, *, days: int) -> Instant | None:
    """Give the moment, or the one at which the day, and ``days`` more, begin in Lusaka."""
    if written is None:
        return None
    try:
        if _DAY.fullmatch(written):
            day = date.fromisoformat(written).toordinal() - _EPOCH.toordinal() + days
            return Instant((day * DAY_S - OFFSET_S) * SECOND)
        if found := _MOMENT.fullmatch(written):
            zone = found[2] or ("-" if found[3] == "-" else "+") + found[4]
            return check_iso_time(found[1] + zone, field=field)
    except (ValueError, InvalidRequest):
        pass  # 30 February
    msg = f"The {field} must be a day, 2026-11-30, or a time and zone, 2026-11-30T08:00:00+02:00."
    raise InvalidRequest(msg, field=field)

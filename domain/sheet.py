"""The daily sheet of one of our wallets: what the books say it holds, and what its statement says.

book - in transit + explained + unidentified = expected; statement - expected = unexplained
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from domain.days import DAY_S, OFFSET_S, day_of
from domain.errors import InvalidRequest
from domain.values import SECOND, Instant

_EPOCH: Final = date(1970, 1, 1)
_PERIOD: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a sheet says, in ngwee, as of the end of its period."""

    book_ngwee: int
    """What the wallet must hold by what we sold, paid back, settled and gave up."""
    in_transit_ngwee: int
    """Of that, what no line of a statement shows by then."""
    explained_ngwee: int
    """By how much lines show more than what they were sold for (below 0: less)."""
    unidentified_ngwee: int
    """What lines show and nobody knows whose it is."""
    statement_ngwee: int | None
    """What statements say that the wallet holds; None where they do not say it."""

    @property
    def expected_ngwee(self) -> int:
        """What the statement should say."""
        explained = self.explained_ngwee + self.unidentified_ngwee
        return self.book_ngwee - self.in_transit_ngwee + explained

    @property
    def unexplained_ngwee(self) -> int | None:
        """What it says beyond that; None where it says nothing."""
        return None if self.statement_ngwee is None else self.statement_ngwee - self.expected_ngwee


def check_period(written: str) -> str:
    """Read a day (``2026-11-28``, in Lusaka) or a month (``2026-11``).

    Raises:
        InvalidRequest: with field ``date``: it is neither.
    """
    try:
        if _PERIOD.fullmatch(written):
            _dates(written)
            return written
    except (ValueError, OverflowError):
        pass  # 30 February, and the end of the calendar
    msg = "A period is a day, as in 2026-11-28, or a month, as in 2026-11."
    raise InvalidRequest(msg, field="date")


def check_day(written: str, *, field: str = "date") -> str:
    """Read a day in Lusaka.

    Raises:
        InvalidRequest: with ``field``: it is none.
    """
    try:
        if len(check_period(written)) == len("2026-11-28"):
            return written
    except InvalidRequest:
        pass
    msg = f"The {field} is a day, as in 2026-11-28."
    raise InvalidRequest(msg, field=field)


def bounds_of(period: str) -> tuple[Instant, Instant]:
    """Give when a period begins, and when the next one does."""
    first, after = _dates(period)
    return _midnight(first), _midnight(after)


def day_named(at: Instant) -> str:
    """Name the day in Lusaka that a moment is in."""
    return name_of_day(day_of(at))


def name_of_day(number: int) -> str:
    """Name the day in Lusaka with a number (``domain.days``)."""
    return (_EPOCH + timedelta(days=number)).isoformat()


def periods_of(at: Instant) -> tuple[str, str]:
    """Name the day in Lusaka that a moment is in, and its month."""
    day = day_named(at)
    return day, day[: len("2026-11")]


def _dates(period: str) -> tuple[date, date]:
    if len(period) > len("2026-11"):
        day = date.fromisoformat(period)
        return day, day + timedelta(days=1)
    first = date.fromisoformat(f"{period}-01")
    return first, (first + timedelta(days=31)).replace(day=1)


def _midnight(day: date) -> Instant:
    return Instant(((day - _EPOCH).days * DAY_S - OFFSET_S) * SECOND)

"""A month as people in Zambia count it: from midnight to midnight in Lusaka."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.days import DAY_S, OFFSET_S
from domain.errors import InvalidRequest
from domain.values import SECOND, Instant

_EPOCH: Final = date(1970, 1, 1)
_WRITTEN: Final = re.compile(r"(19[7-9][0-9]|2[0-9]{3})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class Month:
    """One month; days are numbered as ``domain.days.day_of`` does."""

    year: int
    month: int

    def __str__(self) -> str:
        """Give ``2026-11``."""
        return f"{self.year:04}-{self.month:02}"

    @property
    def next(self) -> "Month":
        """The month after it."""
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def first_day(self) -> int:
        """Its first day."""
        return (date(self.year, self.month, 1) - _EPOCH).days

    @property
    def last_day(self) -> int:
        """Its last day."""
        return self.next.first_day - 1

    @property
    def begins(self) -> Instant:
        """Its first moment."""
        return Instant((self.first_day * DAY_S - OFFSET_S) * SECOND)


def read_month(written: str, *, field: str = "period") -> Month:
    """Read ``2026-11``.

    Raises:
        InvalidRequest: with ``field``: it is no month.
    """
    found = _WRITTEN.fullmatch(written)
    if found is None:
        msg = f"The {field} is a month, as in 2026-11."
        raise InvalidRequest(msg, field=field)
    return Month(int(found[1]), int(found[2]))


def day_name(day: int) -> str:
    """Give a day by its number as ``2026-11-28``."""
    return date.fromordinal(_EPOCH.toordinal() + day).isoformat()

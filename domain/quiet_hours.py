"""Hours of the day, in Lusaka, in which an account's messages do not leave."""

import re
from dataclasses import dataclass
from typing import Final, Self

from domain.days import DAY_S, OFFSET_S
from domain.errors import InvalidRequest
from domain.values import SECOND, Category, Instant, Lane

FIELD: Final = "quiet_hours"
ALL_FIELD: Final = "quiet_all"

_TIME: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_DAY: Final = DAY_S * SECOND


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one time of the day up to another, over midnight where that one is earlier.

    Written as ``20:00-07:00``. Never all day: the times differ.
    """

    begins: str
    ends: str

    @classmethod
    def read(cls, written: str) -> Self:
        """Read what ``written`` gave."""
        begins, _, ends = written.partition("-")
        return cls(begins, ends)

    @property
    def written(self) -> str:
        """The form in which events have it."""
        return f"{self.begins}-{self.ends}"

    def end_of(self, at: Instant) -> Instant | None:
        """Give when the quiet hours end in which ``at`` lies; None when it lies in none."""
        left = _after(self.ends, at) - at
        return Instant(at + left) if left <= self._length else None

    def leaves_at(self, at: Instant) -> Instant:
        """Give the first moment outside of them, from ``at`` on."""
        return self.end_of(at) or at

    def begin_after(self, at: Instant) -> Instant:
        """Give the first moment inside of them, from ``at`` on."""
        return at if self.end_of(at) is not None else _after(self.begins, at)

    @property
    def _length(self) -> int:
        return (_since_midnight(self.ends) - _since_midnight(self.begins)) % _DAY


def _since_midnight(time: str) -> int:
    hours, minutes = time.split(":")
    return (int(hours) * 60 + int(minutes)) * 60 * SECOND


def _after(time: str, at: Instant) -> Instant:
    """Give the next moment after ``at`` at which it is that time in Lusaka."""
    passed = (at + OFFSET_S * SECOND - _since_midnight(time)) % _DAY
    return Instant(at + _DAY - passed)


def check_quiet_hours(asked: object) -> QuietHours | None:
    """Read quiet hours: ``{"from": "20:00", "to": "07:00"}``, ``20:00-07:00``, nothing for none.

    Raises:
        InvalidRequest: they are neither.
    """
    if asked is None or asked == "":
        return None
    times: list[object] = []
    if isinstance(asked, dict):
        times = [asked.get("from"), asked.get("to")]
    elif isinstance(asked, str):
        times = [*asked.split("-", 2)]
    match times:
        case [str(begins), str(ends)] if begins != ends:
            if _TIME.fullmatch(begins) and _TIME.fullmatch(ends):
                return QuietHours(begins, ends)
    msg = (
        f"The {FIELD} must be null, or two different times of the day in Lusaka: "
        '{"from": "20:00", "to": "07:00"}.'
    )
    raise InvalidRequest(msg, field=FIELD)


def check_quiet_all(asked: object) -> bool:
    """Read whether quiet hours hold all but one-time passwords.

    Raises:
        InvalidRequest: it is neither true nor false.
    """
    word = asked.casefold() if isinstance(asked, str) else asked
    if word is True or word == "true":
        return True
    if word is False or word == "false":
        return False
    raise InvalidRequest(f"The {ALL_FIELD} must be true or false.", field=ALL_FIELD)


def is_kept_quiet(category: Category, lane: Lane, *, is_all: bool) -> bool:
    """Whether quiet hours hold a message: promotions, or with ``is_all`` all but passwords."""
    return category is Category.PROMOTIONAL or (is_all and lane is not Lane.OTP)

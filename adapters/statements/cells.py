"""Reads single cells as offices leave them: exact, or refused in words; never guessed."""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final, NamedTuple

from adapters.spreadsheets.cells import Cell, refuse, text_of, unscientific
from adapters.statements.templates import DateOrder
from domain.days import DAY_S, OFFSET_S
from domain.errors import InvalidRecipient
from domain.money import NGWEE_PER_KWACHA
from domain.msisdn import normalise
from domain.values import SECOND, Instant

YEAR_MIN: Final = 2000
"""Providers of mobile money are younger; older years are what office programs make of durations."""
ID_CHARACTERS_MAX: Final = 64
NOTE_CHARACTERS_MAX: Final = 500
NATIONAL_DIGITS: Final = 9
MONTHS: Final = 12

_AMOUNT: Final = re.compile(
    r"(?P<sign>[-+]?) ?(?:(?:ZMW|ZK|K) ?)?(?P<inner>-?)"
    r"(?P<kwacha>[0-9]{1,12}|[0-9]{1,3}(?:(?P<by>[, ])[0-9]{3}(?:(?P=by)[0-9]{3}){0,2}))"
    r"(?:\.(?P<ngwee>[0-9]{1,2})0*)?(?: ?ZMW)?(?P<tail>-?)"
)
_PLAIN_AMOUNT: Final = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,2}))?")
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/#-]*")
_WRAPPED: Final = re.compile(r"(?:FRI:|ID:)?(.*?)(?:/MSISDN)?", re.IGNORECASE)
_TIME: Final = (
    r"(?:[T, ]{1,2}(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})"
    r"(?:\.(?P<part>[0-9]{1,9}))?)?(?: ?(?P<half>AM|PM))?)?"
    r" ?(?P<zone>Z|UTC|CAT|[+-][0-9]{2}:?[0-9]{2})?"
)
_DAY: Final = r"(?P<a>[0-9]{1,2})(?P<by>[-/.])(?P<b>[0-9]{1,2})(?P=by)(?P<year>[0-9]{4})"
_DATE: Final = {
    "dmy": re.compile(_DAY + _TIME, re.IGNORECASE),
    "mdy": re.compile(_DAY + _TIME, re.IGNORECASE),
    "ymd": re.compile(
        r"(?P<year>[0-9]{4})(?P<by>[-/.])(?P<a>[0-9]{1,2})(?P=by)(?P<b>[0-9]{1,2})" + _TIME,
        re.IGNORECASE,
    ),
}
_IN_WORDS: Final = {"dmy": "day first", "mdy": "month first", "ymd": "year first"}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class Moment(NamedTuple):
    """A date that was read, and how else it could be."""

    at: Instant
    is_text: bool = False
    swaps: bool = False
    """Whether day and month could stand the other way round."""
    is_same_swapped: bool = True


def read_id(cell: Cell) -> str:
    """Read a transaction's id.

    Raises:
        CellRefused: it is no id, or has lost digits.
    """
    text = text_of(cell)
    if not text.isdecimal():
        text = unscientific(text)
    if len(text) > ID_CHARACTERS_MAX or not _ID.fullmatch(text):
        refuse("is no transaction id")
    return text


def read_payer(cell: Cell) -> tuple[str | None, str | None, bool]:
    """Read whose number it is: the number, or else the words, and whether a lost zero was mended.

    Raises:
        CellRefused: it was a number, and has lost digits.
    """
    return _payer(text_of(cell))


@lru_cache(maxsize=4_096)
def _payer(written: str) -> tuple[str | None, str | None, bool]:
    found = _WRAPPED.fullmatch(written)
    text = unscientific(found[1] if found else written)
    is_short = len(text) == NATIONAL_DIGITS and text.isdecimal() and text[0] in "579"
    try:
        return normalise(f"260{text}" if is_short else text), None, is_short
    except InvalidRecipient:
        return None, written[:NOTE_CHARACTERS_MAX] or None, False


def read_ngwee(cell: Cell, *, has_accounting_signs: bool = False) -> int | None:
    """Read an amount of kwacha as whole ngwee; None where the cell is empty or a dash.

    Raises:
        CellRefused: it is no amount, or not whole ngwee.
    """
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _whole_ngwee(cell)
    text = text_of(cell)
    if match := _PLAIN_AMOUNT.fullmatch(text):
        return int(match[1]) * NGWEE_PER_KWACHA + int((match[2] or "").ljust(2, "0"))
    if text in {"", "-"}:
        return None
    text = text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2212", "-")
    is_bracketed = text.startswith("(") and text.endswith(")")
    match = _AMOUNT.fullmatch(text[1:-1] if is_bracketed else text)
    if match is None:
        refuse("is no amount such as 1,250.00")
    signs = [match["sign"] == "-", match["inner"] == "-", match["tail"] == "-", is_bracketed]
    if sum(signs) > 1 or (any(signs[2:]) and not has_accounting_signs):
        refuse("has brackets or a minus behind it, which its template gives no meaning")
    kwacha = int(re.sub("[, ]", "", match["kwacha"]))
    ngwee = kwacha * NGWEE_PER_KWACHA + int((match["ngwee"] or "").ljust(2, "0"))
    return -ngwee if any(signs) else ngwee


def _whole_ngwee(number: float) -> int:
    if not abs(number) < 10**12:
        refuse("is no amount")
    ngwee = round(number * NGWEE_PER_KWACHA)
    if abs(number * NGWEE_PER_KWACHA - ngwee) > 1e-4:  # what adding up fractions leaves behind
        refuse("is not a whole number of ngwee")
    return ngwee


def read_moment(cell: Cell, *, order: DateOrder, offset_s: int) -> Moment:
    """Read a date with its time, if it has one; ``offset_s`` where it does not name its zone.

    Raises:
        CellRefused: it is none in this order, or of a year before 2000.
    """
    if isinstance(cell, datetime):
        return Moment(_of_cell(cell, offset_s))
    if isinstance(cell, int | float):
        refuse("is a bare number where a date is expected")
    match = _DATE[order].fullmatch(text_of(cell))
    if match is None:
        refuse(f"is no date, {_IN_WORDS[order]}; --date-format says another order")
    a, b, year = int(match["a"]), int(match["b"]), int(match["year"])
    midnight_s = _midnight_s(year, *((b, a) if order == "dmy" else (a, b)))
    time_s = _time_s(match)
    if midnight_s is None or time_s is None:
        refuse(f"is no date, {_IN_WORDS[order]}; --date-format says another order")
    if match["zone"]:
        offset_s = _offset_s(match["zone"])
    at = Instant(
        (midnight_s + time_s - offset_s) * SECOND + int((match["part"] or "0").ljust(6, "0")[:6])
    )
    swaps = a <= MONTHS and b <= MONTHS and order != "ymd"
    return Moment(at, is_text=True, swaps=swaps, is_same_swapped=a == b)


@lru_cache(maxsize=1_024)
def _midnight_s(year: int, month: int, day: int) -> int | None:
    """Give the seconds at which a day begins in UTC; None where there is no such day."""
    _check_year(year)
    try:
        return (datetime(year, month, day, tzinfo=UTC) - _EPOCH).days * DAY_S
    except ValueError:
        return None


def _time_s(match: re.Match[str]) -> int | None:
    """Give the seconds since midnight; None where there is no such time."""
    if match["hour"] is None:
        return 0
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    half = match["half"]
    if half:
        hour = hour % 12 + (12 if half.upper() == "PM" else 0)
    return hour * 3600 + minute * 60 + second if hour < 24 and minute < 60 and second < 60 else None


def _offset_s(zone: str) -> int:
    if zone[0] in "+-":
        hours, minutes = int(zone[1:3]), int(zone[-2:])
        if hours > 14 or minutes > 59:
            refuse("has no such time zone")
        return (-1 if zone[0] == "-" else 1) * (hours * 3600 + minutes * 60)
    return OFFSET_S if zone.upper() == "CAT" else 0


def _check_year(year: int) -> None:
    if year < YEAR_MIN:
        refuse("is of a year before mobile money")


def _of_cell(found: datetime, offset_s: int) -> Instant:
    _check_year(found.year)
    if found.tzinfo is None:
        found = found.replace(tzinfo=timezone(timedelta(seconds=offset_s)))
    return Instant((found - _EPOCH) // _MICROSECOND)

"""Numbers, amounts and times as people read them."""

from datetime import datetime, timedelta, timezone
from typing import Final

LUSAKA: Final = timezone(timedelta(hours=2))
"""Zambia's time, all the year."""
NGWEE_A_KWACHA: Final = 100


def number(value: int | None) -> str:
    """Write a whole number with its thousands apart."""
    return "" if value is None else f"{value:,}"


def kwacha(ngwee: int | None) -> str:
    """Write ngwee as kwacha."""
    if ngwee is None:
        return ""
    sign, whole = "-" * (ngwee < 0), abs(ngwee)
    return f"{sign}K{whole // NGWEE_A_KWACHA:,}.{whole % NGWEE_A_KWACHA:02}"


def moment(written: str | None) -> str:
    """Write a time of the API as people in Lusaka read it."""
    return f"{_lusaka(written):%-d %b %Y, %H:%M:%S}" if written else ""


def day(written: str | None) -> str:
    """Write the day of a time of the API, in Lusaka."""
    return f"{_lusaka(written):%-d %b %Y}" if written else ""


def _lusaka(written: str) -> datetime:
    return datetime.fromisoformat(written).astimezone(LUSAKA)

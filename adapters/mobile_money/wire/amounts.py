"""Amounts and payers between the wire and ours: exact, and lenient in how they are written."""

import re
from decimal import Decimal
from typing import Final

from domain.errors import InvalidRecipient
from domain.money import NGWEE_PER_KWACHA, Ngwee
from domain.msisdn import Msisdn, normalise

_WRITTEN: Final = re.compile(r"([0-9]{1,12}|[0-9]{1,3}(?:,[0-9]{3}){1,3})(?:\.([0-9]{1,2})0*)?")
_ABROAD: Final = re.compile(r"\+?([1-9][0-9]{7,14})")
DECIMALS_MAX: Final = 18
"""A number with a longer tail, or an exponent beyond it, is no amount of money."""
NATIONAL_DIGITS: Final = 9


def kwacha_text(amount_ngwee: Ngwee) -> str:
    """Write an amount as every provider takes it: ``50``, or ``50.05`` where there are ngwee."""
    kwacha, ngwee = divmod(amount_ngwee, NGWEE_PER_KWACHA)
    return f"{kwacha}.{ngwee:02}" if ngwee else str(kwacha)


def kwacha_number(amount_ngwee: Ngwee) -> Decimal:
    """Give an amount to be written as a number of JSON: ``50``, or ``50.05``."""
    return Decimal(kwacha_text(amount_ngwee))


def read_ngwee(value: object) -> Ngwee | None:
    """Read an amount: a text or a number of JSON, in kwacha; None if it is not whole ngwee.

    ``50``, ``"50"``, ``50.0``, ``"50.500"``, ``5E+1`` and ``"37,600.00"`` are amounts.
    """
    match = _WRITTEN.fullmatch(_plain(value))
    if match is None:
        return None
    kwacha, decimals = match.groups(default="")
    return Ngwee(int(kwacha.replace(",", "")) * NGWEE_PER_KWACHA + int(decimals.ljust(2, "0")))


def _plain(value: object) -> str:
    match value:
        case bool():
            return ""
        case str():
            return value
        case int():
            return str(value) if abs(value) < 10**12 else ""
        case Decimal() if value.is_finite() and abs(value.adjusted()) <= DECIMALS_MAX:
            return format(value, "f")
        case _:
            return ""


def read_payer(value: object) -> str | None:
    """Read a payer's number, with or without plus and country code, as E.164; None if it is none.

    Numbers of other countries are read too: a sandbox has them.
    """
    text = _plain(value).strip()
    if len(text) == NATIONAL_DIGITS and not text.startswith("0"):
        text = f"260{text}"
    try:
        return normalise(text)
    except InvalidRecipient:
        match = _ABROAD.fullmatch(text)
        return f"+{match[1]}" if match else None


def international(payer: Msisdn) -> str:
    """Give ``260971234567``."""
    return payer.removeprefix("+")


def national(payer: Msisdn) -> str:
    """Give ``971234567``."""
    return payer[-NATIONAL_DIGITS:]

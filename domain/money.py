"""Reads and writes amounts of Zambian kwacha as whole ngwee, never as fractions."""

import re
from typing import Final, NewType

from domain.errors import InvalidRequest

Ngwee = NewType("Ngwee", int)
"""An amount of money: hundredths of a kwacha (ZMW)."""

NGWEE_PER_KWACHA: Final = 100

# Twelve digits of kwacha: far above any wallet, and exact in every JSON reader (below 2^53 ngwee).
_AMOUNT: Final = re.compile(r"K?([0-9]{1,12}|[0-9]{1,3}(?:,[0-9]{3}){1,3})(?:\.([0-9]{1,2}))?")


def parse_kwacha(text: str, *, field: str = "amount") -> Ngwee:
    """Read an amount of kwacha: ``250``, ``250.5``, ``250.00``, ``K250`` or ``1,250.00``.

    Raises:
        InvalidRequest: with ``field``, for anything else: signs, exponents, spaces, more than
            two decimals, misplaced commas, digits outside ASCII, 10^12 kwacha and more.
    """
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise InvalidRequest(
            "An amount is written in kwacha with at most two decimals, for example 250.00.",
            field=field,
        )
    kwacha, decimals = match.groups(default="")
    return Ngwee(int(kwacha.replace(",", "")) * NGWEE_PER_KWACHA + int(decimals.ljust(2, "0")))


def format_kwacha(amount: Ngwee) -> str:
    """Write an amount as people do: ``K1,250.00``; a debt as ``-K1,250.00``."""
    kwacha, ngwee = divmod(abs(amount), NGWEE_PER_KWACHA)
    return f"{'-' if amount < 0 else ''}K{kwacha:,}.{ngwee:02}"


def plain_kwacha(amount: Ngwee) -> str:
    """Write an amount for programs: ``1250.00``, ``-0.05``; no sign of the currency, no groups."""
    kwacha, ngwee = divmod(abs(amount), NGWEE_PER_KWACHA)
    return f"{'-' if amount < 0 else ''}{kwacha}.{ngwee:02}"

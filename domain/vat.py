"""Value added tax inside an amount of money: whole ngwee, rounded half up."""

from typing import Final

from domain.money import Ngwee

VAT_PERCENT_MAX: Final = 100


def vat_in(amount: int, percent: int) -> Ngwee:
    """Give the tax that ``amount`` (ngwee, at least 0) contains; 0 per cent is no tax."""
    whole = 100 + percent
    return Ngwee((2 * amount * percent + whole) // (2 * whole))

"""Credits as people name them: how many one movement, or a day's limit, may be about."""

from typing import Final

from domain.values import Credits
from domain.written import check_whole

CREDITS_MAX: Final = 10**12
LOW_BALANCE_FIELD: Final = "low_balance_credits"


def check_credits(written: object) -> Credits:
    """Give a signed number of credits.

    Raises:
        InvalidRequest: with field ``credits``: it is none, or beyond any wallet.
    """
    return Credits(check_whole(written, "credits", least=-CREDITS_MAX, most=CREDITS_MAX))


def check_low_balance(written: object) -> int | None:
    """Give how many credits are few; None, nothing and 0 are: never.

    Raises:
        InvalidRequest: it is no number of credits.
    """
    if written is None or written == "":
        return None
    return check_whole(written, LOW_BALANCE_FIELD, least=0, most=CREDITS_MAX) or None

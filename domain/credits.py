"""Credits as people name them: how many one movement, or a day's limit, may be about."""

from typing import Final

from domain.values import Credits
from domain.written import check_whole

CREDITS_MAX: Final = 10**12


def check_credits(written: object) -> Credits:
    """Give a signed number of credits.

    Raises:
        InvalidRequest: with field ``credits``: it is none, or beyond any wallet.
    """
    return Credits(check_whole(written, "credits", least=-CREDITS_MAX, most=CREDITS_MAX))

"""How much one top-up may be about."""

from typing import Final

from domain.money import Ngwee
from domain.written import check_whole

TOP_UP_MAX_NGWEE: Final = Ngwee(10_000_000)
"""K100,000: more than any of the wallets lets anybody pay at once."""


def check_amount(written: object) -> Ngwee:
    """Give an amount that a top-up can have.

    Raises:
        InvalidRequest: with field ``amount_ngwee``: it is none, or lies outside.
    """
    return Ngwee(check_whole(written, "amount_ngwee", least=1, most=TOP_UP_MAX_NGWEE))

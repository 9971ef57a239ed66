"""One line of a transaction: an account, a commodity and a signed whole amount; debit is plus."""

from collections.abc import Iterable
from typing import Final, NamedTuple

SMSCR: Final = "SMSCR"
"""Prepaid credits."""
ZMW: Final = "ZMW"
"""Kwacha, in ngwee."""


class Posting(NamedTuple):
    """One line; those of one event sum to 0 for each commodity."""

    account: str
    commodity: str
    amount: int


_new = tuple.__new__  # a named tuple's own way there costs three times as much: replays feel it


def credits(account: str, amount: int) -> Posting:
    """Move credits."""
    return _new(Posting, (account, SMSCR, amount))


def ngwee(account: str, amount: int) -> Posting:
    """Move money."""
    return _new(Posting, (account, ZMW, amount))


def moved(*lines: Posting) -> list[Posting]:
    """Give the lines that move anything."""
    return [line for line in lines if line.amount]


def turned(lines: Iterable[Posting]) -> list[Posting]:
    """Give the lines that take these back."""
    return [Posting(account, commodity, -amount) for account, commodity, amount in lines]

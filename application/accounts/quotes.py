"""The prices that hold for an account, now or by a quote."""

from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

from application.books.codec import A
from domain.price_list import (
    PriceList,
    Prices,
    price_list_id,
    prices_for,
    prices_in_force,
)
from domain.values import Instant


class Finding(Protocol):
    """Where aggregates are found: the books within a command, else the reader."""

    def find(self, kind: type[A], key: UUID) -> A | None:
        """Give an aggregate, or None when it has no events."""


def price_lists(account: int) -> Iterable[UUID]:
    """Name the lists that an account's prices can come from: its own, and everybody's."""
    return price_list_id(account), price_list_id(None)


def prices_now(source: Finding, account: int, at: Instant) -> Prices:
    """Give an account's prices.

    Raises:
        NotFound: no price list is in force.
    """
    own, general = (source.find(PriceList, key) for key in price_lists(account))
    return prices_in_force(own, general, at=at)


def prices_quoted(
    source: Finding, account: int, *, quoted: str, quoted_until: Instant, at: Instant
) -> Prices:
    """Give the prices of a payment that is confirmed at ``at``: those quoted, while they hold.

    Raises:
        NotFound: the quote has ended, and no price list is in force.
    """
    own, general = (source.find(PriceList, key) for key in price_lists(account))
    return prices_for(own, general, quoted=quoted, quoted_until=quoted_until, at=at)

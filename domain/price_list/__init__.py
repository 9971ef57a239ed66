"""What credits cost: versions of a price list, for everybody or for one account, with dates."""

from domain.price_list.aggregate import (
    QUOTE_S,
    VERSIONS_MAX,
    PriceList,
    price_list_id,
    prices_for,
    prices_in_force,
)
from domain.price_list.prices import Pack, Prices

__all__ = [
    "QUOTE_S",
    "VERSIONS_MAX",
    "Pack",
    "PriceList",
    "Prices",
    "price_list_id",
    "prices_for",
    "prices_in_force",
]
